import {
  assessSafely,
  Mesh,
  Resource,
  ServiceAssessment,
} from 'istio-jwt-policy-engine';
import { ClusterMirror } from '../../cluster';
import { OwnershipRule } from '../../config/types';
import { listCached } from '../../entity';
import { IssuerKeys } from '../../jwks';
import { keyOfService } from '../rows';
import { ClaimTable } from './ClaimTable';
import { describeRows, IndexedService } from './describeRows';
import { IndexStore } from './IndexStore';
import { Claimant } from './listClaimants';
import { ProbeFactsReader } from './ProbeFacts';
import { suggestClaim } from './suggestClaim';
import { Turns } from '../../Turns';

/** What a pass did. */
export interface PassResult {
  services: number;
  written: number;
  removed: number;
}

/** What is known of a Service whose rows are in the database. */
export interface KnownService {
  cluster: string;
  /** Of the rows in the database, in the order of claims. */
  digests: string;
  assessment?: ServiceAssessment;
  /** All else that the rows were made of. */
  inputs?: string;
}

/** What one pass works with. */
export interface PassContext {
  /** By key of the Service. */
  known: Map<string, KnownService>;
  claimants: Claimant[];
  severalClusters: boolean;
  turns: Turns;
  signal: AbortSignal;
}

/** What one reading of the cluster works with. */
interface ReadContext extends PassContext {
  /** What can change the rows of the whole cluster. */
  shared: string;
  /** Keys of the Services that were seen. */
  present: Set<string>;
  /** Lets others run, and changes come in, where it is time. */
  yieldTurn: () => Promise<void>;
}

interface Passed {
  mesh: Mesh;
  stamp: string;
  claimants: Claimant[];
  services: number;
}

const BATCH = 50;

/** Keeps the rows of one cluster's Services like the cluster and the catalog. */
export class ClusterIndexer {
  private readonly claims: ClaimTable;
  /** What the last whole pass was made of. */
  private passed?: Passed;

  constructor(
    private readonly cluster: string,
    private readonly options: {
      keys?: IssuerKeys;
      store: Pick<IndexStore, 'replace' | 'remove'>;
      probes: ProbeFactsReader;
      ownership?: readonly OwnershipRule[];
    },
  ) {
    this.claims = new ClaimTable(cluster, options.ownership);
  }

  /** The next pass looks at everything. */
  reset(): void {
    this.passed = undefined;
  }

  async pass(mirror: ClusterMirror, context: PassContext): Promise<PassResult> {
    const { claimants, turns, signal } = context;
    const { mesh } = mirror;
    const shared = this.describeShared(mirror);
    const stamp = JSON.stringify([
      mirror.revision,
      mesh.revision,
      this.options.probes.version,
      shared,
      context.severalClusters,
    ]);
    if (
      this.passed?.mesh === mesh &&
      this.passed.stamp === stamp &&
      this.passed.claimants === claimants
    ) {
      return { services: this.passed.services, written: 0, removed: 0 };
    }
    const present = new Set<string>();
    const written = await mirror.readWhole(async rest => {
      const services = listCached(mesh, 'Service');
      const yieldTurn = async () => {
        await turns.yield();
        await rest();
      };
      await this.claims.update(mesh, claimants, yieldTurn);
      return this.writeChanged(mirror, services, {
        ...context,
        shared,
        present,
        yieldTurn,
      });
    });
    if (signal.aborted) {
      return { services: present.size, written, removed: 0 };
    }
    const removed = await this.removeGone(present, context.known);
    this.passed = { mesh, stamp, claimants, services: present.size };
    return { services: present.size, written, removed };
  }

  private async writeChanged(
    mirror: ClusterMirror,
    services: Resource[],
    context: ReadContext,
  ): Promise<number> {
    let batch: IndexedService[] = [];
    let written = 0;
    const flush = async () => {
      await this.options.store.replace(batch);
      written += batch.length;
      batch = [];
    };
    for (const service of services) {
      if (context.signal.aborted) {
        break;
      }
      await context.yieldTurn();
      const changed = this.describe(mirror, service, context);
      if (changed) {
        batch.push(changed);
        if (batch.length >= BATCH) {
          await flush();
        }
      }
    }
    await flush();
    return written;
  }

  private async removeGone(
    present: Set<string>,
    known: Map<string, KnownService>,
  ): Promise<number> {
    const gone = [...known]
      .filter(
        ([key, { cluster }]) => cluster === this.cluster && !present.has(key),
      )
      .map(([key]) => key);
    await this.options.store.remove(gone);
    gone.forEach(key => known.delete(key));
    return gone.length;
  }

  /** The rows of a Service where they differ from what is written. */
  private describe(
    mirror: ClusterMirror,
    service: Resource,
    { known, severalClusters, shared, present }: ReadContext,
  ): IndexedService | undefined {
    const { namespace = '', name } = service.metadata;
    const { cluster } = this;
    const { probes, keys } = this.options;
    const key = keyOfService({ cluster, namespace, name });
    const { shown: claimants, total } = this.claims.get(namespace, name);
    const assessment = assessSafely(mirror.mesh, { namespace, name });
    if (claimants.length === 0 && !isInMesh(assessment)) {
      return undefined;
    }
    present.add(key);
    const facts = claimants.map(each => probes.get(each.entityRef));
    const inputs = [
      shared,
      total,
      ...claimants.map(
        (each, index) => `${each.version} ${facts[index]?.lastProbeAt ?? ''}`,
      ),
      // What is suggested hangs on the labels.
      ...(claimants.length === 0
        ? [JSON.stringify(service.metadata.labels)]
        : []),
    ].join('\n');
    const before = known.get(key);
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
      claimedBy: total,
      keys,
      probes: ref => probes.get(ref),
      suggestClaim: () =>
        suggestClaim(
          service,
          this.claims.index!,
          severalClusters ? cluster : undefined,
        ),
    });
    const digests = described.rows.map(({ row }) => row.digest).join(' ');
    known.set(key, { cluster, digests, assessment, inputs });
    return before?.digests === digests ? undefined : described;
  }

  /** What can change the rows of the whole cluster. */
  private describeShared(mirror: ClusterMirror): string {
    return JSON.stringify([
      this.options.keys?.version,
      mirror.unreadKinds.map(({ kind }) => kind),
      mirror.parseErrors.map(({ resource, path }) => [resource, path]),
    ]);
  }
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
