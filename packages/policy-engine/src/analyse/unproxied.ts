import { attachedTo, Attachment } from '../attach/policies';
import { Mesh } from '../attach/Mesh';
import {
  isRouter,
  proxyOf,
  selectWorkloads,
  Workload,
} from '../attach/workloads';
import { ServiceSpec } from '../parse/specs';
import { DetectorContext } from './detector';

/** Pods behind a Service that have no proxy of their own, with policies that select them. */
export interface Unproxied {
  workload: Workload;
  policies: readonly Attachment[];
}

/** Empty at little cost where every way in has a proxy at the workload. */
export function unproxiedOf({
  mesh,
  service,
  waysIn,
}: DetectorContext): Unproxied[] {
  const bare = waysIn.some(
    ({ wayIn }) =>
      wayIn.kind === 'in-mesh' &&
      !wayIn.hops.some(({ proxy }) => /^(sidecar|waypoint)$/.test(proxy.kind)),
  );
  if (!bare) return [];
  const stored = mesh.stored('Service', service.namespace, service.name);
  const selector =
    ((stored?.resource.spec ?? {}) as ServiceSpec).selector ?? {};
  if (Object.keys(selector).length === 0) return [];
  return selectWorkloads(mesh, service.namespace, selector).flatMap(
    workload => {
      // A gateway's policies are those of the Services behind it.
      if (isRouter(workload)) return [];
      const policies = policiesOf(mesh, workload);
      return policies.length > 0 ? [{ workload, policies }] : [];
    },
  );
}

function policiesOf(mesh: Mesh, workload: Workload): Attachment[] {
  const proxy = proxyOf(workload, 'sidecar');
  return (['RequestAuthentication', 'AuthorizationPolicy'] as const).flatMap(
    kind => attachedTo(mesh, proxy, kind),
  );
}
