import { DestinationSpec } from '../../parse/specs';
import { followAlias } from '../aliases';
import { destinationKey } from '../hosts';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { BackendRefSpec, GATEWAY_API_GROUP, ReferenceGrantSpec } from './specs';

/** Resolves the backends of one route. */
export interface Backends {
  /** Empty where the reference may not be used: the share of such a backend is answered 500. */
  destination(ref: BackendRefSpec): DestinationSpec['destination'][];
}

/** Backends as a route of a gateway sees them: another namespace needs a ReferenceGrant. */
export function backendsOfRoute(mesh: Mesh, route: Stored): Backends {
  const { namespace, resource } = route;
  const { kind } = resource;
  return {
    destination(ref) {
      const place = ref.namespace || namespace;
      if (
        place !== namespace &&
        !isGranted(mesh, { kind, namespace }, { ...ref, namespace: place })
      ) {
        return [];
      }
      if (!isService(ref) && !isHostname(ref)) {
        // Any other kind leads to no Service by itself.
        return [{ host: `${ref.name}.${place}.${ref.kind}`.toLowerCase() }];
      }
      if (ref.port === undefined) return [];
      const isWhole = isHostname(ref);
      if (!isWhole && ref.name.includes('.')) return [];
      const host = isWhole
        ? ref.name
        : `${ref.name}.${place}.svc.cluster.local`;
      return [followAlias(mesh, { host, port: { number: ref.port } }, place)];
    },
  };
}

/** A Service, or a ServiceImport, which Istio takes for the Service of its name. */
function isService({ group = '', kind = 'Service' }: BackendRefSpec): boolean {
  return (
    (group === '' && kind === 'Service') ||
    (group === 'multicluster.x-k8s.io' && kind === 'ServiceImport')
  );
}

function isHostname({ group, kind }: BackendRefSpec): boolean {
  return group === 'networking.istio.io' && kind === 'Hostname';
}

/**
 * What a reference names, whether it may be used or not: `namespace/name` of a Service, a host, or the key of an
 * InferencePool. Undefined where the engine does not look.
 *
 * @param namespace - of the route
 */
export function destinationOf(
  ref: BackendRefSpec,
  namespace: string,
): string | undefined {
  if (isHostname(ref)) {
    return ref.name.includes('.') ? destinationKey(ref.name, '') : undefined;
  }
  const place = ref.namespace || namespace;
  if (isInferencePool(ref)) return inferencePoolKey(place, ref.name);
  return isService(ref) ? `${place}/${ref.name}` : undefined;
}

/** By what routes to an InferencePool are found. */
export function inferencePoolKey(namespace: string, name: string): string {
  return `InferencePool/${namespace}/${name}`;
}

function isInferencePool({ group, kind }: BackendRefSpec): boolean {
  return group === 'inference.networking.k8s.io' && kind === 'InferencePool';
}

/** Whether a ReferenceGrant in the backend's namespace lets such a route refer to it. */
function isGranted(
  mesh: Mesh,
  from: { kind: string; namespace: string },
  to: BackendRefSpec & { namespace: string },
): boolean {
  return mesh.inNamespace('ReferenceGrant', to.namespace).some(stored => {
    if (stored.errors.length > 0) return false;
    const spec = (stored.resource.spec ?? {}) as ReferenceGrantSpec;
    return (
      (spec.from ?? []).some(
        item =>
          item.group === GATEWAY_API_GROUP &&
          item.kind === from.kind &&
          item.namespace === from.namespace,
      ) &&
      (spec.to ?? []).some(
        item =>
          (item.group ?? '') === (to.group ?? '') &&
          item.kind === (to.kind ?? 'Service') &&
          (!item.name || item.name === to.name),
      )
    );
  });
}
