import { gatewayWorkloads } from '../../attach/gateways';
import type { Mesh } from '../../attach/Mesh';
import { workloadNamespaces, workloadsIn } from '../../attach/workloads';

const SHOWN = 5;

/**
 * What files need not hold, and what is unknown without it, in lines for a person; none where all is there. A
 * cluster has all of it.
 */
export function describeMissing(mesh: Mesh): string[] {
  const namespaces = namespacesWithout(mesh);
  const gateways = gatewaysWithout(mesh);
  const lines = [
    ...(namespaces.length > 0
      ? [
          `  Namespace ${list(
            namespaces,
          )}: its labels say which Pods get a sidecar`,
        ]
      : []),
    ...(gateways.length > 0
      ? [
          `  what Gateway ${list(
            gateways,
          )} selects: a Deployment of the gateway, or what installs it`,
        ]
      : []),
  ];
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

function gatewaysWithout(mesh: Mesh): string[] {
  return mesh
    .all('Gateway')
    .filter(
      stored =>
        stored.errors.length === 0 &&
        gatewayWorkloads(mesh, stored).length === 0,
    )
    .map(({ namespace, name }) => `${namespace}/${name}`);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  const rest = names.length - SHOWN;
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
