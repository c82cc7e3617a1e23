import { ProxyRef, ResourceRef } from '../model';
import { refOf } from '../parse';
import { GatewayServerSpec, GatewaySpec } from '../parse/specs';
import { certificateOf, ClientCertificate } from './clientCertificates';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { perObject } from '../queries/perObject';
import { Family, sameItems } from '../queries/queries';
import {
  isRouter,
  proxyOf,
  selectWorkloads,
  stringRecord,
  Workload,
  workloadNamespaces,
  workloadsIn,
} from './workloads';

const GATEWAY_WORKLOADS = new Family();

/** What a Gateway server does with a connection. */
export type ServerLayer =
  | 'http'
  | 'https'
  /** TLS is ended at the gateway, then plain TCP. */
  | 'tls'
  | 'passthrough'
  | 'tcp'
  /** AUTO_PASSTHROUGH carries mesh-internal mutual TLS between networks. */
  | 'mesh-internal';

/** A host of a server, and the namespace whose routes may serve it: `*` for all. */
export interface ServerHost {
  readonly namespace: string;
  /** In lower case. */
  readonly host: string;
  readonly written: string;
}

/** One server of a Gateway object, of Istio's kind or the Gateway API's. */
export interface GatewayServer {
  /** What routes bind to: `namespace/name` of an Istio Gateway, or a listener of the Gateway API. */
  readonly key: string;
  readonly gateway: ResourceRef;
  readonly namespace: string;
  /** Place in its object. */
  readonly index: number;
  /** Port that clients connect to. */
  readonly port: number;
  /** Address that the proxy listens on; empty for every one. */
  readonly bind: string;
  readonly layer: ServerLayer;
  /** Whether anything is said of TLS, be it of a redirect alone. */
  readonly hasTls: boolean;
  readonly hosts: readonly ServerHost[];
  /** Redirects who did not come by HTTPS. Counts for servers of HTTP and HTTPS alone. */
  readonly httpsRedirect: boolean;
  readonly clientCertificate: ClientCertificate;
}

export const GATEWAY_PROXY = 'gateway';

/** Servers of a valid Gateway object; none for a malformed one. */
export const serversOf = perObject(
  (stored: Stored): readonly GatewayServer[] => {
    if (stored.errors.length > 0) return [];
    const spec = (stored.resource.spec ?? {}) as GatewaySpec;
    return (spec.servers ?? []).map((server, index) =>
      readServer(stored, server, index),
    );
  },
);

function readServer(
  stored: Stored,
  server: GatewayServerSpec,
  index: number,
): GatewayServer {
  const { namespace, name, resource } = stored;
  const layer = layerOf(server);
  const endsTls = layer === 'https' || layer === 'tls';
  return {
    key: `${namespace}/${name}`,
    // One that istiod makes of another object is known by that.
    gateway:
      resource.kind === 'Gateway'
        ? { kind: 'Gateway', namespace, name }
        : refOf(resource),
    namespace,
    index,
    port: server.port.number,
    bind: server.bind ?? '',
    layer,
    hasTls: server.tls !== undefined,
    hosts: server.hosts.map(text => readHost(text, namespace)),
    httpsRedirect: server.tls?.httpsRedirect ?? false,
    clientCertificate: endsTls ? certificateOf(server.tls?.mode ?? '') : 'none',
  };
}

/** Istio's protocols that are HTTP in plain text (`Instance.IsHTTP`). */
const PLAIN_HTTP = ['HTTP', 'HTTP_PROXY', 'HTTP2', 'GRPC', 'GRPC-WEB'];

/**
 * As istiod builds its listeners: the protocol of HTTP decides whatever TLS says, and a TLS mode that is not set
 * is `PASSTHROUGH`, the first value of the enum (`IsPassThroughServer`).
 */
function layerOf({ port, tls }: GatewayServerSpec): ServerLayer {
  const protocol = port.protocol.toUpperCase();
  if (PLAIN_HTTP.includes(protocol)) return 'http';
  if (!tls) return 'tcp';
  switch (tls.mode || 'PASSTHROUGH') {
    case 'PASSTHROUGH':
      return 'passthrough';
    case 'AUTO_PASSTHROUGH':
      return 'mesh-internal';
    default:
      return protocol === 'HTTPS' ? 'https' : 'tls';
  }
}

/** Names by which Envoy chooses the filter chain of a server that ends TLS. Beside `*` no other host is one. */
export function namesOfServer({ hosts }: GatewayServer): string[] {
  const names = hosts.map(({ host }) => host);
  return names.includes('*') ? ['*'] : names;
}

/** Whether a server listens on every address, and so where requests to the gateway's Services come. */
export function isEveryAddress(bind: string): boolean {
  return bind === '' || bind === '0.0.0.0';
}

function readHost(text: string, own: string): ServerHost {
  const cut = text.indexOf('/');
  const written = text.slice(cut + 1);
  const namespace = cut < 0 ? '*' : text.slice(0, cut);
  return {
    namespace: namespace === '.' ? own : namespace,
    host: written.toLowerCase(),
    written,
  };
}

/** Labels of the proxies that serve a Gateway of Istio's kind. */
export function gatewaySelectorOf({
  resource,
}: Pick<Stored, 'resource'>): Readonly<Record<string, string>> {
  const { selector } = (resource.spec ?? {}) as { selector?: unknown };
  return stringRecord(selector);
}

/** Workloads of all namespaces that a Gateway selects. An empty selector means every gateway. */
export function gatewayWorkloads(
  mesh: Mesh,
  stored: Stored,
): readonly Workload[] {
  const selector = gatewaySelectorOf(stored);
  const key = JSON.stringify(selector);
  return mesh.queries.get(
    GATEWAY_WORKLOADS,
    key,
    () =>
      workloadNamespaces(mesh).flatMap(namespace =>
        Object.keys(selector).length > 0
          ? selectWorkloads(mesh, namespace, selector)
          : workloadsIn(mesh, namespace).filter(isRouter),
      ),
    sameItems,
  );
}

export function gatewayProxyOf(workload: Workload): ProxyRef {
  return proxyOf(workload, GATEWAY_PROXY);
}
