import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { ensureParts, type Parts } from './builds.ts';
import { canRunLab } from './can-run.ts';
import { Kube, parseManifests, type Manifest } from './kube.ts';
import {
  chooseSubnet,
  ensureBridge,
  ensureTools,
  listNetworkLeftovers,
  removeNetwork,
  writeHosts,
} from './network.ts';
import { kubeconfigPath, logsDir, processesDir, runDir } from './paths.ts';
import type { LabContext } from './parts/context.ts';
import { startApiserver, startEtcd, startNode } from './parts/cluster.ts';
import { startIstiod, startJwksServer } from './parts/istiod.ts';
import { ensureKeys } from './parts/keys.ts';
import {
  installProxyPrograms,
  startWorkload,
  waitForProxy,
} from './parts/proxy.ts';
import {
  findFreeNodePort,
  findFreePort,
  isPortFree,
  readState,
  writeState,
  type LabState,
} from './state.ts';
import {
  isProcessRunning,
  listProcesses,
  measureMemory,
  stopAllProcesses,
} from './supervisor.ts';
import { describeNode, describeWorkload } from './topology/objects.ts';
import { describeWaypoint } from './topology/waypoint.ts';
import { NAMESPACES, WORKLOADS, type Workload } from './topology/workloads.ts';
import { selectIstioLine, DEFAULT_ISTIO_LINE } from './versions.ts';
import { waitFor } from './wait.ts';

/** Of CustomResourceDefinitions. */
const APPLIES_AT_ONCE = 4;

async function chooseState(istioLine: string, parts: Parts): Promise<LabState> {
  const names = [
    'etcdClient',
    'etcdPeer',
    'apiserver',
    'kubelet',
    'istiodXds',
    'istiodSecure',
    'istiodHttp',
    'istiodMonitoring',
    'jwks',
  ] as const;
  const taken = new Set<number>();
  const ports = {} as LabState['ports'];
  for (const name of names) {
    let port = await findFreePort();
    while (taken.has(port)) port = await findFreePort();
    taken.add(port);
    ports[name] = port;
  }
  const nodePorts: Record<string, number> = {};
  for (const workload of WORKLOADS) {
    if (workload.kind !== 'gateway') continue;
    for (const { name } of workload.service.ports) {
      nodePorts[`${workload.namespace}/${workload.name}/${name}`] =
        await findFreeNodePort(taken);
    }
  }
  return {
    istioLine,
    parts,
    subnet: chooseSubnet(),
    ports,
    nodePorts,
    adminToken: randomBytes(24).toString('base64url'),
  };
}

/** A port of a part that does not run any more may belong to somebody else by now. */
async function hasLostPort({ ports }: LabState): Promise<boolean> {
  const owners: [string, number[]][] = [
    ['etcd', [ports.etcdClient, ports.etcdPeer]],
    ['kube-apiserver', [ports.apiserver]],
    ['kubelet-exec', [ports.kubelet]],
    ['jwks-server', [ports.jwks]],
    [
      'istiod',
      [
        ports.istiodXds,
        ports.istiodSecure,
        ports.istiodHttp,
        ports.istiodMonitoring,
      ],
    ],
  ];
  for (const [owner, owned] of owners) {
    if (isProcessRunning(owner)) continue;
    for (const port of owned) if (!(await isPortFree(port))) return true;
  }
  return false;
}

/** Served by now; other kinds than CustomResourceDefinitions are at once. */
const isEstablished = ({ kind, status }: Manifest): boolean =>
  kind !== 'CustomResourceDefinition' ||
  status?.conditions?.some(
    (each: Manifest) => each.type === 'Established' && each.status === 'True',
  ) === true;

async function applyCrds(kube: Kube, { parts }: LabContext): Promise<void> {
  const files = [
    join(parts.istioFiles, 'crd-all.gen.yaml'),
    ...readdirSync(parts.gatewayApiCrds).map(file =>
      join(parts.gatewayApiCrds, file),
    ),
  ];
  const missing: Manifest[] = [];
  const waiting = files.flatMap(file =>
    parseManifests(readFileSync(file, 'utf8')),
  );
  // The API server takes a good moment for each, and more than one at once.
  const applyNext = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [applied] = await kube.apply(next);
      if (!isEstablished(applied)) missing.push(applied);
    }
  };
  await Promise.all(Array.from({ length: APPLIES_AT_ONCE }, applyNext));
  for (const crd of missing) {
    await waitFor(`CRD ${crd.metadata?.name}`, async () =>
      isEstablished((await kube.get(crd)) ?? {}) ? true : undefined,
    );
  }
}

async function applyTopology(kube: Kube, { state }: LabContext) {
  const { node, status } = describeNode(state.ports.kubelet);
  await kube.apply(node);
  await kube.applyStatus(status);
  const hosts: Record<string, string> = {
    'istiod.istio-system.svc': `${state.subnet}.1`,
  };
  const applyWorkload = async (workload: Workload): Promise<void> => {
    const { objects, podStatus } = describeWorkload(
      workload,
      state.subnet,
      state.nodePorts,
    );
    const applied = await kube.apply(objects);
    await kube.applyStatus(podStatus);
    const service = applied.find(object => object.kind === 'Service');
    const { name, namespace } = service!.metadata!;
    for (const host of [
      ...(namespace === 'default' ? [name!] : []),
      `${name}.${namespace}`,
      `${name}.${namespace}.svc`,
      `${name}.${namespace}.svc.cluster.local`,
    ]) {
      hosts[host] = service!.spec.clusterIP;
    }
  };
  await Promise.all(WORKLOADS.map(applyWorkload));
  await kube.apply(describeWaypoint());
  for (const workload of WORKLOADS) writeHosts(workload.name, hosts);
}

/** Brings the lab up, or what is missing of it. Ready when every proxy answers. */
export async function bringUp(say: (line: string) => void): Promise<LabState> {
  const able = canRunLab();
  if (!able.ok) {
    throw new Error(
      `The lab cannot run here:\n${able.reasons
        .map(reason => `- ${reason}`)
        .join('\n')}\nOr point LAB_KUBECONFIG at a cluster with Istio.`,
    );
  }
  const started = Date.now();
  const wanted = process.env.LAB_ISTIO ?? DEFAULT_ISTIO_LINE;
  const line = selectIstioLine(wanted);
  const parts = await ensureParts(line, say);
  ensureTools(say);

  let state = readState();
  if (state && (state.istioLine !== wanted || (await hasLostPort(state)))) {
    say('what runs does not fit any more: taking it down first');
    await takeDown();
    state = undefined;
  }
  mkdirSync(runDir, { recursive: true, mode: 0o755 });
  state ??= await chooseState(wanted, parts);
  writeState(state);
  const context: LabContext = { state, parts, line, say };

  ensureKeys(state.adminToken);
  ensureBridge(state.subnet);
  say('etcd and kube-apiserver');
  await startEtcd(context);
  await startApiserver(context);
  const kube = new Kube(kubeconfigPath);
  for (const name of NAMESPACES) {
    await kube.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
  }
  say('custom resource definitions');
  await applyCrds(kube, context);
  await startNode(context);
  await startJwksServer(context);
  say(`istiod ${line.buildVersion}`);
  await startIstiod(context);
  say(`${WORKLOADS.length} workloads with Envoy ${line.envoyVersion}`);
  await applyTopology(kube, context);
  installProxyPrograms(context);
  for (const workload of WORKLOADS) {
    await startWorkload(workload, context, kube);
  }
  const { subnet } = state;
  await Promise.all(WORKLOADS.map(each => waitForProxy(each, subnet)));
  say(`ready after ${Math.round((Date.now() - started) / 1000)} s`);
  return state;
}

/** Ends and removes everything but the logs. Nothing to end is no error. */
export async function takeDown(): Promise<void> {
  await stopAllProcesses();
  removeNetwork();
  if (!existsSync(runDir)) return;
  for (const entry of readdirSync(runDir)) {
    const path = join(runDir, entry);
    if (path !== logsDir) rmSync(path, { recursive: true, force: true });
  }
}

export interface LabStatus {
  state?: LabState;
  processes: { name: string; pid: number; running: boolean }[];
  memoryBytes: number;
  network: string[];
}

export function readStatus(): LabStatus {
  return {
    state: readState(),
    processes: existsSync(processesDir) ? listProcesses() : [],
    memoryBytes: measureMemory(),
    network: listNetworkLeftovers(),
  };
}
