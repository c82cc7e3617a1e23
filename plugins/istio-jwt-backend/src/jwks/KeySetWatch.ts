import { LoggerService } from '@backstage/backend-plugin-api';
import { CheckResult } from './checkKeySource';
import { describeHealth, steadyPart } from './describeHealth';
import { foldCheck } from './foldCheck';
import { firstUri, KeySource } from './KeySource';
import { TokenHeader } from '../probes/tokenSources';
import { KeySetRecord, KeySetStore } from './KeySetStore';

/*
 * Checks key sets in a loop of its own rather than as tasks of the scheduler: each source has its own
 * pace, hundreds of them come and go with the clusters' policies, and every replica needs every
 * result within seconds. The database decides which replica checks a source, and carries the results.
 */

export interface KeySetWatchOptions {
  store: KeySetStore;
  logger: LoggerService;
  /** The sources in use that may be asked. Called every second. */
  listSources(): Map<string, KeySource>;
  check(source: KeySource): Promise<CheckResult>;
  /** Headers of the valid tokens that are known here for issuers with these keys. */
  listTokens(source: KeySource): TokenHeader[];
  /** Longest pause between two checks of a source that works or that somebody looks at. */
  intervalMs: number;
  timing?: { tickMs?: number; syncMs?: number };
  random?: () => number;
}

interface Tracked {
  record?: KeySetRecord;
  nextAt: number;
  /** When somebody looked at it last. */
  watchedAt: number;
}

const TICK_MS = 1000;
const SYNC_MS = 2000;
const MAX_CONCURRENCY = 8;
/** Two documents of at most 15 s each, and time to write. */
const CLAIM_MS = 40_000;
const MAX_BACKOFF_MS = 15 * 60_000;
/** As long as an open page is told about changes. */
const WATCHED_FOR_MS = 5 * 60_000;
const FORGET_AFTER_MS = 30 * 24 * 3600_000;
const CLEAN_EVERY_MS = 6 * 3600_000;

export class KeySetWatch {
  private readonly tracked = new Map<string, Tracked>();
  private readonly inFlight = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private syncedAt = 0;
  private cleanedAt = 0;
  private changes = 0;
  private failedBefore = false;

  constructor(private readonly options: KeySetWatchOptions) {}

  /** Grows with everything that a person would call news. */
  get version(): number {
    return this.changes;
  }

  getRecord(id: string): KeySetRecord | undefined {
    return this.tracked.get(id)?.record;
  }

  /** Calls back where there is news. */
  subscribe(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Somebody looks at a source: one that fails is no longer left alone for longer and longer. */
  noteWatched(id: string): void {
    const tracked = this.tracked.get(id);
    if (!tracked) {
      return;
    }
    tracked.watchedAt = Date.now();
    const soon = (tracked.record?.checkedAt ?? 0) + this.options.intervalMs;
    if (tracked.nextAt > soon) {
      tracked.nextAt = soon;
      this.options.store.hasten(id, soon).catch(() => {});
    }
  }

  start(): void {
    this.schedule(0);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(inMs: number): void {
    if (!this.stopped) {
      this.timer = setTimeout(() => {
        void this.tick().finally(() =>
          this.schedule(this.options.timing?.tickMs ?? TICK_MS),
        );
      }, inMs).unref();
    }
  }

  private async tick(): Promise<void> {
    try {
      const sources = this.options.listSources();
      const now = Date.now();
      if (now - this.syncedAt >= (this.options.timing?.syncMs ?? SYNC_MS)) {
        this.syncedAt = now;
        await this.sync(sources);
      }
      for (const [id, source] of sources) {
        const tracked = this.tracked.get(id);
        if (this.inFlight.size >= MAX_CONCURRENCY || this.stopped) {
          break;
        }
        if (tracked && tracked.nextAt <= now && !this.inFlight.has(id)) {
          this.inFlight.add(id);
          void this.checkOne(source, tracked).finally(() =>
            this.inFlight.delete(id),
          );
        }
      }
      if (now - this.cleanedAt > CLEAN_EVERY_MS) {
        this.cleanedAt = now;
        await this.options.store.deleteBefore(now - FORGET_AFTER_MS);
      }
      this.failedBefore = false;
    } catch (error) {
      this.noteFailure(error);
    }
  }

  /** Takes in what other replicas, or this one before a restart, found out. */
  private async sync(sources: Map<string, KeySource>): Promise<void> {
    const { store } = this.options;
    for (const id of this.tracked.keys()) {
      if (!sources.has(id)) {
        this.tracked.delete(id);
      }
    }
    const times = await store.listTimes([...sources.keys()]);
    const known = new Set(times.map(({ id }) => id));
    const missing = [...sources.values()].filter(({ id }) => !known.has(id));
    await store.add(
      missing.map(source => ({ id: source.id, uri: firstUri(source) })),
    );
    const records = await store.getRecords(
      times
        .filter(
          ({ id, checkedAt }) =>
            checkedAt > 0 && this.getRecord(id)?.checkedAt !== checkedAt,
        )
        .map(({ id }) => id),
    );
    for (const { id } of missing) {
      this.track(id, 0);
    }
    for (const { id, nextAt } of times) {
      const tracked = this.track(id, nextAt);
      const record = records.get(id);
      if (record) {
        this.takeIn(tracked, record);
      }
    }
  }

  private track(id: string, nextAt: number): Tracked {
    let tracked = this.tracked.get(id);
    if (!tracked) {
      tracked = { nextAt, watchedAt: 0 };
      this.tracked.set(id, tracked);
    }
    tracked.nextAt = nextAt;
    return tracked;
  }

  private async checkOne(source: KeySource, tracked: Tracked): Promise<void> {
    const { store, check, listTokens } = this.options;
    const { id } = source;
    try {
      const startedAt = Date.now();
      if (!(await store.claim(id, startedAt, startedAt + CLAIM_MS))) {
        // Another replica has it: its outcome comes with the next sync.
        tracked.nextAt = startedAt + SYNC_MS;
        return;
      }
      const before = (await store.getRecords([id])).get(id);
      const result = await check(source);
      if (this.stopped) {
        return;
      }
      const now = Date.now();
      const record = foldCheck(before, result, now, listTokens(source));
      const nextAt = now + this.choosePause(record, tracked);
      await store.save(id, record, nextAt);
      tracked.nextAt = nextAt;
      this.takeIn(tracked, record);
    } catch (error) {
      tracked.nextAt = Date.now() + this.options.intervalMs;
      this.noteFailure(error);
    }
  }

  private choosePause(record: KeySetRecord, { watchedAt }: Tracked): number {
    const { intervalMs, random = Math.random } = this.options;
    const watched = Date.now() - watchedAt < WATCHED_FOR_MS;
    const factor =
      watched || record.failures < 2
        ? 1
        : 2 ** Math.min(record.failures, 10) / 2;
    const pause = Math.max(
      intervalMs,
      Math.min(intervalMs * factor, MAX_BACKOFF_MS),
    );
    return Math.round(pause * (0.9 + 0.1 * random()));
  }

  private takeIn(tracked: Tracked, record: KeySetRecord): void {
    const before = tracked.record;
    tracked.record = record;
    if (!before || digest(before) !== digest(record)) {
      this.changes++;
      this.listeners.forEach(listener => listener());
    }
  }

  private noteFailure(error: unknown): void {
    if (!this.failedBefore && !this.stopped) {
      this.failedBefore = true;
      this.options.logger.warn(
        `The health of key sets cannot be kept up: ${(error as Error)?.name}`,
      );
    }
  }
}

function digest(record: KeySetRecord): string {
  return JSON.stringify([steadyPart(describeHealth(record)), record.tokens]);
}
