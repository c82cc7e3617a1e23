import { Reader } from './reader';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];

/** Follows Kubernetes' ValidateService, as far as the engine reads a Service. */
export function validateService(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  reader.stringMap(spec.selector, 'spec.selector');
  for (const field of ['type', 'externalName', 'clusterIP']) {
    reader.string(spec[field], `spec.${field}`);
  }
  reader.strings(spec.clusterIPs, 'spec.clusterIPs');
  const several = Array.isArray(spec.ports) && spec.ports.length > 1;
  const names = new Set<string>();
  const used = new Set<string>();
  reader.objects(spec.ports, 'spec.ports', (port, path) => {
    const number = reader.port(port.port, `${path}.port`);
    if (number === undefined) reader.report(`${path}.port`, 'must be set');
    const name = reader.string(port.name, `${path}.name`);
    validatePortName(reader, name, `${path}.name`, { several, names });
    const protocol = reader.oneOf(port.protocol, `${path}.protocol`, PROTOCOLS);
    reader.string(port.appProtocol, `${path}.appProtocol`);
    validateTargetPort(reader, port.targetPort ?? 0, `${path}.targetPort`);
    const place = `${number}/${protocol ?? 'TCP'}`;
    if (used.has(place)) reader.report(path, `is a second port ${place}`);
    used.add(place);
  });
}

function validatePortName(
  reader: Reader,
  name: string | undefined,
  path: string,
  { several, names }: { several: boolean; names: Set<string> },
): void {
  if (!name) {
    if (several) reader.report(path, 'must be set where there are more ports');
    return;
  }
  if (name.length > 63 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    reader.report(path, 'must be an RFC 1123 label: a-z, 0-9 and -');
  }
  if (names.has(name)) reader.report(path, 'is the name of another port');
  names.add(name);
}

function validateTargetPort(
  reader: Reader,
  target: unknown,
  path: string,
): void {
  if (typeof target === 'string') {
    // A number between quotes is taken for the name of a port, and refused as one.
    if (
      !/^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(target) ||
      target.length > 15
    ) {
      reader.report(path, 'must be a port number, or the name of a port');
    }
  } else if (!Number.isInteger(target)) {
    reader.report(path, 'must be a number or a name');
  } else if (target !== 0) reader.port(target, path);
}

/** The part of a ServiceEntry that istiod asks for whatever else it says. */
export function validateServiceEntry(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  const hosts = reader.strings(spec.hosts, 'spec.hosts');
  if (hosts.length === 0) {
    reader.report('spec.hosts', 'must name at least one host');
  }
  hosts.forEach((host, index) => {
    if (host === '*') reader.report(`spec.hosts[${index}]`, 'must not be *');
  });
  reader.objects(spec.ports, 'spec.ports', (port, path) => {
    reader.port(port.number, `${path}.number`);
    reader.string(port.name, `${path}.name`);
    reader.string(port.protocol, `${path}.protocol`);
  });
}

export function validatePod(
  reader: Reader,
  spec: Record<string, unknown>,
  at = 'spec',
): void {
  reader.string(spec.serviceAccountName, `${at}.serviceAccountName`);
  for (const list of ['containers', 'initContainers']) {
    reader.objects(spec[list], `${at}.${list}`, (container, path) => {
      reader.string(container.name, `${path}.name`);
      reader.objects(container.ports, `${path}.ports`, (port, portPath) => {
        reader.string(port.name, `${portPath}.name`);
        reader.integer(port.containerPort, `${portPath}.containerPort`);
      });
    });
  }
}
