import { Observation, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { ProbeRunStore } from '../storage';

/** Readers of other replicas see a run grow in these steps. */
const FLUSH_MS = 250;

/** Writes what a run observes in batches: a row at a time keeps the database busier than the gateways. */
export class ObservationWriter {
  private waiting: { position: number; observation: Observation }[] = [];
  private targets?: ProbeRun['targets'];
  private timer?: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Pick<
      ProbeRunStore,
      'addObservations' | 'setTargets'
    >,
    private readonly runId: string,
  ) {}

  add(position: number, observation: Observation): void {
    this.waiting.push({ position, observation });
    this.flushSoon();
  }

  setTargets(targets: ProbeRun['targets']): void {
    this.targets = targets;
    this.flushSoon();
  }

  /** Writes the rest. @throws what any write threw */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.write();
    await this.writing;
  }

  private flushSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.write();
    }, FLUSH_MS).unref();
  }

  private write(): void {
    const { waiting, targets } = this;
    this.waiting = [];
    this.targets = undefined;
    this.writing = this.writing.then(async () => {
      if (targets) {
        await this.store.setTargets(this.runId, targets);
      }
      if (waiting.length > 0) {
        await this.store.addObservations(this.runId, waiting);
      }
    });
    // Told by `flush`; until then nobody listens.
    this.writing.catch(() => {});
  }
}
