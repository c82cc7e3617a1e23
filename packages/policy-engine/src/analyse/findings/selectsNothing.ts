import { refOf } from '../../parse';
import { selectorOf, targetRefsOf } from '../../attach/policies';
import { isIstiod } from '../../attach/istiods';
import { Mesh } from '../../attach/Mesh';
import { Stored } from '../../attach/Stored';
import {
  includesLabels,
  selectWorkloads,
  workloadNamespaces,
  workloadsIn,
} from '../../attach/workloads';
import { AUTHORIZATION_POLICY_DOCS, Detector, Occurrence } from '../detector';
import { nameOf } from '../rules';

export const selectsNothing: Detector = {
  id: 'selects-nothing',
  severity: 'warning',
  title: 'A policy selects no workload',
  why: 'A selector is looked up in the namespace of the policy only (in the root namespace: everywhere). A policy for a shared gateway must live in the namespace of the gateway.',
  fix: "Correct the labels, or move the policy to the workload's namespace.",
  link: AUTHORIZATION_POLICY_DOCS,
  inNamespace: findIn,
};

function findIn(
  mesh: Mesh,
  namespace: string,
  policies: readonly Stored[],
): Occurrence[] {
  const isRoot = namespace === mesh.rootNamespace;
  // In the root namespace a selector is looked up everywhere.
  const places = isRoot ? workloadNamespaces(mesh) : [namespace];
  return policies.flatMap(stored => {
    const selector = selectorOf(stored);
    if (selector === 'unreadable' || targetRefsOf(stored).length > 0) return [];
    if (Object.keys(selector).length === 0) return [];
    const selects = (place: string) =>
      selectWorkloads(mesh, place, selector).length > 0;
    if (places.some(selects)) return [];
    const resource = refOf(stored.resource);
    const elsewhere = [
      mesh.rootNamespace,
      ...mesh.namespacesOf('Gateway'),
    ].find(
      other =>
        other !== namespace &&
        workloadsIn(mesh, other).some(({ labels }) =>
          includesLabels(labels, selector),
        ),
    );
    if (!elsewhere && !isKnown(mesh, namespace)) return [];
    const labels = Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(', ');
    return [
      {
        message: `${nameOf(resource)} selects ${labels}, and no workload of ${
          isRoot ? 'any namespace' : `namespace ${namespace}`
        } has these labels, so it does nothing.`,
        resource,
        path: 'spec.selector',
        ...(elsewhere
          ? {
              fix: `Move it to namespace ${elsewhere}, where such workloads run.`,
            }
          : {}),
      },
    ];
  });
}

/**
 * Whether what runs in a namespace is among the objects. A cluster has Pods; files need not hold what others install,
 * such as gateways, or a team's workloads beside another's policies.
 */
function isKnown(mesh: Mesh, namespace: string): boolean {
  return (
    mesh.namespacesOf('Pod').length > 0 ||
    workloadsIn(mesh, namespace).some(
      ({ labels }) => !isIstiod({ metadata: { labels } }),
    )
  );
}
