import { Mesh } from '../attach/Mesh';
import { Stored } from '../attach/Stored';
import { stringRecord } from '../attach/workloads';

const USE_WAYPOINT = 'istio.io/use-waypoint';

/** Whether an object, or else its namespace, asks for a waypoint. */
export function usesWaypoint(
  mesh: Mesh,
  namespace: string,
  ...labelSets: Record<string, string>[]
): boolean {
  const own = labelSets
    .map(labels => labels[USE_WAYPOINT])
    .find(value => value !== undefined);
  const inherited = stringRecord(
    mesh.stored('Namespace', '', namespace)?.resource.metadata.labels,
  )[USE_WAYPOINT];
  const name = own ?? inherited;
  return name !== undefined && name !== '' && name !== 'none';
}

export function labelsOf({ resource }: Stored): Record<string, string> {
  return stringRecord(resource.metadata.labels);
}

/** Whether a policy looks at what only an HTTP proxy sees. */
export function needsHttp({ resource }: Stored): boolean {
  if (resource.kind === 'RequestAuthentication') return true;
  const text = JSON.stringify(
    (resource.spec as { rules?: unknown } | null)?.rules ?? [],
  );
  return /"(requestPrincipals|notRequestPrincipals|hosts|notHosts|methods|notMethods|paths|notPaths)":|"key":"request\./.test(
    text,
  );
}
