import { Reader } from './reader';

/** What istiod takes for a port's protocol, in upper or lower case (pkg/config/protocol). */
const PROTOCOLS =
  /^(http|http2|https|http_proxy|grpc|grpc-web|tcp|tls|udp|mongo|redis|mysql|hbone|doublehbone|thrift)$/i;

/** The protocol of a port of Istio's own kinds, where it is set. */
export function validatePortProtocol(
  reader: Reader,
  value: unknown,
  path: string,
): void {
  const protocol = reader.string(value, path);
  if (protocol && !PROTOCOLS.test(protocol)) {
    reader.report(path, 'is no protocol that Istio knows');
  }
}
