import { Reader } from './reader';
import { validateSelector } from './validateAttachment';

const MODES = ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'];

export function validatePeerAuthentication(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  validateSelector(reader, spec.selector);
  reader.fields(spec, 'spec', ['selector', 'mtls', 'portLevelMtls']);
  const mtls = reader.object(spec.mtls, 'spec.mtls');
  reader.oneOf(mtls?.mode, 'spec.mtls.mode', MODES);
  const ports = reader.object(spec.portLevelMtls, 'spec.portLevelMtls') ?? {};
  for (const [port, value] of Object.entries(ports)) {
    const at = `spec.portLevelMtls.${port}`;
    if (!/^\d{1,5}$/.test(port) || +port < 1 || +port > 65535) {
      reader.report(at, 'must be a port number from 1 to 65535');
    }
    reader.oneOf(reader.object(value, at)?.mode, `${at}.mode`, MODES);
  }
  const labels = reader.object(spec.selector, 'spec.selector')?.matchLabels;
  if (spec.portLevelMtls && Object.keys(ports).length === 0) {
    reader.report('spec.portLevelMtls', 'must name at least one port');
  } else if (spec.portLevelMtls && Object.keys(labels ?? {}).length === 0) {
    reader.report(
      'spec.portLevelMtls',
      'is only read together with a selector',
    );
  }
}

export function validateGateway(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  reader.stringMap(spec.selector, 'spec.selector');
  reader.objects(spec.servers, 'spec.servers', (server, path) => {
    const port = reader.object(server.port, `${path}.port`);
    if (reader.integer(port?.number, `${path}.port.number`) === undefined) {
      reader.report(`${path}.port.number`, 'must be set');
    }
    if (!reader.string(port?.protocol, `${path}.port.protocol`)) {
      reader.report(`${path}.port.protocol`, 'must be set');
    }
    if (reader.strings(server.hosts, `${path}.hosts`).length === 0) {
      reader.report(`${path}.hosts`, 'must name at least one host');
    }
    reader.string(server.bind, `${path}.bind`);
    const tls = reader.object(server.tls, `${path}.tls`);
    reader.string(tls?.mode, `${path}.tls.mode`);
    reader.boolean(tls?.httpsRedirect, `${path}.tls.httpsRedirect`);
  });
}

export function validateVirtualService(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  const hosts = reader.strings(spec.hosts, 'spec.hosts');
  const gateways = reader.strings(spec.gateways, 'spec.gateways');
  validateHosts(reader, hosts, gateways);
  reader.strings(spec.exportTo, 'spec.exportTo');
  reader.objects(spec.http, 'spec.http', (route, path) => {
    reader.objects(route.match, `${path}.match`, (match, at) =>
      validateHttpMatch(reader, match, at),
    );
    validateDestinations(reader, route.route, `${path}.route`);
    for (const field of ['redirect', 'delegate']) {
      reader.object(route[field], `${path}.${field}`);
    }
    validateRewrite(reader, route.rewrite, `${path}.rewrite`);
    validateHeaderOperations(reader, route.headers, `${path}.headers`);
    const direct = reader.object(
      route.directResponse,
      `${path}.directResponse`,
    );
    if (direct) reader.integer(direct.status, `${path}.directResponse.status`);
    const mirror = reader.object(route.mirror, `${path}.mirror`);
    if (mirror) reader.string(mirror.host, `${path}.mirror.host`);
    validateDestinations(reader, route.mirrors, `${path}.mirrors`);
  });
  for (const kind of ['tls', 'tcp']) {
    reader.objects(spec[kind], `spec.${kind}`, (route, path) => {
      reader.objects(route.match, `${path}.match`, (match, at) => {
        reader.strings(match.sniHosts, `${at}.sniHosts`);
        reader.strings(match.gateways, `${at}.gateways`);
        reader.integer(match.port, `${at}.port`);
      });
      validateDestinations(reader, route.route, `${path}.route`);
    });
  }
}

function validateHosts(
  reader: Reader,
  hosts: string[],
  gateways: string[],
): void {
  const isMeshOnly = gateways.every(gateway => gateway === 'mesh');
  hosts.forEach((host, index) => {
    const at = `spec.hosts[${index}]`;
    if (host === '*' && isMeshOnly) {
      reader.report(at, 'must not be * for the mesh gateway');
    }
    const other = hosts.slice(0, index).find(item => overlap(item, host));
    if (other !== undefined) {
      reader.report(at, `is a duplicate of ${other}`);
    }
  });
  if (hosts.length === 0 && gateways.length > 0) {
    reader.report('spec.gateways', 'a delegate must not have any');
  }
}

/** Whether one host is the other, or among those that the other's wildcard stands for. */
function overlap(a: string, b: string): boolean {
  return covers(a, b) || covers(b, a);
}

function covers(wide: string, host: string): boolean {
  if (!wide.startsWith('*')) return wide === host;
  return host.length >= wide.length && host.endsWith(wide.slice(1));
}

function validateDestinations(
  reader: Reader,
  value: unknown,
  path: string,
): void {
  reader.objects(value, path, (item, at) => {
    const destination = reader.object(item.destination, `${at}.destination`);
    if (!reader.string(destination?.host, `${at}.destination.host`)) {
      reader.report(`${at}.destination.host`, 'must be set');
    }
    const port = reader.object(destination?.port, `${at}.destination.port`);
    reader.integer(port?.number, `${at}.destination.port.number`);
    reader.integer(item.weight, `${at}.weight`);
    validateHeaderOperations(reader, item.headers, `${at}.headers`);
  });
}

function validateRewrite(reader: Reader, value: unknown, path: string): void {
  const rewrite = reader.object(value, path);
  for (const field of ['uri', 'authority']) {
    reader.string(rewrite?.[field], `${path}.${field}`);
  }
  reader.object(rewrite?.uriRegexRewrite, `${path}.uriRegexRewrite`);
}

function validateHeaderOperations(
  reader: Reader,
  value: unknown,
  path: string,
): void {
  const { request } = reader.object(value, path) ?? {};
  const at = `${path}.request`;
  const operations = reader.object(request, at);
  reader.stringMap(operations?.set, `${at}.set`);
  reader.stringMap(operations?.add, `${at}.add`);
  reader.strings(operations?.remove, `${at}.remove`);
}

function validateHttpMatch(
  reader: Reader,
  match: Record<string, unknown>,
  path: string,
): void {
  for (const field of ['uri', 'scheme', 'method', 'authority']) {
    validateStringMatch(reader, match[field], `${path}.${field}`);
  }
  for (const field of ['headers', 'withoutHeaders', 'queryParams']) {
    const map = reader.object(match[field], `${path}.${field}`) ?? {};
    for (const [name, value] of Object.entries(map)) {
      validateStringMatch(reader, value, `${path}.${field}.${name}`);
    }
  }
  reader.boolean(match.ignoreUriCase, `${path}.ignoreUriCase`);
  reader.strings(match.gateways, `${path}.gateways`);
  reader.integer(match.port, `${path}.port`);
}

function validateStringMatch(
  reader: Reader,
  value: unknown,
  path: string,
): void {
  const object = reader.object(value, path);
  if (!object) return;
  for (const kind of ['exact', 'prefix', 'regex']) {
    reader.string(object[kind], `${path}.${kind}`);
  }
}

export function validateService(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  reader.stringMap(spec.selector, 'spec.selector');
  for (const field of ['type', 'externalName', 'clusterIP']) {
    reader.string(spec[field], `spec.${field}`);
  }
  reader.strings(spec.clusterIPs, 'spec.clusterIPs');
  reader.objects(spec.ports, 'spec.ports', (port, path) => {
    if (reader.integer(port.port, `${path}.port`) === undefined) {
      reader.report(`${path}.port`, 'must be set');
    }
    reader.string(port.name, `${path}.name`);
    reader.string(port.protocol, `${path}.protocol`);
    reader.string(port.appProtocol, `${path}.appProtocol`);
    const target = port.targetPort ?? 0;
    if (typeof target !== 'string' && !Number.isInteger(target)) {
      reader.report(`${path}.targetPort`, 'must be a number or a name');
    }
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
