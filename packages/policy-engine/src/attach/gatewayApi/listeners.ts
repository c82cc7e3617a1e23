import { GATEWAY_API_GATEWAY } from '../kindKeys';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';
import { certificateOf, ClientCertificate } from '../clientCertificates';
import type { GatewayServer, ServerLayer } from '../gateways';
import { allowedNamespaces } from './allowedNamespaces';
import { Conflict, conflictsOf, listenerKey } from './listenerConflicts';
import {
  AllowedRoutesSpec,
  KubernetesGatewaySpec,
  ListenerSpec,
} from './specs';
import { Family, sameData } from '../../queries/queries';

const GATEWAY_API_LISTENERS = new Family();

/** What routes refer to as their parent. */
export interface ListenerParent {
  kind: 'Gateway' | 'ListenerSet';
  namespace: string;
  name: string;
}

/** A listener of a Gateway API Gateway, also as a server of Istio's kind. */
export interface ApiListener {
  parent: ListenerParent;
  spec: ListenerSpec;
  server: GatewayServer;
  /** Kinds of routes that may bind to it. */
  kinds: readonly string[];
  /** Set where an earlier listener of the Gateway is in its way. */
  conflict?: Conflict;
}

/** The Gateway's own listeners that Istio programs; none for a malformed Gateway, or one that is not there. */
export function listenersOf(
  mesh: Mesh,
  namespace: string,
  name: string,
): readonly ApiListener[] {
  return mesh.queries.get(
    GATEWAY_API_LISTENERS,
    `${namespace}/${name}`,
    () => {
      const stored = mesh.stored(GATEWAY_API_GATEWAY, namespace, name);
      if (!stored || stored.errors.length > 0) return [];
      const { listeners = [] } = specOf(stored);
      const parent: ListenerParent = { kind: 'Gateway', namespace, name };
      return readListeners(mesh, stored, parent, listeners);
    },
    sameData,
  );
}

/** Listeners as Istio programs them on a Gateway, whoever adds them to it. */
export function readListeners(
  mesh: Mesh,
  gateway: Stored,
  parent: ListenerParent,
  listeners: readonly ListenerSpec[],
): ApiListener[] {
  return listeners.flatMap((listener, index) => {
    const layer = layerOf(listener);
    return layer
      ? [readListener(mesh, gateway, parent, listener, index, layer)]
      : [];
  });
}

function specOf({ resource }: Stored): KubernetesGatewaySpec {
  return (resource.spec ?? {}) as KubernetesGatewaySpec;
}

const KEY_PREFIX = 'gateway-api/';

export function isListenerKey(key: string): boolean {
  return key.startsWith(KEY_PREFIX);
}

/** What the `key` of a listener's server stands for. */
export function parseListenerKey(
  key: string,
): ListenerParent & { listener: string } {
  const [, kind, namespace, name, listener] = key.split('/');
  return { kind: kind as ListenerParent['kind'], namespace, name, listener };
}

function readListener(
  mesh: Mesh,
  stored: Stored,
  parent: ListenerParent,
  listener: ListenerSpec,
  index: number,
  layer: ServerLayer,
): ApiListener {
  const { namespace } = parent;
  const conflict = conflictsOf(mesh, stored.namespace, stored.name)[
    listenerKey(parent, listener.name)
  ];
  const written = listener.hostname || '*';
  const host = written.toLowerCase();
  const { namespaces, kinds } = listener.allowedRoutes ?? {};
  return {
    parent,
    spec: listener,
    kinds: kindsOf(listener, layer, kinds),
    ...(conflict ? { conflict } : {}),
    server: {
      key: `${KEY_PREFIX}${listenerKey(parent, listener.name)}`,
      gateway: {
        kind: 'Gateway',
        namespace: stored.namespace,
        name: stored.name,
        apiVersion: stored.resource.apiVersion,
      },
      namespace,
      index,
      port: listener.port,
      bind: '',
      layer,
      hasTls: layer !== 'http' && layer !== 'tcp',
      hosts: allowedNamespaces(mesh, namespace, namespaces).map(allowed => ({
        namespace: allowed,
        host,
        written,
      })),
      httpsRedirect: false,
      clientCertificate: clientCertificateOf(specOf(stored), listener),
    },
  };
}

function layerOf({ protocol, tls }: ListenerSpec): ServerLayer | undefined {
  const isPassthrough = tls?.mode === 'Passthrough';
  switch (protocol) {
    case 'HTTP':
      return 'http';
    case 'HTTPS':
      if (!tls) return undefined;
      return isPassthrough ? 'passthrough' : 'https';
    case 'TLS':
      if (!tls) return undefined;
      return isPassthrough ? 'passthrough' : 'tls';
    case 'TCP':
      return 'tcp';
    default:
      return undefined;
  }
}

function kindsOf(
  { protocol }: ListenerSpec,
  layer: ServerLayer,
  allowed: AllowedRoutesSpec['kinds'],
): string[] {
  let kinds = ['TLSRoute'];
  if (protocol === 'HTTP' || protocol === 'HTTPS') {
    kinds = ['HTTPRoute', 'GRPCRoute'];
  } else if (layer === 'tcp') kinds = ['TCPRoute'];
  else if (layer === 'tls') kinds = ['TLSRoute', 'TCPRoute'];
  return allowed?.length
    ? kinds.filter(kind => allowed.some(item => item.kind === kind))
    : kinds;
}

function clientCertificateOf(
  { tls }: KubernetesGatewaySpec,
  listener: ListenerSpec,
): ClientCertificate {
  const mode = listener.tls?.options?.['gateway.istio.io/tls-terminate-mode'];
  const byOption = certificateOf(mode ?? '');
  if (byOption !== 'none') return byOption;
  const own = tls?.frontend?.perPort?.find(
    ({ port }) => port === listener.port,
  );
  const { validation } = own?.tls ?? tls?.frontend?.default ?? {};
  if (!validation) return 'none';
  return validation.mode === 'AllowInsecureFallback' ? 'optional' : 'other';
}
