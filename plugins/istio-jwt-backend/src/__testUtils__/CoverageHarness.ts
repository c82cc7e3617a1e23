import { Entity } from '@backstage/catalog-model';
import { mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { Mesh } from 'istio-jwt-policy-engine';
import { Knex } from 'knex';
import { ClusterMirror } from '../cluster';
import { CoverageIndexer, PassResult } from '../coverage/index/CoverageIndexer';
import { IndexStore } from '../coverage/index/IndexStore';
import { listClaimants } from '../coverage/index/listClaimants';
import { ProbeFactsReader } from '../coverage/index/ProbeFacts';
import { CountReader } from '../coverage/read/CountReader';
import { CoverageReader } from '../coverage/read/CoverageReader';
import { Viewer } from '../coverage/read/Viewer';
import { keyOfEntity } from '../coverage/rows';
import { DatabaseProbeRunStore } from '../storage';

export const ALL: Viewer = { kind: 'all' };

/** A viewer of some entities. */
export function viewerOf(...entityRefs: string[]): Viewer {
  return { kind: 'some', entityKeys: entityRefs.map(keyOfEntity) };
}

/** An entity that claims what carries the label `app: name`. */
export function claimingEntity(
  name: string,
  more: {
    selector?: string;
    owner?: string;
    title?: string;
    system?: string;
    annotations?: Record<string, string>;
  } = {},
): Entity {
  const { selector = `app=${name}`, owner = 'group:default/team' } = more;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name,
      namespace: 'default',
      title: more.title,
      annotations: {
        'backstage.io/kubernetes-label-selector': selector,
        ...more.annotations,
      },
    },
    spec: { owner, ...(more.system ? { system: more.system } : {}) },
    relations: [
      { type: 'ownedBy', targetRef: owner },
      ...(more.system ? [{ type: 'partOf', targetRef: more.system }] : []),
    ],
  };
}

/** The index over meshes in memory and a database, passed by hand. */
export class CoverageHarness {
  readonly store: IndexStore;
  readonly reader: CoverageReader;
  readonly counts: CountReader;
  readonly indexer: CoverageIndexer;
  entities: Entity[];
  mirrors: ClusterMirror[];
  private now = Date.now();

  static async create(
    db: Knex,
    mirrors: ClusterMirror[],
    entities: Entity[] = [],
  ): Promise<CoverageHarness> {
    const runs = await DatabaseProbeRunStore.create({
      database: mockServices.database.mock({
        getClient: async () => db,
        migrations: { skip: true },
      }),
    });
    return new CoverageHarness(db, runs, mirrors, entities);
  }

  private constructor(
    readonly db: Knex,
    readonly runs: DatabaseProbeRunStore,
    mirrors: ClusterMirror[],
    entities: Entity[],
  ) {
    this.mirrors = mirrors;
    this.entities = entities;
    this.store = new IndexStore(db);
    this.reader = new CoverageReader(db);
    this.counts = new CountReader(db);
    this.indexer = this.makeIndexer();
  }

  /** As another replica has. */
  makeIndexer(): CoverageIndexer {
    return new CoverageIndexer({
      registry: { list: () => this.mirrors },
      store: this.store,
      probes: new ProbeFactsReader(this.db, this.runs),
      logger: mockServices.logger.mock(),
      claimantsMaxAgeMs: 0,
      listClaimants: signal =>
        listClaimants({
          auth: mockServices.auth(),
          catalog: catalogServiceMock({ entities: this.entities }),
          signal,
        }),
    });
  }

  async pass(): Promise<PassResult> {
    this.now += 1;
    return this.indexer.pass(new AbortController().signal, this.now);
  }

  async listAll(viewer: Viewer = ALL, filter = {}) {
    const { items } = await this.reader.list(viewer, filter, {
      sort: 'title',
      order: 'asc',
      limit: 200,
    });
    return items;
  }
}

/** Removes one object of a mesh. */
export function removeFrom(
  mesh: Mesh,
  kind: string,
  namespace: string,
  name: string,
): void {
  mesh.remove({ kind, namespace, name });
}
