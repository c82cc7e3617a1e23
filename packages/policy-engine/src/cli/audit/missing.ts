import { listFirst } from '../../analyse/rules';
import { gatewayWorkloads } from '../../attach/gateways';
import type { Mesh } from '../../attach/Mesh';
import type { Stored } from '../../attach/Stored';
import {
  selectWorkloads,
  stringRecord,
  workloadNamespaces,
  workloadsIn,
} from '../../attach/workloads';
import { ServiceSpec } from '../../parse/specs';

/** What files need not hold, and what is unknown without it, in lines for a person; none where all is there. */
export function describeMissing(mesh: Mesh): string[] {
  const parts: [names: readonly string[], tell: (list: string) => string][] = [
    [
      namespacesWithout(mesh),
      list => `Namespace ${list}: its labels say which Pods get a sidecar`,
    ],
    [
      servicesWithout(mesh),
      list => `what Service ${list} selects: Pods, or a Deployment of them`,
    ],
    [
      gatewaysWithout(mesh),
      list =>
        `what Gateway ${list} selects: a Deployment of the gateway, or what installs it`,
    ],
  ];
  const lines = parts
    .filter(([names]) => names.length > 0)
    .map(([names, tell]) => `  ${tell(listFirst(names))}`);
  return lines.length === 0
    ? []
    : [
        'Not among the objects, so that what depends on it is unknown:',
        ...lines,
        'Give it as files too, or lay the files over a cluster with --kubeconfig.',
      ];
}

/** Namespaces that are known by name alone, and have workloads of which it cannot be told whether they get a sidecar. */
function namespacesWithout(mesh: Mesh): string[] {
  return workloadNamespaces(mesh).filter(
    name =>
      !mesh.get({ kind: 'Namespace', name }) &&
      workloadsIn(mesh, name).some(({ sidecar }) => sidecar === 'unknown'),
  );
}

function servicesWithout(mesh: Mesh): string[] {
  return mesh
    .all('Service')
    .filter(({ namespace, resource, errors }) => {
      const selector = stringRecord(
        (resource.spec as ServiceSpec | undefined)?.selector,
      );
      return (
        errors.length === 0 &&
        Object.keys(selector).length > 0 &&
        selectWorkloads(mesh, namespace, selector).length === 0
      );
    })
    .map(nameOf);
}

function gatewaysWithout(mesh: Mesh): string[] {
  return mesh
    .all('Gateway')
    .filter(
      stored =>
        stored.errors.length === 0 &&
        gatewayWorkloads(mesh, stored).length === 0,
    )
    .map(nameOf);
}

function nameOf({ namespace, name }: Stored): string {
  return `${namespace}/${name}`;
}
