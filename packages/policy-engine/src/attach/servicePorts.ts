import { ServicePortSpec } from '../parse/specs';
import { WayIn } from '../model';
import { stringList } from './labels';

/** How Istio reads a Service port. */
export interface PortProtocol {
  /** Filter chain of a sidecar. */
  chain: 'http' | 'tcp';
  /** What a client speaks. */
  client: WayIn['protocol'];
  /** Neither name nor appProtocol says it: Istio looks at the first bytes. */
  sniffed: boolean;
}

const HTTP: PortProtocol = { chain: 'http', client: 'http', sniffed: false };
const TCP: PortProtocol = { chain: 'tcp', client: 'tcp', sniffed: false };
const SNIFFED: PortProtocol = { chain: 'http', client: 'http', sniffed: true };

/** Names that Istio knows (its pkg/config/protocol). A port of TCP that is called `udp` gets the chain of TCP. */
const KNOWN: ReadonlyMap<string, PortProtocol> = new Map([
  ...['http', 'http2', 'http_proxy', 'grpc', 'grpc-web'].map(
    (name): [string, PortProtocol] => [name, HTTP],
  ),
  ...['tcp', 'udp', 'mongo', 'mysql', 'redis'].map(
    (name): [string, PortProtocol] => [name, TCP],
  ),
  ...(['tls', 'https'] as const).map((client): [string, PortProtocol] => [
    client,
    { chain: 'tcp', client, sniffed: false },
  ]),
]);

/** Kubernetes' own names, which stand in `appProtocol` alone and are compared with their case. */
const KUBERNETES_NAMES: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/h2c', 'http2'],
  ['kubernetes.io/ws', 'http'],
  ['kubernetes.io/wss', 'https'],
]);

/** SMTP, DNS, MySQL and MongoDB: read as TCP unless they are named otherwise. */
const WELL_KNOWN_TCP = new Set([25, 53, 3306, 27017]);

/**
 * Protocol of a Service port: of `appProtocol` where there is one, known or not, else of the name, what stands before
 * the first dash; else sniffed (Istio's ConvertProtocol, pkg/config/kube/conversion.go). Undefined for UDP and SCTP,
 * which no proxy sees.
 */
export function protocolOf(port: ServicePortSpec): PortProtocol | undefined {
  return (port.protocol ?? 'TCP') === 'TCP' ? namedProtocolOf(port) : undefined;
}

/** What a sidecar's listener makes of a Service port: one of UDP gets the chain of TCP, as if it were one. */
export function listenerProtocolOf(port: ServicePortSpec): PortProtocol {
  return port.protocol === 'UDP' ? TCP : namedProtocolOf(port);
}

function namedProtocolOf({
  port,
  name,
  appProtocol,
}: ServicePortSpec): PortProtocol {
  const text =
    appProtocol === undefined
      ? name ?? ''
      : KUBERNETES_NAMES.get(appProtocol) ?? appProtocol;
  const known = text.toLowerCase().startsWith('grpc-web')
    ? HTTP
    : parseProtocol(text.split('-')[0]);
  return known.sniffed && WELL_KNOWN_TCP.has(port) ? TCP : known;
}

/** A protocol by its name alone, as objects of Istio give it; what Istio does not know is sniffed. */
export function parseProtocol(name: unknown): PortProtocol {
  if (typeof name !== 'string') return SNIFFED;
  return KNOWN.get(name.toLowerCase()) ?? SNIFFED;
}

/** Whether a Service port is for HTTP/3 by its name, which is UDP and so passes no sidecar (istio-iptables redirects TCP). */
export function isHttp3({
  protocol,
  name,
  appProtocol,
}: ServicePortSpec): boolean {
  return (
    protocol === 'UDP' &&
    stringList([name, appProtocol]).some(text =>
      /(^|[-/])(h3|http3|quic)($|-)/i.test(text),
    )
  );
}
