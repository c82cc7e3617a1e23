import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { request } from '../http.ts';
import { kubeconfigPath, labDir, runDir } from '../paths.ts';
import { ensureProcess } from '../supervisor.ts';
import { describeWaypointPatches } from '../topology/waypoint.ts';
import { waitFor } from '../wait.ts';
import type { LabContext } from './context.ts';

export const istiodAddress = (context: LabContext) =>
  `istiod.istio-system.svc:${context.state.ports.istiodSecure}`;

export interface IstiodOptions {
  /**
   * For waypoints. Off unless asked for: a generated policy that the API server accepts has been seen to
   * end an istiod that has it on.
   */
  ambient?: boolean;
  /** What Helm's chart calls `revision`, by default `default`; without one objects of all revisions are read. */
  revision?: string;
  /** More of its environment. */
  env?: Readonly<Record<string, string>>;
}

export async function startIstiod(
  context: LabContext,
  options: IstiodOptions = {},
) {
  const { state, parts } = context;
  const { ports, subnet } = state;
  const meshConfig = join(runDir, 'mesh.yaml');
  const ownConfig = join(runDir, 'istiod-config');
  mkdirSync(ownConfig, { recursive: true, mode: 0o755 });
  writeFileSync(
    join(ownConfig, 'waypoint.yaml'),
    stringify(describeWaypointPatches()),
  );
  writeFileSync(
    meshConfig,
    stringify({
      rootNamespace: 'istio-system',
      trustDomain: 'cluster.local',
      defaultConfig: { discoveryAddress: istiodAddress(context) },
      // What makes up for the plain Envoy is not the cluster's: of a proxy that an EnvoyFilter patches,
      // nobody who reads the cluster can tell what it does.
      configSources: [{ address: 'k8s://' }, { address: `fs://${ownConfig}` }],
    }),
  );
  await ensureProcess({
    name: 'istiod',
    command: parts.pilotDiscovery,
    args: [
      'discovery',
      `--kubeconfig=${kubeconfigPath}`,
      `--meshConfig=${meshConfig}`,
      `--grpcAddr=${subnet}.1:${ports.istiodXds}`,
      `--secureGRPCAddr=${subnet}.1:${ports.istiodSecure}`,
      '--httpsAddr=',
      `--httpAddr=127.0.0.1:${ports.istiodHttp}`,
      `--monitoringAddr=127.0.0.1:${ports.istiodMonitoring}`,
      '--ctrlz_port=0',
    ],
    env: {
      POD_NAMESPACE: 'istio-system',
      POD_NAME: 'istiod',
      CLUSTER_ID: 'Kubernetes',
      PILOT_CERT_PROVIDER: 'istiod',
      // Nothing deploys or injects here: the lab writes the pods itself.
      ...(options.ambient ? { PILOT_ENABLE_AMBIENT: 'true' } : {}),
      ...(options.revision ? { REVISION: options.revision } : {}),
      INJECT_ENABLED: 'false',
      VALIDATION_WEBHOOK_CONFIG_NAME: '',
      PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER: 'false',
      // Filters of Istio's own proxy image that the plain Envoy release lacks.
      PILOT_ENABLE_METADATA_EXCHANGE: 'false',
      PILOT_ENABLE_ALPN_FILTER: 'false',
      // 20 minutes by default: a test cannot wait for a changed key set as long as that.
      PILOT_JWT_PUB_KEY_REFRESH_INTERVAL: '2s',
      // Bound to the loopback address, where only the lab's own machine looks.
      ENABLE_DEBUG_ENDPOINT_AUTH: 'false',
      ...options.env,
    },
  });
  await waitFor('istiod', async () => {
    const answer = await request(`http://127.0.0.1:${ports.istiodHttp}/ready`);
    return answer.status === 200 ? true : undefined;
  });
}

/** Key sets under the control of tests, on the bridge, where istiod reads them. */
export async function startJwksServer({ state, parts }: LabContext) {
  const host = `${state.subnet}.1`;
  await ensureProcess({
    name: 'jwks-server',
    command: process.execPath,
    args: [
      join(labDir, 'apps', 'jwks-server.ts'),
      host,
      String(state.ports.jwks),
      join(parts.istioFiles, 'jwks.json'),
    ],
  });
  await waitFor('the JWKS server', async () => {
    const at = `http://${host}:${state.ports.jwks}/control/sample`;
    return (await request(at)).status === 200 ? true : undefined;
  });
}
