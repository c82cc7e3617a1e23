import { isAddress } from '../match/cidr';
import { isPort, isSet, Reader } from './reader';
import { validatePortProtocol } from './validatePortProtocol';

const CAPTURE_MODES = ['DEFAULT', 'IPTABLES', 'NONE'];

/** The Pod itself, or a Unix domain socket. */
const ENDPOINT =
  /^(?:unix:\/\/[/@].*|(?:127\.0\.0\.1|0\.0\.0\.0|\[::1?\])?:(\d{1,5}))$/;

/** Follows istiod's ValidateSidecar in what decides which Sidecar is in force and how its ingress is read. */
export function validateSidecar(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  const selector = reader.object(
    spec.workloadSelector,
    'spec.workloadSelector',
  );
  reader.stringMap(selector?.labels, 'spec.workloadSelector.labels');
  const seen = new Set<number>();
  const ingress = reader.objects(spec.ingress, 'spec.ingress', (item, path) => {
    const number = validateListener(reader, item, path);
    if (number === undefined) return;
    if (seen.has(number)) {
      reader.report(`${path}.port.number`, 'stands in another listener too');
    }
    seen.add(number);
  });
  const egress = reader.array(spec.egress, 'spec.egress') ?? [];
  const others = [spec.outboundTrafficPolicy, spec.inboundConnectionPool];
  if (ingress + egress.length === 0 && !others.some(isSet)) {
    reader.report('spec', 'needs ingress, egress or another setting');
  }
}

/** The port's number, where it is one. */
function validateListener(
  reader: Reader,
  item: Record<string, unknown>,
  path: string,
): number | undefined {
  reader.oneOf(item.captureMode, `${path}.captureMode`, CAPTURE_MODES);
  const bind = reader.string(item.bind, `${path}.bind`);
  if (bind && !isAddress(bind)) {
    reader.report(`${path}.bind`, 'must be an IP address');
  }
  const at = `${path}.defaultEndpoint`;
  const endpoint = reader.string(item.defaultEndpoint, at);
  if (endpoint && !isEndpoint(endpoint)) {
    reader.report(at, 'must be 127.0.0.1:PORT, [::1]:PORT or unix://PATH');
  }
  const port = reader.object(item.port, `${path}.port`);
  if (!port) {
    if (!isSet(item.port)) reader.report(`${path}.port`, 'must be set');
    return undefined;
  }
  validatePortProtocol(reader, port.protocol, `${path}.port.protocol`);
  const tls = reader.object(item.tls, `${path}.tls`);
  if (tls) validateTls(reader, tls, port.protocol, `${path}.tls`);
  const number = reader.port(port.number, `${path}.port.number`);
  if (!isSet(port.number)) reader.report(`${path}.port.number`, 'must be set');
  return number;
}

function validateTls(
  reader: Reader,
  tls: Record<string, unknown>,
  protocol: unknown,
  path: string,
): void {
  const mode = reader.string(tls.mode, `${path}.mode`);
  if (mode === 'ISTIO_MUTUAL' || mode === 'AUTO_PASSTHROUGH') {
    reader.report(`${path}.mode`, `cannot be ${mode} in a Sidecar`);
  }
  if (typeof protocol === 'string' && !/^(https|tls)$/i.test(protocol)) {
    reader.report(path, 'needs a port of protocol HTTPS or TLS');
  }
}

function isEndpoint(text: string): boolean {
  const parts = ENDPOINT.exec(text);
  return parts !== null && (!parts[1] || isPort(Number(parts[1])));
}
