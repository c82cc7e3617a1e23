import { Mesh, parseObjects } from 'istio-jwt-policy-engine';
import { findKindByPlural, RESOURCE_KINDS, ResourceKind } from '../api/kinds';
import { KubeObject, objectKey } from '../api/object';
import { ObjectStore, StoreEvent } from '../api/store';

/** On a Service: its proxies run on the configuration from before the annotation. @public */
export const OUT_OF_SYNC_ANNOTATION = 'sandbox.istio-jwt/out-of-sync';

const POLICY_KINDS = ['RequestAuthentication', 'AuthorizationPolicy'];

const SERVICES = findKindByPlural('', 'v1', 'services')!;

/**
 * Gives the data plane the engine's view of the store: one mesh that follows every write at once, and
 * one that stands still for each Service that is marked out of sync. EnvoyFilters are left out, as
 * the sandbox cannot run them; only the verdict knows of them.
 *
 * @internal
 */
export class MeshFeed {
  readonly #live = new Mesh();
  readonly #frozen = new Map<string, Mesh>();
  #loading = false;

  constructor(private readonly store: ObjectStore) {
    store.subscribe(event => this.#follow(event));
  }

  /** What the proxies behind a Service run on. */
  meshOf(service: { namespace: string; name: string }): Mesh {
    return (
      this.#frozen.get(objectKey(service.namespace, service.name)) ?? this.#live
    );
  }

  get live(): Mesh {
    return this.#live;
  }

  /** Proxies that are out of sync from the start must miss the policies: see `freezeBeforePolicies`. */
  startLoading(): void {
    this.#loading = true;
    this.#frozen.clear();
  }

  /** Call when everything but policies is loaded. */
  freezeBeforePolicies(): void {
    for (const service of this.store.list(SERVICES)) {
      if (isOutOfSync(service)) {
        this.#freeze(service, kind => !POLICY_KINDS.includes(kind.kind));
      }
    }
  }

  finishLoading(): void {
    this.#loading = false;
  }

  #follow(event: StoreEvent) {
    if (event.type === 'DELETED') {
      this.#remove(event.kind, event.object);
    } else {
      put(this.#live, event.kind, event.object);
    }
    if (this.#loading || event.kind !== SERVICES) {
      return;
    }
    const { namespace, name } = event.object.metadata;
    const key = objectKey(namespace, name);
    if (event.type === 'DELETED' || !isOutOfSync(event.object)) {
      this.#frozen.delete(key);
    } else if (!this.#frozen.has(key)) {
      this.#freeze(event.object, () => true);
    }
  }

  /** The engine's names have no API group, so a namesake (two kinds are called Gateway) goes too. */
  #remove(
    { kind }: ResourceKind,
    { metadata: { namespace, name } }: KubeObject,
  ) {
    this.#live.remove({ kind, namespace, name });
    for (const other of RESOURCE_KINDS.filter(entry => entry.kind === kind)) {
      const namesake = this.store.get(other, namespace, name);
      if (namesake) {
        put(this.#live, other, namesake);
      }
    }
  }

  #freeze(service: KubeObject, includes: (kind: ResourceKind) => boolean) {
    const mesh = new Mesh();
    for (const kind of RESOURCE_KINDS.filter(includes)) {
      for (const object of this.store.list(kind)) {
        put(mesh, kind, object);
      }
    }
    const { namespace, name } = service.metadata;
    this.#frozen.set(objectKey(namespace, name), mesh);
  }
}

function isOutOfSync({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[OUT_OF_SYNC_ANNOTATION] === 'true';
}

function put(mesh: Mesh, kind: ResourceKind, object: KubeObject) {
  if (kind.kind === 'EnvoyFilter') {
    return;
  }
  for (const resource of parseObjects([object]).resources) {
    mesh.apply(resource);
  }
}
