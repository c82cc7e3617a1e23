/** What the comparison adds to the gateways of the pool. */
import type { Manifest } from '../kube.ts';
import type { PoolGateway } from '../pool.ts';
import { DETAILS_HEADER } from './askHttp.ts';

const HTTP_MANAGER = 'envoy.filters.network.http_connection_manager';
const UPSTREAM = 'upstream.pool.test';
const UPSTREAM_PORT = 7000;

export interface RawPorts {
  tcp: number;
  /** TLS passed through. */
  tls: number;
}

/** Beside the two HTTP ports of each gateway, which are 10 apart from the next gateway's. */
export const rawPortsOf = ({ ports }: PoolGateway): RawPorts => ({
  tcp: ports[0] + 2,
  tls: ports[0] + 3,
});

/** Ports without HTTP that lead to a server of the lab. */
export function describeRawPorts(
  gateway: PoolGateway,
  upstream: { address: string; port: number },
): Manifest[] {
  const { namespace, labels } = gateway;
  const { tcp, tls } = rawPortsOf(gateway);
  const networking = 'networking.istio.io/v1';
  const metadata = { name: 'raw', namespace };
  const route = [
    { destination: { host: UPSTREAM, port: { number: UPSTREAM_PORT } } },
  ];
  return [
    {
      apiVersion: networking,
      kind: 'ServiceEntry',
      metadata,
      spec: {
        hosts: [UPSTREAM],
        exportTo: ['.'],
        location: 'MESH_EXTERNAL',
        resolution: 'STATIC',
        ports: [
          {
            number: UPSTREAM_PORT,
            name: 'tcp',
            protocol: 'TCP',
            targetPort: upstream.port,
          },
        ],
        endpoints: [{ address: upstream.address }],
      },
    },
    {
      apiVersion: networking,
      kind: 'Gateway',
      metadata,
      spec: {
        selector: labels,
        servers: [
          {
            port: { number: tcp, name: 'tcp', protocol: 'TCP' },
            hosts: ['*'],
          },
          {
            port: { number: tls, name: 'tls', protocol: 'TLS' },
            hosts: ['*'],
            tls: { mode: 'PASSTHROUGH' },
          },
        ],
      },
    },
    {
      apiVersion: networking,
      kind: 'VirtualService',
      metadata,
      spec: {
        hosts: ['*'],
        gateways: ['raw'],
        tcp: [{ match: [{ port: tcp }], route }],
        tls: [{ match: [{ port: tls, sniHosts: ['*'] }], route }],
      },
    },
  ];
}

/** Has the gateways of the pool tell why they answer. It changes nothing else of an answer. */
export const DETAILS_FILTER: Manifest = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'EnvoyFilter',
  metadata: { name: 'compare-details', namespace: 'istio-system' },
  spec: {
    workloadSelector: { labels: { app: 'pool' } },
    configPatches: [
      {
        applyTo: 'NETWORK_FILTER',
        match: {
          context: 'GATEWAY',
          listener: { filterChain: { filter: { name: HTTP_MANAGER } } },
        },
        patch: {
          operation: 'MERGE',
          value: {
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              local_reply_config: {
                mappers: [
                  {
                    filter: {
                      status_code_filter: {
                        comparison: {
                          op: 'GE',
                          value: {
                            default_value: 400,
                            runtime_key: 'compare.details',
                          },
                        },
                      },
                    },
                    headers_to_add: [
                      {
                        header: {
                          key: DETAILS_HEADER,
                          value: '%RESPONSE_CODE_DETAILS%',
                        },
                      },
                    ],
                  },
                ],
              },
            },
          },
        },
      },
    ],
  },
};
