import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { namespaceOf } from '../network.ts';
import { runDir } from '../paths.ts';
import type { LabState } from '../state.ts';
import { ensureProcess } from '../supervisor.ts';
import { INGRESS } from '../topology/workloads.ts';
import { selectIstioLine } from '../versions.ts';

const ingressHome = join(runDir, 'pods', INGRESS.name);

export interface PlainEnvoy {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  /** Address inside the network namespace. */
  address: string;
  adminPort: number;
}

/**
 * The runtime flags that Istio starts its proxies with, as its agent wrote them. They change answers:
 * without them a path with a fragment is refused instead of cut.
 */
function readIstioRuntime(): unknown {
  const bootstrap = join(ingressHome, 'etc/istio/proxy/envoy-rev.json');
  return JSON.parse(readFileSync(bootstrap, 'utf8')).layered_runtime;
}

/** A cluster that speaks gRPC. */
function buildCluster(name: string, address: unknown) {
  const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    typed_extension_protocol_options: {
      [options]: {
        '@type': `type.googleapis.com/${options}`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
    },
  };
}

/** What an Envoy must know to ask istiod for the configuration of a gateway. */
function buildBootstrap(envoy: PlainEnvoy, state: LabState) {
  const line = selectIstioLine(state.istioLine);
  const ads = {
    ads: {},
    initial_fetch_timeout: '0s',
    resource_api_version: 'V3',
  };
  const { name, namespace, labels, address } = envoy;
  return {
    node: {
      id: `router~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`,
      cluster: `${name}.${namespace}`,
      metadata: {
        NAMESPACE: namespace,
        CLUSTER_ID: 'Kubernetes',
        ISTIO_VERSION: line.buildVersion,
        INSTANCE_IPS: address,
        LABELS: labels,
        SERVICE_ACCOUNT: name,
        WORKLOAD_NAME: name,
      },
    },
    admin: {
      address: { socket_address: { address, port_value: envoy.adminPort } },
    },
    bootstrap_extensions: [
      {
        name: 'envoy.bootstrap.internal_listener',
        typed_config: {
          '@type':
            'type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener',
          buffer_size_kb: 64,
        },
      },
    ],
    layered_runtime: readIstioRuntime(),
    dynamic_resources: {
      lds_config: ads,
      cds_config: ads,
      ads_config: {
        api_type: 'GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
      },
    },
    static_resources: {
      clusters: [
        buildCluster('sds-grpc', {
          // Certificates come from the agent of the ingress gateway; nobody asks these proxies for one.
          pipe: {
            path: join(
              ingressHome,
              'var/run/secrets/workload-spiffe-uds/socket',
            ),
          },
        }),
        buildCluster('xds-grpc', {
          socket_address: {
            address: `${state.subnet}.1`,
            port_value: state.ports.istiodXds,
          },
        }),
      ],
    },
  };
}

/**
 * Starts an Envoy that takes a gateway's configuration from istiod without an agent of its own: a
 * third of the memory. For proxies that answer by themselves.
 */
export async function startPlainEnvoy(
  envoy: PlainEnvoy,
  pod: string,
  state: LabState,
): Promise<void> {
  const dir = join(runDir, 'plain-envoys');
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const bootstrap = JSON.stringify(buildBootstrap(envoy, state));
  const digest = createHash('sha256').update(bootstrap).digest('hex');
  // Another name for another content: a process that was started otherwise is replaced.
  const file = join(dir, `${envoy.name}-${digest.slice(0, 12)}.json`);
  writeFileSync(file, bootstrap, { mode: 0o644 });
  const { envoyVersion } = selectIstioLine(state.istioLine);
  await ensureProcess({
    name: `envoy-${envoy.name}`,
    command: 'ip',
    args: [
      ...['netns', 'exec', namespaceOf(pod)],
      ...['setpriv', '--reuid=1337', '--regid=1337', '--clear-groups', '--'],
      join(runDir, 'bin', `envoy-${envoyVersion}`),
      ...['-c', file, '--concurrency', '1', '--disable-hot-restart'],
      ...['--log-level', 'warning', '--drain-time-s', '1'],
    ],
  });
}
