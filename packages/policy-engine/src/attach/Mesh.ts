import { ParseError, Resource, ResourceRef } from '../model';
import { validateResource } from '../parse';
import { isMeshConfig } from '../parse/meshConfig';
import {
  combineMeshConfigs,
  DEFAULT_MESH_CONFIG,
  DEFAULT_ROOT_NAMESPACE,
  KnownMeshConfig,
} from './meshConfig';
import type { Reading } from './Discovery';
import { kindKey, keysOf, keysOfKind } from './kindKeys';
import { Doubtful, ObjectStore } from './ObjectStore';
import type { KindTable, ObjectTable, Slot } from './objectTables';
import { Queries } from '../queries/queries';
import { compareStored, Stored } from './Stored';

/** @public */
export interface MeshOptions {
  /**
   * Namespace whose policies reach every workload, unless the mesh config says otherwise. Default
   * `istio-system`.
   */
  rootNamespace?: string;
  /** Unless the mesh config says otherwise. Default `cluster.local`. */
  trustDomain?: string;
}

const NO_ERRORS: readonly ParseError[] = [];

/**
 * Derived values kept before all are dropped: a bound on memory under churn. A mesh whose every Service
 * was assessed has two to three for each object, however large it is.
 */
const MAX_DERIVED = 500_000;
const MAX_DERIVED_PER_OBJECT = 5;

/**
 * The configuration of one cluster. Objects go in and out one by one; derived answers are cached
 * and only those that a change touches are computed again. Istio's mesh config is read from its
 * ConfigMaps (`istio`, `istio-REVISION`, key `mesh`) where they are among the objects.
 *
 * @public
 */
export class Mesh {
  /** @internal */
  readonly queries = new Queries();
  private readonly store = new ObjectStore(this.queries);
  private changes = 0;
  private meshConfig: KnownMeshConfig = DEFAULT_MESH_CONFIG;
  private trusted: readonly string[] = [];
  private readonly options: MeshOptions;

  constructor(options: MeshOptions = {}) {
    this.options = options;
    this.readTrustDomains();
  }

  get rootNamespace(): string {
    const { rootNamespace } = this.meshConfig;
    return (
      rootNamespace ?? this.options.rootNamespace ?? DEFAULT_ROOT_NAMESPACE
    );
  }

  get trustDomain(): string {
    return this.trusted[0];
  }

  /** @internal The trust domain and its aliases; the same list while they are the same. */
  get trustDomains(): readonly string[] {
    return this.trusted;
  }

  /** @internal */
  get config(): KnownMeshConfig {
    return this.meshConfig;
  }

  /** Grows with every change. */
  get revision(): number {
    return this.changes;
  }

  /**
   * Grows with every change of an object of a kind, in one namespace or anywhere. Both kinds called `Gateway`
   * count as one.
   */
  revisionOf(kind: string, namespace?: string): number {
    return Math.max(
      ...this.tablesOf(kind, namespace).map(({ node }) => node.changedAt),
    );
  }

  /** Adds an object, or replaces the one of the same kind, namespace and name. */
  apply(resource: Resource): void {
    this.applyValidated(resource, validateResource(resource));
  }

  /** @internal As `apply`, with what validation said of the object as it is. */
  applyValidated(resource: Resource, said: readonly ParseError[]): void {
    const kind = kindKey(resource.kind, resource.apiVersion);
    const { namespace = '', name } = resource.metadata;
    const errors =
      said.length === 0 ? NO_ERRORS : said.filter(error => !error.moot);
    this.put(kind, namespace, name, { resource, namespace, name, errors });
  }

  /**
   * Removes an object; one that is not there is no error. Without `apiVersion`, a `Gateway` is
   * removed of both APIs that have such a kind.
   */
  remove(ref: ResourceRef): void {
    const { namespace = '', name } = ref;
    for (const kind of keysOf(ref)) {
      const held = this.store.peekHeld(kind, namespace, name);
      if (held) this.put(kind, namespace, name, undefined);
    }
  }

  /** One object, whether istiod reads it or not. */
  get(ref: ResourceRef): Resource | undefined {
    for (const kind of keysOf(ref)) {
      const slot = this.slot(kind, ref.namespace ?? '', ref.name);
      if (slot?.held) return slot.held.resource;
    }
    return undefined;
  }

  /**
   * All objects of a kind, in one namespace or anywhere, whether istiod reads them or not, in the order of
   * namespace and name.
   */
  list(kind: string, namespace?: string): Resource[] {
    return this.tablesOf(kind, namespace)
      .flatMap(table => {
        this.queries.note(table.node);
        return [...table.held()].sort(compareStored);
      })
      .map(stored => stored.resource);
  }

  /** Every namespace that has an object of a kind, with some that have none: they had one, or were asked for. */
  namespacesWith(kind: string): Iterable<string> {
    const found = keysOfKind(kind).map(key => {
      const { node, namespaces } = this.store.table(key);
      this.queries.note(node);
      return [...namespaces.keys()];
    });
    return new Set(found.flat());
  }

  /** Every Service, in the order of namespace and name. */
  services(): { namespace: string; name: string }[] {
    return this.all('Service').map(({ namespace, name }) => ({
      namespace,
      name,
    }));
  }

  /**
   * @internal One object, if istiod may read it, as with all that follow; the caller's answer depends on this
   * object alone.
   */
  stored(kind: string, namespace: string, name: string): Stored | undefined {
    return this.slot(kind, namespace, name)?.stored;
  }

  /**
   * @internal One object, without depending on it: for what is kept with something that is made anew
   * whenever the object changes.
   */
  peek(kind: string, namespace: string, name: string): Stored | undefined {
    return this.store.peek(kind, namespace, name);
  }

  /** @internal All objects of a namespace; the answer depends on each of them. */
  inNamespace(kind: string, namespace: string): Stored[] {
    const table = this.store.table(kind).namespace(namespace);
    this.queries.note(table.node);
    return table.count === 0 ? [] : [...table.objects()].sort(compareStored);
  }

  /** @internal All objects of a kind; the answer depends on each of them. */
  all(kind: string): Stored[] {
    const table = this.store.table(kind);
    this.queries.note(table.node);
    return table.objects().sort(compareStored);
  }

  /** @internal Every object of a kind in no order; the answer depends on each of them. */
  each(kind: string): Iterable<Stored> {
    this.queries.note(this.store.table(kind).node);
    return this.unsorted(kind);
  }

  /**
   * @internal Objects of a kind in no order, in one namespace or anywhere, and without depending on them: for
   * what is got ready ahead of any answer.
   */
  *unsorted(kind: string, namespace?: string): Generator<Stored> {
    const { namespaces } = this.store.kinds.get(kind) ?? {};
    const tables =
      namespace === undefined
        ? namespaces?.values()
        : [namespaces?.get(namespace)];
    for (const objects of tables ?? []) if (objects) yield* objects.objects();
  }

  /** @internal Namespaces that hold an object of a kind, sorted. */
  namespacesOf(kind: string): string[] {
    const table = this.store.table(kind);
    this.queries.note(table.node);
    return [...table.namespaces]
      .filter(([, { count }]) => count > 0)
      .map(([namespace]) => namespace)
      .sort();
  }

  /** @internal Whether istiod reads a namespace; the answer depends on it. */
  readingIn(namespace: string): Reading {
    return this.store.readingIn(namespace);
  }

  /** @internal Whether istiod reads everything, as it does in most meshes. */
  isReadWhole(): boolean {
    return this.store.isReadWhole();
  }

  /** @internal Every object of which it is not sure that istiod reads it; the answer depends on each. */
  doubtful(): Iterable<Doubtful> {
    return this.store.doubtful();
  }

  /** The mesh config reaches every answer, so a change of it drops all of them. */
  private readMeshConfig(): void {
    const resources = this.store
      .table('ConfigMap')
      .objects()
      .sort(compareStored)
      .map(stored => stored.resource)
      .filter(isMeshConfig);
    const next = combineMeshConfigs(
      resources,
      this.store.controlPlanes.list(),
      this.options.rootNamespace,
    );
    if (JSON.stringify(next) === JSON.stringify(this.meshConfig)) return;
    this.meshConfig = next;
    this.readTrustDomains();
    this.store.select(next.discoverySelectors);
    this.queries.forget();
  }

  private readTrustDomains(): void {
    const { trustDomain, trustDomainAliases } = this.meshConfig;
    const own = trustDomain ?? this.options.trustDomain ?? 'cluster.local';
    this.trusted = [own, ...trustDomainAliases];
  }

  /** Puts an object, or nothing, into its place. */
  private put(
    kind: string,
    namespace: string,
    name: string,
    stored: Stored | undefined,
  ): void {
    this.changes += 1;
    const maxDerived = MAX_DERIVED + MAX_DERIVED_PER_OBJECT * this.store.size;
    if (this.queries.size > maxDerived) {
      this.queries.forget();
      this.store.dropEmptySlots();
    }
    const { controlPlaneChanges } = this.store;
    const before = this.store.put(kind, namespace, name, stored);
    const isOfMeshConfig = [stored, before].some(
      each => each && isMeshConfig(each.resource),
    );
    if (
      isOfMeshConfig ||
      this.store.controlPlaneChanges > controlPlaneChanges
    ) {
      this.readMeshConfig();
    }
  }

  private tablesOf(
    kind: string,
    namespace: string | undefined,
  ): (KindTable | ObjectTable)[] {
    return keysOfKind(kind).map(key => {
      const table = this.store.table(key);
      return namespace === undefined ? table : table.namespace(namespace);
    });
  }

  private slot(
    kind: string,
    namespace: string,
    name: string,
  ): Readonly<Slot> | undefined {
    if (!this.queries.isRecording) {
      return this.store.slotOf(kind, namespace, name);
    }
    const slot = this.store.table(kind).namespace(namespace).slot(name);
    this.queries.note(slot.node);
    return slot;
  }
}
