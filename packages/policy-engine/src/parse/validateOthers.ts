import { isPort, isSet, Reader } from './reader';
import { validateSelector } from './validateAttachment';
import { validatePortProtocol } from './validatePortProtocol';

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
    if (!/^\d{1,5}$/.test(port) || !isPort(+port)) {
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

/** Follows istiod's ValidateGateway. */
export function validateGateway(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  reader.stringMap(spec.selector, 'spec.selector');
  const servers = reader.objects(
    spec.servers,
    'spec.servers',
    (server, path) => {
      const port = reader.object(server.port, `${path}.port`);
      validateServerPort(reader, server, port?.number, `${path}.port.number`);
      validatePortProtocol(reader, port?.protocol, `${path}.port.protocol`);
      if (!port?.protocol)
        reader.report(`${path}.port.protocol`, 'must be set');
      if (reader.strings(server.hosts, `${path}.hosts`).length === 0) {
        reader.report(`${path}.hosts`, 'must name at least one host');
      }
      reader.string(server.bind, `${path}.bind`);
      const tls = reader.object(server.tls, `${path}.tls`);
      reader.string(tls?.mode, `${path}.tls.mode`);
      reader.boolean(tls?.httpsRedirect, `${path}.tls.httpsRedirect`);
    },
  );
  if (servers === 0) {
    reader.report('spec.servers', 'must have at least one server');
  }
}

/** A server at a Unix domain socket has the number 0. */
function validateServerPort(
  reader: Reader,
  { bind }: Record<string, unknown>,
  number: unknown,
  path: string,
): void {
  const isSocket = typeof bind === 'string' && bind.startsWith('unix:');
  const port = isSocket && number === 0 ? 0 : reader.port(number, path);
  if (port === undefined) reader.report(path, 'must be set');
}

/** Follows Istio's CRD and ValidateVirtualService. */
export function validateVirtualService(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  const isEmpty = (list: unknown) =>
    list === undefined || (Array.isArray(list) && list.length === 0);
  if (['http', 'tls', 'tcp'].every(kind => isEmpty(spec[kind]))) {
    reader.report('spec', 'needs http, tls or tcp');
  }
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
    validateActions(reader, route, path);
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

/** What a route does with requests: exactly one of four (validateHTTPRouteConflict). */
function validateActions(
  reader: Reader,
  route: Record<string, unknown>,
  path: string,
): void {
  const hasRoute = Array.isArray(route.route) && route.route.length > 0;
  const others = [route.redirect, route.directResponse].filter(isSet);
  if (isSet(route.delegate)) return;
  if (!hasRoute && others.length === 0) {
    reader.report(path, 'needs a route, a redirect or a directResponse');
  }
  if (others.length + Number(hasRoute) > 1) {
    reader.report(path, 'can have only one of route, redirect, directResponse');
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
    reader.port(port?.number, `${at}.destination.port.number`);
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
  const set = ['exact', 'prefix', 'regex'].filter(
    kind => reader.string(object[kind], `${path}.${kind}`) !== undefined,
  );
  if (set.length > 1)
    reader.report(path, `can have only one of ${set.join(', ')}`);
}
