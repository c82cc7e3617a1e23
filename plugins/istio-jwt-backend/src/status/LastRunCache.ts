import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { LastRuns, ProbeRunStore } from '../storage';
import { LruMap } from './LruMap';

interface Cached {
  runs: LastRuns;
  version: number;
  readAt: number;
}

/** Runs of other replicas show after this long. */
const MAX_AGE_MS = 5000;

/**
 * The last runs per entity, from memory: the database is waited for once, afterwards refreshed
 * behind the answer.
 */
export class LastRunCache {
  private readonly cache = new LruMap<Cached>(5000);
  private readonly pending = new Map<string, Promise<Cached>>();
  private versions = 0;

  private readonly listeners = new Set<() => void>();

  constructor(private readonly store: Pick<ProbeRunStore, 'getLastRuns'>) {}

  /** Calls back where a refresh found something new. */
  subscribe(listener: () => void): void {
    this.listeners.add(listener);
  }

  async get(entityRef: string): Promise<{ runs: LastRuns; version: number }> {
    const known = this.cache.get(entityRef);
    if (!known) {
      return this.load(entityRef);
    }
    if (Date.now() - known.readAt > MAX_AGE_MS) {
      this.load(entityRef).catch(() => {});
    }
    return known;
  }

  /** What is known without waiting. */
  peek(entityRef: string): { runs: LastRuns; version: number } | undefined {
    return this.cache.get(entityRef);
  }

  /** Takes the state of a run of this process. */
  put(run: ProbeRun): void {
    const known = this.cache.get(run.entityRef);
    const kept = this.keep(run.entityRef, takeRun(known?.runs, run));
    if (!known) {
      // Earlier runs are in the database: the next read fetches them.
      kept.readAt = 0;
    }
  }

  private async load(entityRef: string): Promise<Cached> {
    const running = this.pending.get(entityRef);
    if (running) {
      return running;
    }
    const before = this.cache.get(entityRef);
    const promise = this.store
      .getLastRuns(entityRef)
      .then(runs => {
        const now = this.cache.get(entityRef);
        if (now && now !== before) {
          // Something newer was put in meanwhile.
          return now;
        }
        if (before && sameRuns(before.runs, runs)) {
          before.readAt = Date.now();
          return before;
        }
        const kept = this.keep(entityRef, runs);
        if (before) {
          this.listeners.forEach(listener => listener());
        }
        return kept;
      })
      .finally(() => this.pending.delete(entityRef));
    this.pending.set(entityRef, promise);
    return promise;
  }

  private keep(entityRef: string, runs: LastRuns): Cached {
    const cached = { runs, version: ++this.versions, readAt: Date.now() };
    this.cache.set(entityRef, cached);
    return cached;
  }
}

function takeRun(known: LastRuns | undefined, run: ProbeRun): LastRuns {
  if (run.status !== 'done') {
    return { ...known, last: run };
  }
  if (run.vectors !== 'essential') {
    return { last: run, lastDone: run };
  }
  const before = known?.lastDone;
  return {
    last: run,
    lastDone: run,
    lastFull: before?.vectors === 'essential' ? known?.lastFull : before,
  };
}

function sameRuns(a: LastRuns, b: LastRuns): boolean {
  return (
    a.last?.id === b.last?.id &&
    a.lastDone?.id === b.lastDone?.id &&
    a.lastFull?.id === b.lastFull?.id &&
    a.last?.status === b.last?.status &&
    a.last?.observations.length === b.last?.observations.length
  );
}
