import type { Manifest } from '../kube.ts';
import { WAYPOINT } from './workloads.ts';

const HTTP_MANAGER = 'envoy.filters.network.http_connection_manager';

const matchFilter = (name: string) => ({
  applyTo: 'HTTP_FILTER',
  match: {
    context: 'SIDECAR_INBOUND',
    listener: {
      filterChain: { filter: { name: HTTP_MANAGER, subFilter: { name } } },
    },
  },
});

const remember = (key: string, format: string, factory?: string) => ({
  object_key: key,
  ...(factory ? { factory_key: factory } : {}),
  format_string: { text_format_source: { inline_string: format } },
  shared_with_upstream: 'ONCE',
});

/** What Istio sets for proxies up to 1.29.1: as plain strings, which every Envoy knows. */
const connectAuthority = {
  name: 'connect_authority',
  typed_config: {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config',
    on_request_headers: [
      remember(
        'envoy.filters.listener.original_dst.local_ip',
        '%REQ(:AUTHORITY)%',
      ),
      remember(
        'io.istio.connect_authority',
        '%REQ(:AUTHORITY)%',
        'envoy.string',
      ),
      remember(
        'envoy.filters.listener.original_dst.remote_ip',
        '%DOWNSTREAM_REMOTE_ADDRESS%',
      ),
      remember(
        'io.istio.peer_principal',
        '%DOWNSTREAM_PEER_URI_SAN%',
        'envoy.string',
      ),
      remember(
        'io.istio.local_principal',
        '%DOWNSTREAM_LOCAL_URI_SAN%',
        'envoy.string',
      ),
    ],
  },
};

/** The Gateway of the waypoint. */
export function describeWaypoint(): Manifest {
  const { namespace, name } = WAYPOINT;
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace },
    spec: {
      gatewayClassName: 'istio-waypoint',
      listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }],
    },
  };
}

/**
 * What lets the plain Envoy release accept a waypoint's listeners: filters for metrics are taken out, and
 * the types of remembered values that only Istio's own proxy image has are replaced. jwt_authn and RBAC
 * stay as istiod writes them.
 */
export function describeWaypointPatches(): Manifest {
  const { namespace, name } = WAYPOINT;
  const remove = (filter: string) => ({
    ...matchFilter(filter),
    patch: { operation: 'REMOVE' },
  });
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name: 'for-the-plain-envoy', namespace },
    spec: {
      targetRefs: [
        { group: 'gateway.networking.k8s.io', kind: 'Gateway', name },
      ],
      configPatches: [
        remove('waypoint_downstream_peer_metadata'),
        remove('waypoint_upstream_peer_metadata'),
        {
          ...matchFilter('connect_authority'),
          patch: { operation: 'REPLACE', value: connectAuthority },
        },
      ],
    },
  };
}
