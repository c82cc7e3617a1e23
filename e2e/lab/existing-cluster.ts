/**
 * The lab's tests on a cluster that somebody else made (kind, for example): `LAB_KUBECONFIG` names
 * it. Only what does not depend on this machine is applied there: the four workloads. What needs
 * the machine itself (key sets under a test's control, the second gateway, the pool) is missing.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureIstioFiles } from './builds.ts';
import { Kube, parseManifests, type Manifest } from './kube.ts';
import { labDir } from './paths.ts';
import { selectIstioLine } from './versions.ts';
import { waitFor } from './wait.ts';
import { BACKEND, ECHO, FRONTEND, STRANGER } from './topology/workloads.ts';

export const existingKubeconfig = (): string | undefined =>
  process.env.LAB_KUBECONFIG || undefined;

const WORKLOADS = [FRONTEND, BACKEND, STRANGER, ECHO];

const PART_OF = 'app.kubernetes.io/part-of';
const LAB = 'istio-jwt-lab';

/** A client of a cluster that holds what is not the lab's. */
export const openExisting = (kubeconfig: string): Kube =>
  new Kube(kubeconfig, { onlyOwn: true });

/** The program that every pod runs. */
function describeProgram(): Manifest {
  const echo = readFileSync(join(labDir, 'apps', 'echo.ts'), 'utf8');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio-jwt-lab-echo', namespace: 'default' },
    data: { 'echo.ts': echo },
  };
}

function describeWorkload(name: string): Manifest[] {
  const template = readFileSync(
    join(labDir, 'topology', 'existing-cluster.yaml'),
    'utf8',
  );
  return parseManifests(template.replaceAll('NAME', name));
}

const getPod = (kube: Kube, name: string): Promise<Manifest | undefined> =>
  kube.get({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
  });

/** Whether a workload of that name is there that somebody else made. It is used as it is. */
async function isSomebodyElses(kube: Kube, name: string): Promise<boolean> {
  const pod = await getPod(kube, name);
  return pod !== undefined && pod.metadata?.labels?.[PART_OF] !== LAB;
}

async function checkIstio(kube: Kube): Promise<void> {
  const crd = await kube.get({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'requestauthentications.security.istio.io' },
  });
  if (!crd) throw new Error('This cluster has no Istio: its CRDs are missing');
}

/** Applies the workloads that are not there and waits until their pods are ready. */
export async function adoptCluster(
  kubeconfig: string,
  say: (line: string) => void,
): Promise<void> {
  const kube = openExisting(kubeconfig);
  await checkIstio(kube);
  say(
    'LAB_KUBECONFIG: applying the workloads only; no key set server, second gateway or pool here',
  );
  await kube.apply(describeProgram());
  for (const { name } of WORKLOADS) {
    if (await isSomebodyElses(kube, name)) {
      say(`default/${name} is there already, and used as it is`);
    } else {
      await kube.apply(describeWorkload(name));
    }
  }
  for (const { name } of WORKLOADS) {
    await waitFor(
      `pod ${name}`,
      async () => {
        const pod = await getPod(kube, name);
        return pod?.status?.conditions?.some(
          (each: { type: string; status: string }) =>
            each.type === 'Ready' && each.status === 'True',
        )
          ? true
          : undefined;
      },
      { timeoutMs: 180_000, everyMs: 1000 },
    );
  }
  await ensureIstioFiles(selectIstioLine(), say);
}

/** Removes what {@link adoptCluster} applied, and nothing else. */
export async function leaveCluster(kubeconfig: string): Promise<void> {
  const kube = openExisting(kubeconfig);
  for (const { name } of WORKLOADS) {
    if (!(await isSomebodyElses(kube, name))) {
      await kube.remove(describeWorkload(name));
    }
  }
  await kube.remove(describeProgram());
}

/** Where a Service of a gateway is reached from here: its load balancer, or a node and its NodePort. */
export async function findGatewayAddress(
  kube: Kube,
  namespace: string,
  name: string,
): Promise<{ url: string; nodePort: number; address: string } | undefined> {
  const service = await kube.get({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
  });
  const port = service?.spec.ports.find(
    (each: { port: number }) => each.port === 80,
  );
  if (!service || !port) return undefined;
  const balancer = service.status?.loadBalancer?.ingress?.[0];
  const outside = balancer?.ip ?? balancer?.hostname;
  if (outside) {
    const url = `http://${outside}:80`;
    return { url, nodePort: port.nodePort, address: outside };
  }
  const [node] = await kube.list('/api/v1/nodes');
  const address = node?.status.addresses.find(
    (each: { type: string }) => each.type === 'InternalIP',
  )?.address;
  if (!address || !port.nodePort) return undefined;
  const url = `http://${address}:${port.nodePort}`;
  return { url, nodePort: port.nodePort, address };
}
