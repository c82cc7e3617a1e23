/**
 * A Pod in ambient mode that calls a Service through the Service's waypoint, for tests that need one.
 * There is no ztunnel: `apps/hbone-client.ts` does the caller's half of its work.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Kube } from '../kube.ts';
import { labDir, runDir } from '../paths.ts';
import {
  addLocalAddress,
  createNamespace,
  deleteNamespace,
  namespaceOf,
  writeHosts,
} from '../network.ts';
import { ensureProcess, stopProcess } from '../supervisor.ts';
import { describePlainPod } from '../topology/objects.ts';
import {
  addressOf,
  AMBIENT_CALLER,
  REPORTS,
  WAYPOINT,
} from '../topology/workloads.ts';
import { waitFor } from '../wait.ts';
import type { LabContext } from './context.ts';
import { describeAgent, writeIdentity } from './proxy.ts';

const { name } = AMBIENT_CALLER;
const AGENT = `agent-${name}`;
const CLIENT = `hbone-${name}`;

/** @returns what ends it and takes it out of the cluster again */
export async function startAmbientCaller(
  context: LabContext,
  kube: Kube,
): Promise<() => Promise<void>> {
  const { subnet } = context.state;
  const { objects, podStatus } = describePlainPod(AMBIENT_CALLER, subnet);
  const end = async () => {
    await stopProcess(CLIENT);
    await stopProcess(AGENT);
    await kube.remove(objects);
    deleteNamespace(name);
  };
  await end();
  await kube.apply(objects);
  await kube.applyStatus(podStatus);
  const { clusterIP, ports } = await readService(kube);
  createNamespace(name, AMBIENT_CALLER.index, subnet);
  // Connections to the Service end here, where the client takes them.
  addLocalAddress(name, clusterIP);
  writeHosts(name, {
    'istiod.istio-system.svc': `${subnet}.1`,
    [`${REPORTS.service.name}.${REPORTS.namespace}.svc.cluster.local`]:
      clusterIP,
  });
  const certDir = join(runDir, 'pods', name, 'certs');
  mkdirSync(certDir, { recursive: true, mode: 0o755 });
  const home = await writeIdentity(AMBIENT_CALLER, AMBIENT_CALLER.labels, kube);
  const agent = describeAgent(AMBIENT_CALLER, 'sidecar', context);
  await ensureProcess({
    ...agent,
    name: AGENT,
    cwd: home,
    env: { ...agent.env, DISABLE_ENVOY: 'true', OUTPUT_CERTS: certDir },
  });
  await waitFor(`the certificate of ${name}`, async () =>
    existsSync(join(certDir, 'cert-chain.pem')) ? true : undefined,
  );
  await ensureProcess({
    name: CLIENT,
    command: 'ip',
    args: [
      ...['netns', 'exec', namespaceOf(name), process.execPath],
      ...[join(labDir, 'apps', 'hbone-client.ts'), certDir],
      addressOf(WAYPOINT, subnet),
      `cluster.local/ns/${WAYPOINT.namespace}/sa/${WAYPOINT.serviceAccount}`,
      ...[clusterIP, String(ports[0].port)],
    ],
  });
  return end;
}

async function readService(
  kube: Kube,
): Promise<{ clusterIP: string; ports: { port: number }[] }> {
  const service = await kube.get({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: REPORTS.namespace, name: REPORTS.service.name },
  });
  return service!.spec;
}
