import { ParseError, Resource, ResourceRef } from '../model';
import { validateResource } from '../parse';
import { isMeshConfig } from '../parse/meshConfig';
import { GATEWAY_API_GROUP } from './gatewayApi/specs';
import {
  combineMeshConfigs,
  DEFAULT_MESH_CONFIG,
  KnownMeshConfig,
} from './meshConfig';
import { Queries } from './queries';

/** An object with what validation said of it. */
export interface Stored {
  readonly resource: Resource;
  readonly errors: readonly ParseError[];
}

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

/** Derived values kept before old ones are dropped: a bound on memory under churn. */
const MAX_DERIVED = 500_000;

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
  private readonly kinds = new Map<string, Map<string, Map<string, Stored>>>();
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
    return rootNamespace ?? this.options.rootNamespace ?? 'istio-system';
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

  /** Adds an object, or replaces the one of the same kind, namespace and name. */
  apply(resource: Resource): void {
    const kind = kindKey(resource.kind, resource.apiVersion);
    const namespace = resource.metadata.namespace ?? '';
    let namespaces = this.kinds.get(kind);
    if (!namespaces) this.kinds.set(kind, (namespaces = new Map()));
    let objects = namespaces.get(namespace);
    if (!objects) namespaces.set(namespace, (objects = new Map()));
    const before = objects.get(resource.metadata.name)?.resource;
    objects.set(resource.metadata.name, {
      resource,
      errors: validateResource(resource).filter(error => !error.moot),
    });
    this.touch(kind, namespace, resource.metadata.name);
    if (isMeshConfig(resource) || (before && isMeshConfig(before))) {
      this.readMeshConfig();
    }
  }

  /**
   * Removes an object; one that is not there is no error. Without `apiVersion`, a `Gateway` is
   * removed of both APIs that have such a kind.
   */
  remove(ref: ResourceRef): void {
    for (const kind of keysOf(ref)) {
      const objects = this.kinds.get(kind)?.get(ref.namespace ?? '');
      const before = objects?.get(ref.name)?.resource;
      if (!objects || !before) continue;
      objects.delete(ref.name);
      this.touch(kind, ref.namespace ?? '', ref.name);
      if (isMeshConfig(before)) this.readMeshConfig();
    }
  }

  get(ref: ResourceRef): Resource | undefined {
    for (const kind of keysOf(ref)) {
      const found = this.stored(kind, ref.namespace ?? '', ref.name);
      if (found) return found.resource;
    }
    return undefined;
  }

  /** All objects of a kind, in the order of namespace and name. */
  list(kind: string): Resource[] {
    return keysOfKind(kind)
      .flatMap(key => this.all(key))
      .map(stored => stored.resource);
  }

  /** Every Service, in the order of namespace and name. */
  services(): { namespace: string; name: string }[] {
    return this.list('Service').map(({ metadata }) => ({
      namespace: metadata.namespace ?? '',
      name: metadata.name,
    }));
  }

  /** @internal One object; the caller's answer depends on this object alone. */
  stored(kind: string, namespace: string, name: string): Stored | undefined {
    this.queries.read(`${kind}/${namespace}/${name}`);
    return this.kinds.get(kind)?.get(namespace)?.get(name);
  }

  /**
   * @internal One object, without depending on it: for what is kept with something that is made anew
   * whenever the object changes.
   */
  peek(kind: string, namespace: string, name: string): Stored | undefined {
    return this.kinds.get(kind)?.get(namespace)?.get(name);
  }

  /** @internal All objects of a namespace; the answer depends on each of them. */
  inNamespace(kind: string, namespace: string): Stored[] {
    this.queries.read(`${kind}/${namespace}`);
    const objects = this.kinds.get(kind)?.get(namespace)?.values() ?? [];
    return [...objects].sort(compareStored);
  }

  /** @internal All objects of a kind; the answer depends on each of them. */
  all(kind: string): Stored[] {
    this.queries.read(kind);
    const namespaces = this.kinds.get(kind)?.values() ?? [];
    return [...namespaces]
      .flatMap(objects => [...objects.values()])
      .sort(compareStored);
  }

  /** @internal Namespaces that hold an object of a kind, sorted. */
  namespacesOf(kind: string): string[] {
    this.queries.read(kind);
    return [...(this.kinds.get(kind) ?? [])]
      .filter(([, objects]) => objects.size > 0)
      .map(([namespace]) => namespace)
      .sort();
  }

  /** The mesh config reaches every answer, so a change of it drops all of them. */
  private readMeshConfig(): void {
    const resources = [...(this.kinds.get('ConfigMap')?.values() ?? [])]
      .flatMap(objects => [...objects.values()])
      .sort(compareStored)
      .map(stored => stored.resource)
      .filter(isMeshConfig);
    const next = combineMeshConfigs(resources);
    if (JSON.stringify(next) === JSON.stringify(this.meshConfig)) return;
    this.meshConfig = next;
    this.readTrustDomains();
    this.queries.forget();
  }

  private readTrustDomains(): void {
    const { trustDomain, trustDomainAliases } = this.meshConfig;
    const own = trustDomain ?? this.options.trustDomain ?? 'cluster.local';
    this.trusted = [own, ...trustDomainAliases];
  }

  private touch(kind: string, namespace: string, name: string): void {
    this.changes += 1;
    if (this.queries.size > MAX_DERIVED) this.queries.forget();
    this.queries.touch(kind);
    this.queries.touch(`${kind}/${namespace}`);
    this.queries.touch(`${kind}/${namespace}/${name}`);
  }
}

/** Two kinds are called Gateway; the one of the Gateway API gets a key of its own. */
export const GATEWAY_API_GATEWAY = `Gateway.${GATEWAY_API_GROUP}`;

function kindKey(kind: string, apiVersion: string): string {
  return kind === 'Gateway' && apiVersion.startsWith(GATEWAY_API_GROUP)
    ? GATEWAY_API_GATEWAY
    : kind;
}

/** Both kinds called Gateway where the reference does not say which. */
function keysOf({ kind, apiVersion }: ResourceRef): string[] {
  return apiVersion === undefined
    ? keysOfKind(kind)
    : [kindKey(kind, apiVersion)];
}

function keysOfKind(kind: string): string[] {
  return kind === 'Gateway' ? ['Gateway', GATEWAY_API_GATEWAY] : [kind];
}

/** By namespace and name, so that no answer depends on the order in which objects came. */
function compareStored(a: Stored, b: Stored): number {
  const left = a.resource.metadata;
  const right = b.resource.metadata;
  return (
    compareText(left.namespace ?? '', right.namespace ?? '') ||
    compareText(left.name, right.name)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
