import { Observation } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { carryObservations } from '../../status/carryObservations';
import { ProbeRunStore } from '../../storage';
import { OBSERVATIONS, RUNS } from '../../storage/runRows';

/** What probes of an entity change about its state. */
export interface ProbeFacts {
  /** ms since the epoch. */
  lastProbeAt: number;
  /** Only these can change a state. Empty for almost every entity. */
  disagreeing: Observation[];
}

/** A run that began this long ago may still be going on. */
const LONGEST_RUN_MS = 60 * 60_000;

/** The last probes of all entities, read from the database once and followed from then on. */
export class ProbeFactsReader {
  private readonly facts = new Map<string, ProbeFacts>();
  private readUntil?: number;
  private changes = 0;

  constructor(
    private readonly db: Knex,
    private readonly runs: Pick<ProbeRunStore, 'getLastRuns'>,
  ) {}

  /** Grows where something is new. */
  get version(): number {
    return this.changes;
  }

  get(entityRef: string): ProbeFacts | undefined {
    return this.facts.get(entityRef);
  }

  /** Reads what is new. */
  async refresh(now: number): Promise<void> {
    const since = this.readUntil;
    const ended = this.db(RUNS)
      .where({ status: 'done' })
      .modify(query => {
        if (since !== undefined) {
          query.andWhere('started_at', '>', since - LONGEST_RUN_MS);
        }
      })
      .groupBy('entity_ref')
      .select('entity_ref')
      .max({ at: 'finished_at' });
    const rows = (await ended) as { entity_ref: string; at: number | string }[];
    const disagreeing =
      since === undefined ? await this.listDisagreeing() : undefined;
    for (const { entity_ref: entityRef, at } of rows) {
      const lastProbeAt = Number(at);
      const known = this.facts.get(entityRef);
      if (known?.lastProbeAt !== lastProbeAt) {
        const mayDisagree = !disagreeing || disagreeing.has(entityRef);
        this.changes += 1;
        this.facts.set(entityRef, {
          lastProbeAt,
          disagreeing: mayDisagree ? await this.readDisagreeing(entityRef) : [],
        });
        await nextTurn();
      }
    }
    this.readUntil = now;
  }

  private async listDisagreeing(): Promise<Set<string>> {
    const refs = await this.db(`${OBSERVATIONS} as o`)
      .join(`${RUNS} as r`, 'r.id', 'o.run_id')
      .whereRaw("o.result = 'disagrees'")
      .distinct()
      .pluck('r.entity_ref');
    return new Set(refs);
  }

  private async readDisagreeing(entityRef: string): Promise<Observation[]> {
    return carryObservations(await this.runs.getLastRuns(entityRef)).filter(
      ({ result }) => result === 'disagrees',
    );
  }
}
