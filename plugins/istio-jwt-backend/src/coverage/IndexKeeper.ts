import { LoggerService } from '@backstage/backend-plugin-api';
import { randomUUID } from 'node:crypto';
import { CoverageIndexer, PassResult } from './index/CoverageIndexer';
import { IndexStore } from './index/IndexStore';

export interface IndexKeeperOptions {
  store: Pick<IndexStore, 'lease' | 'release'>;
  indexer: CoverageIndexer;
  logger: LoggerService;
  /** After each pass of this replica, with the lease held. Errors are logged. */
  afterPass: (result: PassResult) => Promise<void>;
  /** This replica holds the lease no more, or did not for a while. */
  onLost: () => void;
  /** Between two passes at least. Default: 3 s. */
  pauseMs?: number;
  /** Between two passes at most. Default: 20 s. */
  idleMs?: number;
  /** After which a replica that says nothing is taken for dead. Default: 60 s. */
  leaseMs?: number;
}

/** Has one replica keep the index; another one takes over where that goes away. */
export class IndexKeeper {
  private readonly owner = randomUUID();
  private readonly abort = new AbortController();
  private timer?: NodeJS.Timeout;
  private dueAt = 0;
  private running: Promise<void> = Promise.resolve();
  private isHolder = false;

  constructor(private readonly options: IndexKeeperOptions) {}

  start(): void {
    this.schedule(0);
  }

  /** Something changed somewhere. */
  noteChange(): void {
    const { pauseMs = 3000 } = this.options;
    if (this.timer && this.dueAt > Date.now() + pauseMs) {
      this.schedule(pauseMs);
    }
  }

  async stop(): Promise<void> {
    this.abort.abort();
    clearTimeout(this.timer);
    await this.running;
    if (this.isHolder) {
      await this.options.store.release(this.owner).catch(() => {});
    }
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.dueAt = Date.now() + delayMs;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.running = this.work();
    }, delayMs).unref();
  }

  private async work(): Promise<void> {
    const { idleMs = 20_000, logger, indexer } = this.options;
    try {
      await this.passIfHolder();
    } catch (error) {
      indexer.reset();
      logger.warn(
        `The coverage was not brought up to date: ${(error as Error)?.name}`,
      );
    }
    if (!this.abort.signal.aborted) {
      this.schedule(idleMs);
    }
  }

  private async passIfHolder(): Promise<void> {
    const { store, indexer, leaseMs = 60_000 } = this.options;
    const held = await store.lease(this.owner, Date.now(), leaseMs);
    if (held !== 'kept' || !this.isHolder) {
      // What another replica wrote meanwhile is read anew.
      indexer.reset();
      if (this.isHolder) {
        this.options.onLost();
      }
      this.isHolder = held !== undefined;
    }
    if (!held) {
      return;
    }
    const lost = new AbortController();
    const renewal = setInterval(() => {
      store
        .lease(this.owner, Date.now(), leaseMs)
        .then(still => still === 'kept' || lost.abort())
        .catch(() => lost.abort());
    }, leaseMs / 3).unref();
    try {
      const result = await indexer.pass(
        AbortSignal.any([this.abort.signal, lost.signal]),
      );
      if (!lost.signal.aborted && !this.abort.signal.aborted) {
        await this.options.afterPass(result);
      }
    } finally {
      clearInterval(renewal);
      if (lost.signal.aborted) {
        this.isHolder = false;
        this.options.onLost();
      }
    }
  }
}
