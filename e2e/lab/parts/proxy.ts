import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Kube } from '../kube.ts';
import { labDir, runDir } from '../paths.ts';
import { run } from '../run.ts';
import {
  createNamespace,
  hasNamespace,
  namespaceOf,
  redirectToSidecar,
} from '../network.ts';
import { ensureProcess, isProcessRunning, stopProcess } from '../supervisor.ts';
import { request } from '../http.ts';
import { waitFor } from '../wait.ts';
import {
  addressOf,
  type Workload,
  type WorkloadBase,
} from '../topology/workloads.ts';
import { istiodAddress } from './istiod.ts';
import type { LabContext } from './context.ts';

/** The user that Istio's redirect rules exempt. */
const PROXY_UID = '1337';
const TOKEN_FRESH_MS = 60 * 60_000;

const PROXY_MODES = {
  gateway: 'router',
  sidecar: 'sidecar',
  waypoint: 'waypoint',
};

const binDir = join(runDir, 'bin');
const homeOf = ({ name }: WorkloadBase) => join(runDir, 'pods', name);
const proxyProcess = (workload: Workload) => `proxy-${workload.name}`;
const appProcess = (workload: Workload) => `app-${workload.name}`;

/** Puts the proxy's programs where its user can read them: the cache may be in a closed home. */
export function installProxyPrograms({ parts, line }: LabContext): void {
  mkdirSync(binDir, { recursive: true, mode: 0o755 });
  for (const [from, to] of [
    [parts.pilotAgent, `pilot-agent-${line.buildVersion}`],
    [parts.envoy, `envoy-${line.envoyVersion}`],
  ]) {
    const target = join(binDir, to);
    rmSync(target, { force: true });
    try {
      linkSync(from, target);
    } catch {
      copyFileSync(from, target);
    }
    chmodSync(target, 0o755);
  }
  // A waypoint would load a metrics extension that only Istio's own proxy image has.
  const template = readFileSync(
    join(parts.istioFiles, 'envoy_bootstrap.json'),
    'utf8',
  ).replace(/\{\{- if \.metadata_discovery \}\}.*?\{\{- end \}\}/gs, '');
  writeFileSync(join(binDir, `bootstrap-${line.buildVersion}.json`), template, {
    mode: 0o644,
  });
}

/** @returns the folder that the agent takes for the Pod's root */
export async function writeIdentity(
  workload: WorkloadBase,
  labels: Record<string, string>,
  kube: Kube,
): Promise<string> {
  const home = homeOf(workload);
  for (const dir of [
    'var/run/secrets/tokens',
    'var/run/secrets/istio',
    'etc/istio/pod',
    'etc/istio/proxy',
  ]) {
    mkdirSync(join(home, dir), { recursive: true, mode: 0o755 });
  }
  const token = join(home, 'var/run/secrets/tokens/istio-token');
  const age = (() => {
    try {
      return Date.now() - statSync(token).mtimeMs;
    } catch {
      return Infinity;
    }
  })();
  if (age > TOKEN_FRESH_MS) {
    const { namespace, serviceAccount } = workload;
    writeFileSync(token, await kube.createToken(namespace, serviceAccount), {
      mode: 0o600,
    });
  }
  // istiod writes its root certificate into every namespace.
  const root = await waitFor('the mesh root certificate', async () => {
    const map = await kube.get({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: workload.namespace, name: 'istio-ca-root-cert' },
    });
    return map?.data?.['root-cert.pem'] as string | undefined;
  });
  writeFileSync(join(home, 'var/run/secrets/istio/root-cert.pem'), root);
  writeFileSync(
    join(home, 'etc/istio/pod/labels'),
    Object.entries(labels)
      .map(([key, value]) => `${key}="${value}"\n`)
      .join(''),
  );
  run('chown', ['-R', PROXY_UID, home]);
  return home;
}

/** Istio's agent in the Pod's namespace, as the user that redirect rules exempt. */
export function describeAgent(
  workload: WorkloadBase,
  mode: string,
  context: LabContext,
  capabilities: string[] = [],
): { command: string; args: string[]; env: Record<string, string> } {
  const { state, line } = context;
  const { name, namespace } = workload;
  const bootstrap = join(binDir, `bootstrap-${line.buildVersion}.json`);
  return {
    command: 'ip',
    args: [
      ...['netns', 'exec', namespaceOf(name)],
      ...['setpriv', `--reuid=${PROXY_UID}`, `--regid=${PROXY_UID}`],
      ...['--clear-groups', ...capabilities, '--'],
      join(binDir, `pilot-agent-${line.buildVersion}`),
      ...['proxy', mode],
      ...['--domain', `${namespace}.svc.cluster.local`],
      '--proxyLogLevel=warning',
      `--templateFile=${bootstrap}`,
    ],
    env: {
      HOME: homeOf(workload),
      POD_NAME: name,
      POD_NAMESPACE: namespace,
      INSTANCE_IP: addressOf(workload, state.subnet),
      HOST_IP: `${state.subnet}.1`,
      SERVICE_ACCOUNT: workload.serviceAccount,
      ISTIO_META_CLUSTER_ID: 'Kubernetes',
      ISTIO_META_WORKLOAD_NAME: name,
      ISTIO_META_MESH_ID: 'cluster.local',
      TRUST_DOMAIN: 'cluster.local',
      CA_ADDR: istiodAddress(context),
      PILOT_CERT_PROVIDER: 'istiod',
      ISTIOD_SAN: 'istiod.istio-system.svc',
      PROXY_CONFIG: JSON.stringify({
        discoveryAddress: istiodAddress(context),
        binaryPath: join(binDir, `envoy-${line.envoyVersion}`),
        proxyBootstrapTemplatePath: bootstrap,
        concurrency: 1,
        gatewayTopology: workload.gatewayTopology,
      }),
    },
  };
}

/** Starts the pod of a workload: its namespace, its program and its proxy. */
export async function startWorkload(
  workload: Workload,
  context: LabContext,
  kube: Kube,
): Promise<void> {
  const { state } = context;
  const { name } = workload;
  if (!hasNamespace(name)) {
    // What still runs would be in a namespace that has lost its name.
    await stopWorkload(workload);
    createNamespace(name, workload.index, state.subnet);
    if (workload.kind === 'sidecar') {
      redirectToSidecar(name, context.parts.pilotAgent);
    }
  }
  if ('appPort' in workload) {
    await ensureProcess({
      name: appProcess(workload),
      command: 'ip',
      args: [
        ...['netns', 'exec', namespaceOf(name)],
        process.execPath,
        join(labDir, 'apps', 'echo.ts'),
        name,
        String(workload.appPort),
      ],
    });
  }
  if (workload.kind === 'plain') return;
  const isSidecar = workload.kind === 'sidecar';
  const home = await writeIdentity(
    workload,
    isSidecar
      ? { ...workload.labels, 'security.istio.io/tlsMode': 'istio' }
      : workload.labels,
    kube,
  );
  if (!isProcessRunning(proxyProcess(workload))) {
    // Sockets that a killed proxy left would make the next one give up.
    rmSync(join(home, 'var/run/secrets/workload-spiffe-uds'), {
      recursive: true,
      force: true,
    });
    rmSync(join(home, 'etc/istio/proxy/XDS'), { force: true });
  }
  const mayBindLowPorts =
    workload.kind === 'gateway'
      ? ['--inh-caps=+net_bind_service', '--ambient-caps=+net_bind_service']
      : [];
  const agent = describeAgent(
    workload,
    PROXY_MODES[workload.kind],
    context,
    mayBindLowPorts,
  );
  await ensureProcess({
    ...agent,
    name: proxyProcess(workload),
    cwd: home,
    env: {
      ...agent.env,
      ...(isSidecar
        ? {
            ISTIO_META_INTERCEPTION_MODE: 'REDIRECT',
            ISTIO_META_APP_CONTAINERS: 'app',
          }
        : {}),
    },
  });
}

/** Waits until the proxy has its first configuration. */
export async function waitForProxy(
  workload: Workload,
  subnet: string,
): Promise<void> {
  if (workload.kind === 'plain') return;
  const at = `http://${addressOf(workload, subnet)}:15021/healthz/ready`;
  await waitFor(`the proxy of ${workload.name}`, async () =>
    (await request(at, { timeoutMs: 2000 })).status === 200 ? true : undefined,
  );
}

export async function stopWorkload(workload: Workload): Promise<void> {
  await stopProcess(proxyProcess(workload));
  await stopProcess(appProcess(workload));
}
