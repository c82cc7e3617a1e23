import { LoggerService } from '@backstage/backend-plugin-api';
import { StateChange } from 'backstage-plugin-istio-jwt-common';
import { SharedStatus } from '../status';
import { LruMap } from '../status/LruMap';
import { listStates } from './listStates';
import { EntityStates, StateHistoryStore } from './StateHistoryStore';

export interface StateRecorderOptions {
  store: StateHistoryStore;
  logger: LoggerService;
  /** How long a change has to hold until its owner is told, in ms. */
  noticeHoldMs: number;
  /** Called with changes that this replica recorded. Must not throw. */
  onChanges: (changes: StateChange[]) => void;
}

const MAX_ENTITIES = 10_000;

/*
 * Replicas see a change of the cluster at different moments. One that lags must not write the old
 * state back, so a state is compared with the database only where this replica's own view of it
 * moved, was never compared before, or is known to be fresh because it was just probed.
 */

/** Records changes of state of every entity that somebody or a round looks at. */
export class StateRecorder {
  private readonly lastViews = new LruMap<string>(MAX_ENTITIES);
  private readonly pending = new Map<string, Promise<void>>();

  constructor(private readonly options: StateRecorderOptions) {}

  /** Records in the background. A failure is logged, and made good by the next call. */
  note(status: SharedStatus): void {
    const states = listStates(status);
    const view = describeView(states);
    if (
      this.lastViews.get(states.entityRef) === view ||
      this.pending.has(states.entityRef)
    ) {
      return;
    }
    const promise = this.write(states, view)
      .catch(error => {
        this.options.logger.warn(
          `States of ${states.entityRef} were not recorded: ${
            (error as Error)?.name
          }`,
        );
      })
      .finally(() => this.pending.delete(states.entityRef));
    this.pending.set(states.entityRef, promise);
  }

  /** Compares with the database whatever this replica saw before. */
  async record(status: SharedStatus): Promise<void> {
    await this.pending.get(status.entityRef);
    const states = listStates(status);
    await this.write(states, describeView(states));
  }

  /** Waits for what {@link StateRecorder.note} began. */
  async flush(): Promise<void> {
    await Promise.all(this.pending.values());
  }

  private async write(states: EntityStates, view: string): Promise<void> {
    const { store, noticeHoldMs, onChanges } = this.options;
    const changes = await store.record(states, Date.now(), noticeHoldMs);
    this.lastViews.set(states.entityRef, view);
    if (changes.length > 0) {
      onChanges(changes);
    }
  }
}

function describeView({ subjects, completeClusters }: EntityStates): string {
  return JSON.stringify([
    completeClusters,
    subjects.map(({ subject, state }) => [subject, state]),
  ]);
}
