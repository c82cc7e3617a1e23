import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { Entity } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { STARTED_BY_SCHEDULE } from 'backstage-plugin-istio-jwt-common';
import {
  setImmediate as nextTurn,
  setTimeout as sleep,
} from 'node:timers/promises';
import { ScheduleConfig } from '../config';
import { StateRecorder } from '../history';
import { ProbeRunner, StartResult } from '../probes';
import { StatusService } from '../status';
import { ESSENTIAL_VECTORS } from './essentialVectors';
import { findMaintenance } from './findMaintenance';
import { Claim, RoundProgress, ScheduleStore } from './ScheduleStore';

export interface RoundWorkerOptions {
  store: ScheduleStore;
  auth: AuthService;
  catalog: CatalogService;
  runner: Pick<ProbeRunner, 'start'>;
  statuses: Pick<StatusService, 'getStatus'>;
  recorder: Pick<StateRecorder, 'record'>;
  config: Pick<ScheduleConfig, 'vectors' | 'maintenance'>;
  logger: LoggerService;
  /** ms between an entity's turn and its begin. */
  onLag?: (lagMs: number) => void;
  onRoundEnd?: (round: RoundProgress) => void;
  /** Entities worked on at once. Default: 12, which leaves runs for people. */
  concurrency?: number;
  /**
   * After which a replica that says nothing is taken for dead. Default: 45 s, by when the run that it
   * left behind counts as abandoned too.
   */
  leaseMs?: number;
}

const RETRY_MS = 15_000;
const POLL_MS = 500;

/** Works off the entities that are due, beside the workers of other replicas. */
export class RoundWorker {
  private readonly concurrency: number;
  private readonly leaseMs: number;
  private readonly held = new Map<string, number>();

  constructor(private readonly options: RoundWorkerOptions) {
    this.concurrency = options.concurrency ?? 12;
    this.leaseMs = options.leaseMs ?? 45_000;
  }

  /** Works until nothing is due. */
  async drain(signal: AbortSignal): Promise<void> {
    const { config, logger } = this.options;
    const renewal = setInterval(() => {
      this.renew().catch(error =>
        logger.warn(`Leases were not renewed: ${(error as Error)?.name}`),
      );
    }, this.leaseMs / 3).unref();
    const working = new Set<Promise<void>>();
    let queue: { claim: Claim; entity: Entity }[] = [];
    try {
      while (!signal.aborted) {
        const isPaused = findMaintenance(
          config.maintenance,
          undefined,
          Date.now(),
        );
        if (isPaused) {
          break;
        }
        if (queue.length === 0 && working.size < this.concurrency) {
          queue = await this.fill();
          if (queue.length === 0 && working.size === 0) {
            break;
          }
        }
        while (queue.length > 0 && working.size < this.concurrency) {
          const { claim, entity } = queue.shift()!;
          const work = this.work(claim, entity, signal);
          working.add(work);
          void work.finally(() => working.delete(work));
          // Answers to people come first.
          await nextTurn();
        }
        await Promise.race([
          ...working,
          sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => {}),
        ]);
      }
      await this.endRound();
    } finally {
      await Promise.all([
        ...working,
        ...queue.map(({ claim }) =>
          this.giveBack(claim).finally(() => this.drop(claim)),
        ),
      ]);
      clearInterval(renewal);
    }
  }

  private async fill(): Promise<{ claim: Claim; entity: Entity }[]> {
    const { store, auth, catalog } = this.options;
    const claims = await store.claim(
      Date.now(),
      this.leaseMs,
      2 * this.concurrency,
    );
    if (claims.length === 0) {
      return [];
    }
    this.held.set(claims[0].lease, claims.length);
    try {
      const { items } = await catalog.getEntitiesByRefs(
        { entityRefs: claims.map(({ entityRef }) => entityRef) },
        { credentials: await auth.getOwnServiceCredentials() },
      );
      const found = claims.map((claim, index) => ({
        claim,
        entity: items[index],
      }));
      await Promise.all(
        found
          .filter(({ entity }) => !entity)
          .map(({ claim }) => store.remove(claim).then(() => this.drop(claim))),
      );
      return found.filter(
        (each): each is { claim: Claim; entity: Entity } =>
          each.entity !== undefined,
      );
    } catch (error) {
      await Promise.all(
        claims.map(claim => this.giveBack(claim, Date.now() + RETRY_MS)),
      );
      this.held.delete(claims[0].lease);
      throw error;
    }
  }

  private async work(
    claim: Claim,
    entity: Entity,
    signal: AbortSignal,
  ): Promise<void> {
    const { logger } = this.options;
    try {
      this.options.onLag?.(Math.max(0, Date.now() - claim.dueAt));
      await this.takeTurn(claim, entity, signal);
    } catch (error) {
      logger.warn(
        `The scheduled run of ${claim.entityRef} failed: ${
          (error as Error)?.name
        }`,
      );
      await this.giveBack(claim, Date.now() + RETRY_MS);
    } finally {
      this.drop(claim);
    }
  }

  private async takeTurn(
    claim: Claim,
    entity: Entity,
    signal: AbortSignal,
  ): Promise<void> {
    const { runner, statuses, recorder, config, store } = this.options;
    // What was so before the probes is noted first: they show what changed.
    await statuses.getStatus(entity);
    // Neither the engine nor SQLite lets go by itself: a turn is cut into pieces.
    await nextTurn();
    const result = await runner.start(entity, STARTED_BY_SCHEDULE, {
      ...(config.vectors === 'essential' ? { vectors: ESSENTIAL_VECTORS } : {}),
      describePause: cluster => this.describePause(cluster),
    });
    const wait = this.chooseWait(result);
    if (wait !== undefined) {
      await store.postpone(claim, wait, `Postponed: ${result.kind}`);
      return;
    }
    const run = result.kind === 'started' ? await result.ended : undefined;
    if (run?.status === 'failed' && signal.aborted) {
      await this.giveBack(claim);
      return;
    }
    await nextTurn();
    const status = await statuses.getStatus(entity);
    await nextTurn();
    await recorder.record(status);
    if (run) {
      await store.finish(claim, run.status === 'done' ? 'done' : 'failed');
    } else {
      await store.finish(
        claim,
        'skipped',
        result.kind === 'impossible' ? result.problem.message : result.kind,
      );
    }
  }

  /** @returns when to try again, in ms since the epoch; undefined where the turn was taken */
  private chooseWait(result: StartResult): number | undefined {
    const now = Date.now();
    switch (result.kind) {
      case 'running':
      case 'reading':
        return now + RETRY_MS;
      case 'too-soon':
        return now + result.retryAfterMs;
      case 'paused':
        return now + 4 * RETRY_MS;
      default:
        return undefined;
    }
  }

  private describePause(cluster: string): string | undefined {
    const until = findMaintenance(
      this.options.config.maintenance,
      cluster,
      Date.now(),
    );
    return until === undefined
      ? undefined
      : `Cluster ${cluster} is in maintenance until ${new Date(
          until,
        ).toISOString()} and was not probed.`;
  }

  private async giveBack(claim: Claim, dueAt = Date.now()): Promise<void> {
    // A claim that cannot be given back is taken up by others when its lease ends.
    await this.options.store.postpone(claim, dueAt).catch(() => {});
  }

  private drop({ lease }: Claim): void {
    const left = (this.held.get(lease) ?? 0) - 1;
    if (left > 0) {
      this.held.set(lease, left);
    } else {
      this.held.delete(lease);
    }
  }

  private async renew(): Promise<void> {
    const leases = [...this.held.keys()];
    if (leases.length > 0) {
      await this.options.store.renew(leases, Date.now() + this.leaseMs);
    }
  }

  private async endRound(): Promise<void> {
    const ended = await this.options.store.endRound(Date.now());
    if (ended) {
      this.options.onRoundEnd?.(ended);
    }
  }
}
