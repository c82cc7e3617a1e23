/**
 * The portal's account in the cluster, with the rights of the shipped manifests and none besides: what
 * they lack, the lab's tests of the portal show.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { parseManifests, type Kube, type Manifest } from '../kube.ts';
import { kubeconfigPath, labDir, runDir } from '../paths.ts';

const ACCOUNT = { name: 'backstage', namespace: 'backstage' };
const manifestsDir = join(
  dirname(dirname(labDir)),
  'plugins/istio-jwt-backend/manifests',
);

/** Where a manifest's Role is needed in the lab. */
const PLACES: Record<Grant, string[]> = {
  read: [],
  // Where policies may be written: those of the gateways, and of the workloads.
  enable: ['istio-system', 'default', 'edge', 'ambient'],
  // Where the services are that get routes, and the gateway workload that gets a Gateway.
  route: ['istio-system', 'default'],
  // Where the Pods are that send probes from inside the mesh.
  probe: ['default', 'ambient'],
};
const FILES: Record<Grant, string> = {
  read: 'read-rbac.yaml',
  enable: 'enablement-rbac.yaml',
  route: 'routes-rbac.yaml',
  probe: 'prober.yaml',
};

export type Grant = 'read' | 'enable' | 'route' | 'probe';

const GRANTS: Grant[] = ['read', 'enable', 'route', 'probe'];

export const WRITABLE_NAMESPACES = PLACES.enable;

/** Roles and bindings of a shipped manifest, for the lab's namespaces. */
export function describeGrant(grant: Grant): Manifest[] {
  const rbac = parseManifests(
    readFileSync(join(manifestsDir, FILES[grant]), 'utf8'),
  ).filter(({ apiVersion }) => apiVersion === 'rbac.authorization.k8s.io/v1');
  const places = PLACES[grant];
  return places.length === 0
    ? rbac
    : places.flatMap(namespace =>
        rbac.map(object => ({
          ...object,
          metadata: { ...object.metadata, namespace },
        })),
      );
}

/**
 * Makes the account with what the manifests grant, in place of what it had before, and writes a
 * kubeconfig with its token.
 *
 * @returns path of the kubeconfig
 */
export async function ensurePortalAccount(
  kube: Kube,
  grants: Grant[] = GRANTS,
): Promise<string> {
  await kube.apply([
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: ACCOUNT.namespace },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ACCOUNT },
  ]);
  for (const grant of GRANTS) {
    const objects = describeGrant(grant);
    if (grants.includes(grant)) await kube.apply(objects);
    else await kube.remove(objects);
  }
  const token = await kube.createToken(
    ACCOUNT.namespace,
    ACCOUNT.name,
    // The API server's own audience.
    [],
  );
  const path = join(runDir, 'portal-kubeconfig');
  const config = parse(readFileSync(kubeconfigPath, 'utf8'));
  // Whole at any moment: another portal may be reading it.
  const fresh = `${path}.${process.pid}.${Date.now()}`;
  writeFileSync(
    fresh,
    stringify({
      ...config,
      users: [{ name: ACCOUNT.name, user: { token } }],
      contexts: [
        { name: 'lab', context: { cluster: 'lab', user: ACCOUNT.name } },
      ],
    }),
    { mode: 0o600 },
  );
  renameSync(fresh, path);
  return path;
}
