import { ClusterMirror, ClusterRegistry } from '../../cluster';
import { IssuerKeys } from '../../jwks';
import { ClaimantList, ClaimantListOptions } from './ClaimantList';
import { ClusterIndexer, KnownService, PassResult } from './ClusterIndexer';
import { describeGap } from './describeGap';
import { IndexStore } from './IndexStore';
import { ProbeFactsReader } from './ProbeFacts';
import { Turns } from '../../Turns';

export type { PassResult } from './ClusterIndexer';

export interface CoverageIndexerOptions extends ClaimantListOptions {
  registry: Pick<ClusterRegistry, 'list'>;
  keys?: IssuerKeys;
  store: IndexStore;
  probes: ProbeFactsReader;
}

/** Rows of a cluster that is away for longer say nothing about today. */
const FORGET_AFTER_MS = 30 * 24 * 60 * 60_000;

/**
 * Keeps the index like the clusters and the catalog. The engine gives back the same assessment until
 * something that it depends on changes, so that a pass looks at all Services, describes those that
 * changed, and writes what then differs.
 */
export class CoverageIndexer {
  private known?: Map<string, KnownService>;
  private readonly claimants: ClaimantList;
  private readonly clusters = new Map<string, ClusterIndexer>();
  private readonly turns = new Turns();

  constructor(private readonly options: CoverageIndexerOptions) {
    this.claimants = new ClaimantList(options);
  }

  /** Forgets what this replica knows of the database: another one wrote there. */
  reset(): void {
    this.known = undefined;
    this.clusters.forEach(cluster => cluster.reset());
  }

  /** Compares everything once. */
  async pass(signal: AbortSignal, now = Date.now()): Promise<PassResult> {
    const { store, probes, registry } = this.options;
    this.known ??= await store.readDigests();
    this.turns.restart();
    await this.claimants.refresh(signal, now);
    await probes.refresh(now);
    const result: PassResult = { services: 0, written: 0, removed: 0 };
    const mirrors = registry.list();
    for (const mirror of mirrors) {
      if (signal.aborted) {
        return result;
      }
      const cluster = mirror.config.name;
      const gap = describeGap(mirror, now);
      if (gap) {
        this.clusters.get(cluster)?.reset();
        await store.markStale(cluster, gap.since, gap.reason);
      } else if (!mirror.reading) {
        const part = await this.passCluster(mirror, mirrors.length > 1, signal);
        result.services += part.services;
        result.written += part.written;
        result.removed += part.removed;
        await store.markCurrent(cluster);
      }
    }
    await this.forgetOld(
      mirrors.map(({ config }) => config.name),
      now,
    );
    if (!signal.aborted && mirrors.every(({ reading }) => !reading)) {
      await store.noteComplete(now, result.written + result.removed > 0);
    }
    return result;
  }

  private async passCluster(
    mirror: ClusterMirror,
    severalClusters: boolean,
    signal: AbortSignal,
  ): Promise<PassResult> {
    const { name, ownership } = mirror.config;
    const indexer =
      this.clusters.get(name) ??
      new ClusterIndexer(name, { ...this.options, ownership });
    this.clusters.set(name, indexer);
    return indexer.pass(mirror, {
      known: this.known!,
      claimants: this.claimants.current,
      severalClusters,
      turns: this.turns,
      signal,
    });
  }

  private async forgetOld(configured: string[], now: number): Promise<void> {
    const { store } = this.options;
    for (const cluster of await store.listClusters()) {
      if (!configured.includes(cluster)) {
        await store.markStale(
          cluster,
          now,
          'The cluster is not configured any more',
        );
      }
    }
    const forgotten = await store.listForgotten(now - FORGET_AFTER_MS);
    await store.remove(forgotten);
    forgotten.forEach(key => this.known!.delete(key));
  }
}
