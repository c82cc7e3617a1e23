import { GATEWAY_API_GATEWAY } from '../../attach/kindKeys';
import { Mesh } from '../../attach/Mesh';
import { Stored } from '../../attach/Stored';
import { targetRefsOf } from '../../attach/policies';
import { refOf } from '../../parse';
import { TargetRefSpec } from '../../parse/specs';
import { Detector, Occurrence } from '../detector';
import { nameOf } from '../rules';
import { labelsOf, usesWaypoint } from '../waypoints';

export const targetMissing: Detector = {
  id: 'target-missing',
  severity: 'error',
  title: 'A policy points at something that is not there',
  why: 'A policy with `targetRefs` reaches what they name and nothing else. A Gateway must stand in the namespace of the policy; a Service or ServiceEntry needs a waypoint, for that is where the policy is enforced.',
  fix: 'Correct the name, move the policy into the namespace of the target, or add the waypoint.',
  link: 'https://istio.io/latest/docs/reference/config/type/workload-selector/#PolicyTargetReference',
  inNamespace: (mesh, namespace, policies) =>
    policies.flatMap(stored =>
      targetRefsOf(stored).flatMap((target, index): Occurrence[] => {
        const why = whyMissing(mesh, namespace, stored, target);
        return why === undefined
          ? []
          : [
              {
                message: `${nameOf(
                  refOf(stored.resource),
                )} does nothing: ${why}.`,
                resource: refOf(stored.resource),
                path: `spec.targetRefs[${index}]`,
              },
            ];
      }),
    ),
};

function whyMissing(
  mesh: Mesh,
  namespace: string,
  stored: Stored,
  target: TargetRefSpec,
): string | undefined {
  const { kind, name } = target;
  if (stored.errors.length > 0) return undefined;
  switch (kind) {
    case 'Gateway': {
      if (mesh.stored(GATEWAY_API_GATEWAY, namespace, name)) return undefined;
      const classic = mesh.stored('Gateway', namespace, name);
      if (classic) {
        return `Gateway ${name} is one of networking.istio.io, which no policy can point at (select its Pods instead)`;
      }
      const elsewhere = mesh
        .namespacesOf(GATEWAY_API_GATEWAY)
        .find(other => mesh.stored(GATEWAY_API_GATEWAY, other, name));
      return elsewhere === undefined
        ? `there is no Gateway ${namespace}/${name}`
        : `Gateway ${name} stands in namespace ${elsewhere}, and the policy in ${namespace}`;
    }
    case 'GatewayClass':
      return namespace === mesh.rootNamespace
        ? undefined
        : `a GatewayClass is looked up from the root namespace ${mesh.rootNamespace} only`;
    case 'Service':
    case 'ServiceEntry': {
      const object = mesh.stored(kind, namespace, name);
      if (!object) return `there is no ${kind} ${namespace}/${name}`;
      return usesWaypoint(mesh, namespace, labelsOf(object))
        ? undefined
        : `${kind} ${namespace}/${name} has no waypoint (label istio.io/use-waypoint)`;
    }
    default:
      return undefined;
  }
}
