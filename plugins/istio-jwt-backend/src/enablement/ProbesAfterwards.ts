import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { LivePolicy } from 'backstage-plugin-istio-jwt-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterRegistry } from '../cluster';
import { ProbeRunner } from '../probes';
import { matches } from './marks';
import { Operation } from './operation';

export interface ProbesAfterwardsOptions {
  auth: AuthService;
  catalog: CatalogService;
  registry: Pick<ClusterRegistry, 'get'>;
  runner: Pick<ProbeRunner, 'start'>;
  logger: LoggerService;
}

const PAUSE_MS = 250;
/** Of waiting for this replica's picture, and for a run that goes on. */
const MAX_WAIT_MS = 60_000;

/**
 * Has an entity probed once an operation changed what its ways in answer: what was observed before does
 * not count any more, and what the operation itself saw is no observation of all vectors.
 */
export class ProbesAfterwards {
  private readonly stopping = new AbortController();
  private readonly begun = new Set<string>();

  constructor(private readonly options: ProbesAfterwardsOptions) {}

  /** To be told of every move of an operation. */
  note(operation: Operation): void {
    const { id, phase, wroteAt, proposal } = operation;
    const isOver = phase === 'done' || phase === 'rolled-back';
    const changed = wroteAt !== undefined || proposal !== undefined;
    if (!isOver || !changed || this.begun.has(id)) return;
    this.begun.add(id);
    void this.probe(operation)
      .catch(error =>
        this.options.logger.warn(
          `No probes were sent after operation ${id}: ${
            (error as Error)?.name
          }`,
        ),
      )
      .finally(() => this.begun.delete(id));
  }

  stop(): void {
    this.stopping.abort();
  }

  private async probe(operation: Operation): Promise<void> {
    const { auth, catalog, runner } = this.options;
    const entity = await catalog.getEntityByRef(operation.entityRef, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    const until = Date.now() + MAX_WAIT_MS;
    while (entity && Date.now() < until && !this.stopping.signal.aborted) {
      // Expectations come from this replica's picture, and must not be those of before.
      if (this.isSeen(operation)) {
        const result = await runner.start(entity, operation.startedBy);
        const isBusy = result.kind === 'running' || result.kind === 'too-soon';
        if (!isBusy) return;
      }
      await sleep(PAUSE_MS, undefined, {
        ref: false,
        signal: this.stopping.signal,
      }).catch(() => {});
    }
  }

  private isSeen({ service, changes, phase }: Operation): boolean {
    const mesh = this.options.registry.get(service.cluster)?.mesh;
    return changes.every(({ ref, from, to }) => {
      const wanted = phase === 'done' ? to : from;
      const live = mesh?.get(ref);
      return wanted
        ? live && matches(live as LivePolicy, wanted)
        : live === undefined;
    });
  }
}
