import { LoggerService } from '@backstage/backend-plugin-api';
import { Mesh, Resource, ServiceAssessment } from 'istio-jwt-policy-engine';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ClusterMirror, ClusterRegistry } from '../../cluster';
import { listCached } from '../../entity';
import { IssuerKeys } from '../../jwks';
import { assessSafely } from '../../status/assessEntity';
import { keyOfService } from '../rows';
import { ClaimTable } from './ClaimTable';
import { describeRows, IndexedService } from './describeRows';
import { IndexStore } from './IndexStore';
import { Claimant } from './listClaimants';
import { ProbeFactsReader } from './ProbeFacts';
import { suggestClaim } from './suggestClaim';

export interface CoverageIndexerOptions {
  registry: Pick<ClusterRegistry, 'list'>;
  keys?: IssuerKeys;
  store: IndexStore;
  probes: ProbeFactsReader;
  logger: LoggerService;
  /** All entities with annotations, as the catalog has them now. */
  listClaimants: (signal: AbortSignal) => Promise<Claimant[]>;
  /** How long the list of entities is good for. Default: 60 s. */
  claimantsMaxAgeMs?: number;
}

/** What a pass did. */
export interface PassResult {
  services: number;
  written: number;
  removed: number;
}

interface Known {
  cluster: string;
  /** Of the rows in the database, in the order of claims. */
  digests: string;
  assessment?: ServiceAssessment;
  /** All else that the rows were made of. */
  inputs?: string;
}

interface Passed {
  mesh: Mesh;
  stamp: string;
  claimants: Claimant[];
  services: number;
}

/** The event loop is left to others after this much work at a stretch. */
const SLICE_MS = 4;
const BATCH = 50;
/** Rows of a cluster that is away for longer say nothing about today. */
const FORGET_AFTER_MS = 30 * 24 * 60 * 60_000;

/**
 * Keeps the index like the clusters and the catalog. The engine gives back the same assessment until
 * something that it depends on changes, so that a pass looks at all Services, describes those that
 * changed, and writes what then differs.
 */
export class CoverageIndexer {
  private known?: Map<string, Known>;
  private claimants: Claimant[] = [];
  private claimantsAt = -Infinity;
  private readonly claims = new Map<string, ClaimTable>();
  /** What the last whole pass over a cluster was made of. */
  private readonly passed = new Map<string, Passed>();
  private sliceStartedAt = 0;

  constructor(private readonly options: CoverageIndexerOptions) {}

  /** Forgets what this replica knows of the database: another one wrote there. */
  reset(): void {
    this.known = undefined;
    this.passed.clear();
  }

  /** Compares everything once. */
  async pass(signal: AbortSignal, now = Date.now()): Promise<PassResult> {
    const { store, probes, registry } = this.options;
    this.known ??= await store.readDigests();
    this.sliceStartedAt = performance.now();
    await this.refreshClaimants(signal, now);
    await probes.refresh(now);
    const result: PassResult = { services: 0, written: 0, removed: 0 };
    let claimsChanged = false;
    const mirrors = registry.list();
    for (const mirror of mirrors) {
      if (signal.aborted) {
        return result;
      }
      const cluster = mirror.config.name;
      const gap = describeGap(mirror, now);
      if (gap) {
        this.passed.delete(cluster);
        await store.markStale(cluster, gap.since, gap.reason);
      } else if (!mirror.reading) {
        const part = await this.passCluster(mirror, mirrors.length > 1, signal);
        result.services += part.services;
        result.written += part.written;
        result.removed += part.removed;
        claimsChanged ||= part.written + part.removed > 0;
        await store.markCurrent(cluster);
      }
    }
    await this.forgetOld(
      mirrors.map(({ config }) => config.name),
      now,
    );
    if (!signal.aborted && mirrors.every(({ reading }) => !reading)) {
      await store.noteComplete(now, claimsChanged);
    }
    return result;
  }

  private async refreshClaimants(
    signal: AbortSignal,
    now: number,
  ): Promise<void> {
    const { claimantsMaxAgeMs = 60_000, logger } = this.options;
    if (now - this.claimantsAt < claimantsMaxAgeMs) {
      return;
    }
    try {
      const listed = await this.options.listClaimants(signal);
      const isSame =
        listed.length === this.claimants.length &&
        listed.every(
          ({ version }, index) => version === this.claimants[index].version,
        );
      this.claimants = isSame ? this.claimants : listed;
      this.claimantsAt = now;
    } catch (error) {
      if (this.claimantsAt === -Infinity) {
        // Without it all Services would stand there unclaimed.
        throw error;
      }
      logger.warn(
        `The catalog was not listed for the coverage: ${
          (error as Error)?.name
        }. Claims stay as they were.`,
      );
    }
  }

  private async passCluster(
    mirror: ClusterMirror,
    severalClusters: boolean,
    signal: AbortSignal,
  ): Promise<PassResult> {
    const { store } = this.options;
    const cluster = mirror.config.name;
    const known = this.known!;
    const { mesh } = mirror;
    const stamp = JSON.stringify([
      mirror.revision,
      mesh.revision,
      this.options.probes.version,
      this.describeShared(mirror),
      severalClusters,
    ]);
    const last = this.passed.get(cluster);
    if (
      last?.mesh === mesh &&
      last.stamp === stamp &&
      last.claimants === this.claimants
    ) {
      return { services: last.services, written: 0, removed: 0 };
    }
    const services = listCached(mirror.mesh, 'Service');
    const claims = this.claims.get(cluster) ?? new ClaimTable(cluster);
    this.claims.set(cluster, claims);
    await claims.update(mirror.mesh, this.claimants, () => this.yieldTurn());
    const shared = this.describeShared(mirror);
    const present = new Set<string>();
    let batch: IndexedService[] = [];
    let written = 0;
    const flush = async () => {
      await store.replace(batch);
      written += batch.length;
      batch = [];
    };
    for (const service of services) {
      if (signal.aborted) {
        break;
      }
      await this.yieldTurn();
      const changed = this.describe(mirror, service, claims, {
        shared,
        severalClusters,
        present,
      });
      if (changed) {
        batch.push(changed);
        if (batch.length >= BATCH) {
          await flush();
        }
      }
    }
    await flush();
    const gone = signal.aborted
      ? []
      : [...known]
          .filter(
            ([key, each]) => each.cluster === cluster && !present.has(key),
          )
          .map(([key]) => key);
    await store.remove(gone);
    gone.forEach(key => known.delete(key));
    if (!signal.aborted) {
      const { claimants } = this;
      this.passed.set(cluster, {
        mesh,
        stamp,
        claimants,
        services: present.size,
      });
    }
    return { services: present.size, written, removed: gone.length };
  }

  /** The rows of a Service where they differ from what is written. */
  private describe(
    mirror: ClusterMirror,
    service: Resource,
    claims: ClaimTable,
    context: {
      shared: string;
      severalClusters: boolean;
      present: Set<string>;
    },
  ): IndexedService | undefined {
    const { namespace = '', name } = service.metadata;
    const cluster = mirror.config.name;
    const key = keyOfService({ cluster, namespace, name });
    const claimants = claims.get(namespace, name);
    const assessment = assessSafely(mirror.mesh, { namespace, name });
    if (claimants.length === 0 && !isInMesh(assessment)) {
      return undefined;
    }
    context.present.add(key);
    const { probes } = this.options;
    const facts = claimants.map(each => probes.get(each.entityRef));
    const inputs = [
      context.shared,
      ...claimants.map(
        (each, index) => `${each.version} ${facts[index]?.lastProbeAt ?? ''}`,
      ),
      // What is suggested hangs on the labels.
      ...(claimants.length === 0
        ? [JSON.stringify(service.metadata.labels)]
        : []),
    ].join('\n');
    const before = this.known!.get(key);
    const mayDrift = facts.some(each => each && each.disagreeing.length > 0);
    if (
      !mayDrift &&
      before?.assessment === assessment &&
      before.inputs === inputs
    ) {
      return undefined;
    }
    const described = describeRows({
      mirror,
      assessment,
      claimants,
      keys: this.options.keys,
      probes: ref => probes.get(ref),
      suggestClaim: () =>
        suggestClaim(
          service,
          claims.index!,
          context.severalClusters ? cluster : undefined,
        ),
    });
    const digests = described.rows.map(({ row }) => row.digest).join(' ');
    this.known!.set(key, { cluster, digests, assessment, inputs });
    return before?.digests === digests ? undefined : described;
  }

  /** What can change the rows of a whole cluster. */
  private describeShared(mirror: ClusterMirror): string {
    return JSON.stringify([
      this.options.keys?.version,
      mirror.unreadKinds.map(({ kind }) => kind),
      mirror.parseErrors.map(({ resource, path }) => [resource, path]),
    ]);
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

  private async yieldTurn(): Promise<void> {
    if (performance.now() - this.sliceStartedAt > SLICE_MS) {
      await nextTurn();
      this.sliceStartedAt = performance.now();
    }
  }
}

/** Why a cluster's Services are not known as they are now. */
function describeGap(
  mirror: ClusterMirror,
  now: number,
): { since: number; reason: string } | undefined {
  const { state } = mirror.freshness;
  if (state.kind === 'stale') {
    return { since: Date.parse(state.since), reason: state.reason };
  }
  if (state.kind === 'unavailable') {
    return { since: now, reason: state.reason };
  }
  const blind = mirror.unreadKinds.some(({ kind }) => kind === 'Service');
  return blind && !mirror.reading
    ? { since: now, reason: 'Services of the cluster cannot be read' }
    : undefined;
}

/** Whether a proxy stands on some way in, or a gateway leads there: else it is no matter of the mesh. */
function isInMesh({ waysIn }: ServiceAssessment): boolean {
  return waysIn.some(
    ({ kind, hops }) =>
      kind === 'gateway' ||
      hops.some(({ proxy }) =>
        ['sidecar', 'waypoint', 'ztunnel'].includes(proxy.kind),
      ),
  );
}
