import { Reader } from './reader';

/** What istiod takes for a port's protocol, in upper or lower case (pkg/config/protocol). */
const PROTOCOLS =
  /^(http|http2|https|http_proxy|grpc|grpc-web|tcp|tls|udp|mongo|redis|mysql|hbone|doublehbone|thrift)$/i;

/** The protocol of a Gateway's or a Sidecar's port, which has to be set. */
export function validatePortProtocol(
  reader: Reader,
  value: unknown,
  path: string,
): void {
  const protocol = reader.string(value, path);
  if (!protocol) reader.report(path, 'must be set');
  else if (!PROTOCOLS.test(protocol)) {
    reader.report(path, 'is no protocol that Istio knows');
  }
}
