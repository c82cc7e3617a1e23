/** The part of the mesh that the comparison has for itself: a gateway and a server behind it. */
import { join } from 'node:path';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { namespaceOf, writeHosts } from '../network.ts';
import { startWorkload, waitForProxy } from '../parts/proxy.ts';
import { ensureProcess } from '../supervisor.ts';
import { describeEndpoints, describeWorkload } from '../topology/objects.ts';
import {
  type GatewayWorkload,
  type SidecarWorkload,
} from '../topology/workloads.ts';
import { selectIstioLine } from '../versions.ts';

export const NAMESPACE = 'compare';
export const SERVER_PORT = 8080;
/** Port of the server that speaks no HTTP. */
export const RAW_PORT = 9000;

export const SERVER: SidecarWorkload = {
  kind: 'sidecar',
  namespace: NAMESPACE,
  name: 'compare-server',
  index: 50,
  serviceAccount: 'server',
  labels: {
    app: 'server',
    'service.istio.io/canonical-name': 'compare-server',
  },
  appPort: SERVER_PORT,
  service: { name: 'server', ports: [{ name: 'http', port: 80 }] },
};

export const GATEWAY: GatewayWorkload = {
  kind: 'gateway',
  namespace: NAMESPACE,
  name: 'compare-gateway',
  index: 51,
  serviceAccount: 'gateway',
  labels: { app: 'gateway', istio: 'compare-gateway' },
  service: {
    name: 'gateway',
    ports: [
      { name: 'status-port', port: 15021, targetPort: 15021 },
      { name: 'http2', port: 80, targetPort: 8080 },
    ],
  },
};

/** A Service of the server's port without HTTP. No controller runs that would write its endpoints. */
function describeRawService(subnet: string): Manifest[] {
  const { namespace, labels } = SERVER;
  const service = 'server-raw';
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service, namespace },
      spec: {
        selector: labels,
        ports: [{ name: 'tcp-raw', port: RAW_PORT, targetPort: RAW_PORT }],
      },
    },
    describeEndpoints(service, SERVER, subnet, [
      { name: 'tcp-raw', port: RAW_PORT },
    ]),
  ];
}

export interface ComparedMesh {
  /** Everything that the engine must know beside listener, routes and policies. */
  objects: Manifest[];
  clusterIp: string;
  rawClusterIp: string;
}

/** Starts (or finds) gateway and server, and waits until both proxies are ready. */
export async function startComparedMesh(lab: Lab): Promise<ComparedMesh> {
  const { state, kube } = lab;
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE },
  };
  await kube.apply(namespace);
  const objects: Manifest[] = [namespace];
  let clusterIp = '';
  for (const workload of [SERVER, GATEWAY]) {
    const described = describeWorkload(workload, state.subnet, state.nodePorts);
    const applied = await kube.apply(described.objects);
    await kube.applyStatus(described.podStatus);
    objects.push(...applied);
    if (workload === SERVER) {
      const service = applied.find(each => each.kind === 'Service');
      clusterIp = service!.spec.clusterIP;
    }
    writeHosts(workload.name, {
      'istiod.istio-system.svc': `${state.subnet}.1`,
    });
    const line = selectIstioLine(state.istioLine);
    const context = { state, parts: state.parts, line, say: () => {} };
    await startWorkload(workload, context, kube);
  }
  const raw = await kube.apply(describeRawService(state.subnet));
  objects.push(...raw);
  await ensureProcess({
    name: 'app-compare-server-raw',
    command: 'ip',
    args: [
      ...['netns', 'exec', namespaceOf(SERVER.name), process.execPath],
      ...[join(import.meta.dirname, 'tcpServer.ts'), String(RAW_PORT)],
    ],
  });
  await Promise.all(
    [SERVER, GATEWAY].map(each => waitForProxy(each, state.subnet)),
  );
  return { objects, clusterIp, rawClusterIp: raw[0].spec.clusterIP };
}
