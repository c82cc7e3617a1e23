import { ServicePortSpec } from '../parse/specs';
import { WayIn } from '../model';

/** How Istio reads a Service port. */
export interface PortProtocol {
  /** Filter chain of a sidecar. */
  chain: 'http' | 'tcp';
  /** What a client speaks. */
  client: WayIn['protocol'];
  /** Neither name nor appProtocol says it: Istio looks at the first bytes. */
  sniffed: boolean;
}

const HTTP = ['http', 'http2', 'grpc', 'grpc-web'];
const TCP = ['tcp', 'mongo', 'mysql', 'redis', 'hbone'];
const TLS = ['tls', 'https'];

/** Ports that Istio always reads as TCP unless their name says otherwise. */
const WELL_KNOWN_TCP = new Set([3306, 27017]);

/**
 * Protocol of a Service port: `appProtocol`, else the part of the name before the first dash, else
 * sniffed. Undefined for UDP and SCTP, which no proxy sees.
 */
export function protocolOf(port: ServicePortSpec): PortProtocol | undefined {
  const transport = port.protocol ?? 'TCP';
  return transport === 'TCP'
    ? readProtocol([port.appProtocol, prefixOf(port.name)], port.port)
    : undefined;
}

/** Whether a Service port is for HTTP/3 by its name, which is UDP and so passes no sidecar (istio-iptables redirects TCP). */
export function isHttp3({
  protocol,
  name,
  appProtocol,
}: ServicePortSpec): boolean {
  return (
    protocol === 'UDP' &&
    [name, appProtocol].some(text =>
      /(^|[-/])(h3|http3|quic)($|-)/i.test(String(text ?? '')),
    )
  );
}

/** @param names - of which the first that Istio knows counts */
export function readProtocol(
  names: readonly unknown[],
  port: number,
): PortProtocol {
  const declared = names.map(normalize).find(name => name !== undefined);
  if (declared === undefined) {
    return WELL_KNOWN_TCP.has(port)
      ? { chain: 'tcp', client: 'tcp', sniffed: false }
      : { chain: 'http', client: 'http', sniffed: true };
  }
  if (HTTP.includes(declared)) {
    return { chain: 'http', client: 'http', sniffed: false };
  }
  const client = TLS.includes(declared) ? (declared as 'tls' | 'https') : 'tcp';
  return { chain: 'tcp', client, sniffed: false };
}

function prefixOf(name: string | undefined): string | undefined {
  if (name?.toLowerCase().startsWith('grpc-web')) return 'grpc-web';
  return name?.split('-')[0];
}

/** A protocol that Istio knows; `kubernetes.io/h2c` and the like are its names for HTTP/2. */
function normalize(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const name = text.toLowerCase();
  if (name === 'kubernetes.io/h2c' || name === 'kubernetes.io/ws')
    return 'http2';
  if (name === 'kubernetes.io/wss') return 'https';
  return [...HTTP, ...TCP, ...TLS].find(known => known === name);
}
