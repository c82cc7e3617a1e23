import { DestinationSpec } from '../../parse/specs';
import { followAlias } from '../aliases';
import { destinationKey, resolveServiceHost } from '../hosts';
import { stringList } from '../labels';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { BackendRefSpec, GATEWAY_API_GROUP, ReferenceGrantSpec } from './specs';

/** Resolves the backends of one route. */
export interface Backends {
  /** Empty where the reference may not be used: the share of such a backend is answered 500. */
  destination(ref: BackendRefSpec): DestinationSpec['destination'][];
  faultOf(ref: BackendRefSpec): BackendFault | undefined;
}

/** What is wrong with a reference: it is a fault of the whole route, or of the share of this backend. */
export type BackendFault = 'fatal' | 'of-its-own';

/** Backends as a route of a gateway sees them: another namespace needs a ReferenceGrant. */
export function backendsOfRoute(mesh: Mesh, route: Stored): Backends {
  const { namespace, resource } = route;
  const from = { kind: resource.kind, namespace };
  const placed = (ref: BackendRefSpec) => ({
    ...ref,
    namespace: ref.namespace || namespace,
  });
  const isAllowed = (ref: PlacedRef) =>
    ref.namespace === namespace || isGranted(mesh, from, ref);
  return {
    destination(given) {
      const ref = placed(given);
      if (!isAllowed(ref)) return [];
      if (!isService(ref) && !isHostname(ref)) {
        // Any other kind leads to no Service by itself.
        return [
          { host: `${ref.name}.${ref.namespace}.${ref.kind}`.toLowerCase() },
        ];
      }
      if (ref.port === undefined || isMisnamed(given)) return [];
      const host = isHostname(ref)
        ? ref.name
        : `${ref.name}.${ref.namespace}.svc.cluster.local`;
      const destination = { host, port: { number: ref.port } };
      return [followAlias(mesh, destination, ref.namespace)];
    },
    faultOf(given) {
      const ref = placed(given);
      if (!isAllowed(ref)) return 'of-its-own';
      if (isMisnamed(given)) return 'fatal';
      // Whether Istio follows pools at all is not known here.
      if (isInferencePool(ref)) return undefined;
      if (!isService(ref) && !isHostname(ref)) return 'of-its-own';
      if (ref.port === undefined) return 'fatal';
      return isThere(mesh, ref) ? undefined : 'of-its-own';
    },
  };
}

type PlacedRef = BackendRefSpec & { namespace: string };

/** The host in place of a Service's name, or a namespace beside a host. */
function isMisnamed(ref: BackendRefSpec): boolean {
  if (isHostname(ref)) return Boolean(ref.namespace);
  const isImport = ref.kind === 'ServiceImport';
  return isService(ref) && !isImport && ref.name.includes('.');
}

function isThere(mesh: Mesh, ref: PlacedRef): boolean {
  if (!isHostname(ref)) {
    return mesh.stored('Service', ref.namespace, ref.name) !== undefined;
  }
  const service = resolveServiceHost(ref.name, '');
  if (service && mesh.stored('Service', service.namespace, service.name)) {
    return true;
  }
  return mesh.all('ServiceEntry').some(({ resource }) => {
    const { hosts } = (resource.spec ?? {}) as { hosts?: unknown };
    return stringList(hosts).includes(ref.name);
  });
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
  to: PlacedRef,
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
