import { Mesh } from '../../attach/Mesh';
import { Stored } from '../../attach/Stored';
import { selectorOf, targetRefsOf } from '../../attach/policies';
import { selectWorkloads, workloadsIn } from '../../attach/workloads';
import { refOf } from '../../parse';
import { Detector, NOTHING, Occurrence } from '../detector';
import { nameOf } from '../rules';
import { needsHttp, usesWaypoint } from '../waypoints';

export const selectorOnWaypoint: Detector = {
  id: 'selector-on-waypoint',
  severity: 'error',
  title: 'A policy with a selector is meant for a waypoint',
  why: 'In ambient mode HTTP is seen by the waypoint alone, and a waypoint ignores every policy that has a selector. ztunnel takes such a policy and reads none of its HTTP fields.',
  fix: 'Use `targetRefs` to the Service, or to the waypoint’s Gateway.',
  link: 'https://istio.io/latest/docs/ambient/usage/l7-features/',
  inNamespace: (mesh, namespace, policies) =>
    hasWaypoints(mesh, namespace)
      ? policies
          .filter(stored => targetRefsOf(stored).length === 0)
          .flatMap(stored => inspect(mesh, namespace, stored))
      : NOTHING,
};

/** Whether any Pod of a namespace is a waypoint, or may stand behind one. */
function hasWaypoints(mesh: Mesh, namespace: string): boolean {
  return workloadsIn(mesh, namespace).some(
    ({ sidecar, labels }) => sidecar === 'ambient' || isWaypoint(labels),
  );
}

function inspect(mesh: Mesh, namespace: string, stored: Stored): Occurrence[] {
  const selector = selectorOf(stored);
  if (selector === 'unreadable' || Object.keys(selector).length === 0)
    return [];
  const selected = selectWorkloads(mesh, namespace, selector);
  if (selected.length === 0) return [];
  const waypoint = selected.find(({ labels }) => isWaypoint(labels));
  const behind = selected.filter(
    ({ sidecar, labels }) =>
      sidecar === 'ambient' && usesWaypoint(mesh, namespace, labels),
  );
  const all = behind.length === selected.length;
  if (!waypoint && !(all && needsHttp(stored))) return [];
  const resource = refOf(stored.resource);
  return [
    {
      message: `${nameOf(resource)} selects ${(waypoint ?? behind[0]).name}, ${
        waypoint ? 'which is a waypoint' : 'whose HTTP a waypoint handles'
      }: its HTTP rules are ignored.`,
      resource,
      path: 'spec.selector',
    },
  ];
}

/** Label that Istio puts on the Pods of waypoints. */
function isWaypoint(labels: Record<string, string>): boolean {
  return labels['gateway.istio.io/managed'] === 'istio.io-mesh-controller';
}
