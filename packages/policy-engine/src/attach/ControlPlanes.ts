import { Resource } from '../model';
import { SHARED_MESH_CONFIG } from '../parse/istiodSettings';
import { ContainerSpec } from '../parse/specs';
import { sameData } from '../queries/queries';
import { envVarOf } from './containers';
import { ISTIOD_KINDS, istiodContainerOf, isIstiod, REVISION } from './istiods';
import { stringRecord } from './labels';

/** An istiod, as far as it is known where its mesh config is. */
export interface Istiod {
  namespace: string;
  /** Absent where its container is not among what is known of it. */
  reads?: MeshConfigNames;
}

export interface MeshConfigNames {
  /** Of its own ConfigMap (istiod's getMeshConfigMapName). */
  own: string;
  /** Of one that it reads before its own; `unknown` where it takes the name from elsewhere. */
  shared?: { kind: 'named'; name: string } | { kind: 'unknown' };
}

/** The istiods of a cluster. */
export class ControlPlanes {
  private readonly istiods = new Map<string, Istiod>();

  /** Takes an object for another one. Returns whether the istiods are others than before. */
  replace(
    kind: string,
    before: Resource | undefined,
    after: Resource | undefined,
  ): boolean {
    if (!ISTIOD_KINDS.includes(kind)) return false;
    const [old, next] = [before, after].map(each =>
      each && isIstiod(each) ? each : undefined,
    );
    if (!old && !next) return false;
    const { namespace = '', name } = (next ?? old)!.metadata;
    const key = `${kind}/${namespace}/${name}`;
    const known = this.istiods.get(key);
    const read = next && readIstiod(next, namespace);
    if (read) this.istiods.set(key, read);
    else this.istiods.delete(key);
    return !sameData(known, read);
  }

  /** Each once. */
  list(): Istiod[] {
    const found = new Map(
      [...this.istiods.values()].map(each => [JSON.stringify(each), each]),
    );
    return [...found.keys()].sort().map(key => found.get(key)!);
  }
}

function readIstiod(resource: Resource, namespace: string): Istiod {
  const container = istiodContainerOf(resource);
  if (!container) return { namespace };
  const revision = stringRecord(resource.metadata.labels)[REVISION] ?? '';
  const own = /^(default)?$/.test(revision) ? 'istio' : `istio-${revision}`;
  const shared = sharedOf(container);
  return { namespace, reads: { own, ...(shared ? { shared } : {}) } };
}

function sharedOf(container: ContainerSpec): MeshConfigNames['shared'] {
  const { value = '', valueFrom } =
    envVarOf(container, SHARED_MESH_CONFIG) ?? {};
  if (valueFrom !== undefined || typeof value !== 'string') {
    return { kind: 'unknown' };
  }
  return value === '' ? undefined : { kind: 'named', name: value };
}
