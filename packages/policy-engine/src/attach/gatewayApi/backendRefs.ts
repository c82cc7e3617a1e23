import { DestinationSpec } from '../../parse/specs';
import type { Mesh, Stored } from '../Mesh';
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
      const isService =
        (ref.group ?? '') === '' && (ref.kind ?? 'Service') === 'Service';
      if (
        place !== namespace &&
        !isGranted(mesh, { kind, namespace }, { ...ref, namespace: place })
      ) {
        return [];
      }
      const isHostname =
        ref.group === 'networking.istio.io' && ref.kind === 'Hostname';
      if (!isService && !isHostname) {
        // Any other kind (InferencePool, ServiceImport) leads where the engine does not look.
        return [{ host: `${ref.name}.${place}.${ref.kind}`.toLowerCase() }];
      }
      if (ref.port === undefined) return [];
      const port = { number: ref.port };
      if (isHostname) return [{ host: ref.name, port }];
      if (ref.name.includes('.')) return [];
      return [{ host: `${ref.name}.${place}.svc.cluster.local`, port }];
    },
  };
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
