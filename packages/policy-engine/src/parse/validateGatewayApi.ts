import { Reader } from './reader';

/** Hostnames as the CRDs have them: a wildcard only as the whole first label. */
const HOSTNAME =
  /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const HTTP_METHODS = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'],
  'PATCH',
];
const PATH_TYPES = ['Exact', 'PathPrefix', 'RegularExpression'];
const VALUE_TYPES = ['Exact', 'RegularExpression'];

/** The shape of a Gateway API Gateway, as far as the engine reads it. */
export function validateKubernetesGateway(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  if (!reader.string(spec.gatewayClassName, 'spec.gatewayClassName')) {
    reader.report('spec.gatewayClassName', 'must be set');
  }
  reader.objects(spec.addresses, 'spec.addresses', (address, path) => {
    reader.string(address.type, `${path}.type`);
    reader.string(address.value, `${path}.value`);
  });
  validateListeners(reader, spec.listeners, { needsPort: true });
  const allowed = reader.object(spec.allowedListeners, 'spec.allowedListeners');
  validateNamespaces(reader, allowed?.namespaces, 'spec.allowedListeners');
  const tls = reader.object(spec.tls, 'spec.tls');
  const frontend = reader.object(tls?.frontend, 'spec.tls.frontend');
  validateFrontend(reader, frontend?.default, 'spec.tls.frontend.default');
  reader.objects(frontend?.perPort, 'spec.tls.frontend.perPort', (own, at) => {
    reader.integer(own.port, `${at}.port`);
    validateFrontend(reader, own.tls, `${at}.tls`);
  });
  const infrastructure = reader.object(
    spec.infrastructure,
    'spec.infrastructure',
  );
  reader.stringMap(infrastructure?.labels, 'spec.infrastructure.labels');
}

function validateFrontend(reader: Reader, value: unknown, at: string): void {
  const config = reader.object(value, at);
  const validation = reader.object(config?.validation, `${at}.validation`);
  reader.string(validation?.mode, `${at}.validation.mode`);
}

/** The shape of a ListenerSet. */
export function validateListenerSet(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  const parent = reader.object(spec.parentRef, 'spec.parentRef');
  if (parent) validateRef(reader, parent, 'spec.parentRef');
  else reader.report('spec.parentRef', 'must be set');
  validateListeners(reader, spec.listeners, { needsPort: false });
}

function validateListeners(
  reader: Reader,
  listeners: unknown,
  { needsPort }: { needsPort: boolean },
): void {
  reader.objects(listeners, 'spec.listeners', (listener, path) => {
    for (const field of ['name', 'protocol']) {
      if (!reader.string(listener[field], `${path}.${field}`)) {
        reader.report(`${path}.${field}`, 'must be set');
      }
    }
    const port = needsPort
      ? reader.port(listener.port, `${path}.port`)
      : reader.integer(listener.port, `${path}.port`);
    if (needsPort && port === undefined) {
      reader.report(`${path}.port`, 'must be set');
    }
    const hostname = reader.string(listener.hostname, `${path}.hostname`);
    validateHostname(reader, hostname, `${path}.hostname`);
    const tls = reader.object(listener.tls, `${path}.tls`);
    reader.string(tls?.mode, `${path}.tls.mode`);
    reader.stringMap(tls?.options, `${path}.tls.options`);
    validateAllowedRoutes(reader, listener.allowedRoutes, path);
  });
}

function validateAllowedRoutes(
  reader: Reader,
  value: unknown,
  path: string,
): void {
  const at = `${path}.allowedRoutes`;
  const allowed = reader.object(value, at);
  validateNamespaces(reader, allowed?.namespaces, at);
  reader.objects(allowed?.kinds, `${at}.kinds`, (kind, inner) => {
    reader.string(kind.kind, `${inner}.kind`);
  });
}

function validateNamespaces(reader: Reader, value: unknown, at: string): void {
  const namespaces = reader.object(value, `${at}.namespaces`);
  reader.oneOf(namespaces?.from, `${at}.namespaces.from`, [
    'All',
    'Same',
    'Selector',
    'None',
  ]);
  const selector = reader.object(
    namespaces?.selector,
    `${at}.namespaces.selector`,
  );
  reader.stringMap(
    selector?.matchLabels,
    `${at}.namespaces.selector.matchLabels`,
  );
  reader.objects(
    selector?.matchExpressions,
    `${at}.namespaces.selector.matchExpressions`,
    (expression, inner) => {
      reader.string(expression.key, `${inner}.key`);
      reader.string(expression.operator, `${inner}.operator`);
      reader.strings(expression.values, `${inner}.values`);
    },
  );
}

/** The shape of an HTTPRoute, TLSRoute or TCPRoute. */
export function validateRoute(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  validateRules(reader, spec, validateHttpMethod);
}

export function validateGrpcRoute(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  validateRules(reader, spec, validateGrpcMethod);
}

type ValidateField = (reader: Reader, value: unknown, path: string) => void;

function validateHttpMethod(reader: Reader, value: unknown, path: string) {
  reader.oneOf(value, path, HTTP_METHODS);
}

function validateGrpcMethod(reader: Reader, value: unknown, path: string) {
  const method = reader.object(value, path);
  for (const field of ['type', 'service', 'method']) {
    reader.string(method?.[field], `${path}.${field}`);
  }
}

function validateRules(
  reader: Reader,
  spec: Record<string, unknown>,
  validateMethod: ValidateField,
): void {
  reader.objects(spec.parentRefs, 'spec.parentRefs', (ref, path) =>
    validateRef(reader, ref, path),
  );
  reader
    .strings(spec.hostnames, 'spec.hostnames')
    .forEach((hostname, index) =>
      validateHostname(reader, hostname, `spec.hostnames[${index}]`),
    );
  reader.objects(spec.rules, 'spec.rules', (rule, path) => {
    reader.objects(rule.matches, `${path}.matches`, (match, at) => {
      validateMatch(reader, match, at);
      validateMethod(reader, match.method, `${at}.method`);
    });
    validateFilters(reader, rule.filters, `${path}.filters`);
    reader.objects(rule.backendRefs, `${path}.backendRefs`, (ref, at) => {
      validateRef(reader, ref, at);
      reader.integer(ref.weight, `${at}.weight`);
      validateFilters(reader, ref.filters, `${at}.filters`);
    });
  });
}

function validateHostname(
  reader: Reader,
  hostname: string | undefined,
  path: string,
): void {
  // A listener's may be empty, for every host.
  if (!hostname) return;
  if (hostname.length > 253 || !HOSTNAME.test(hostname)) {
    reader.report(path, 'must be a host name in lower case, or one behind *.');
  }
}

function validateRef(
  reader: Reader,
  ref: Record<string, unknown>,
  path: string,
): void {
  if (!reader.string(ref.name, `${path}.name`)) {
    reader.report(`${path}.name`, 'must be set');
  }
  for (const field of ['group', 'kind', 'namespace', 'sectionName']) {
    reader.string(ref[field], `${path}.${field}`);
  }
  reader.port(ref.port, `${path}.port`);
}

function validateMatch(
  reader: Reader,
  match: Record<string, unknown>,
  path: string,
): void {
  const location = reader.object(match.path, `${path}.path`);
  reader.oneOf(location?.type, `${path}.path.type`, PATH_TYPES);
  const value = reader.string(location?.value, `${path}.path.value`);
  if (
    value !== undefined &&
    location?.type !== 'RegularExpression' &&
    !value.startsWith('/')
  ) {
    reader.report(`${path}.path.value`, 'must begin with a slash');
  }
  for (const list of ['headers', 'queryParams']) {
    reader.objects(match[list], `${path}.${list}`, (item, at) => {
      reader.oneOf(item.type, `${at}.type`, VALUE_TYPES);
      for (const field of ['name', 'value']) {
        if (reader.string(item[field], `${at}.${field}`) === undefined) {
          reader.report(`${at}.${field}`, 'must be set');
        }
      }
    });
  }
}

function validateFilters(reader: Reader, value: unknown, path: string): void {
  reader.objects(value, path, (filter, at) => {
    if (!reader.string(filter.type, `${at}.type`)) {
      reader.report(`${at}.type`, 'must be set');
    }
    for (const name of ['requestHeaderModifier', 'responseHeaderModifier']) {
      validateHeaders(reader, filter[name], `${at}.${name}`);
    }
    for (const name of ['requestRedirect', 'urlRewrite']) {
      const object = reader.object(filter[name], `${at}.${name}`);
      reader.string(object?.hostname, `${at}.${name}.hostname`);
      const to = reader.object(object?.path, `${at}.${name}.path`);
      for (const field of ['type', 'replaceFullPath', 'replacePrefixMatch']) {
        reader.string(to?.[field], `${at}.${name}.path.${field}`);
      }
    }
    const mirror = reader.object(filter.requestMirror, `${at}.requestMirror`);
    const target = reader.object(
      mirror?.backendRef,
      `${at}.requestMirror.backendRef`,
    );
    if (mirror && !target) {
      reader.report(`${at}.requestMirror.backendRef`, 'must be set');
    }
    if (target) validateRef(reader, target, `${at}.requestMirror.backendRef`);
  });
}

function validateHeaders(reader: Reader, value: unknown, at: string): void {
  const headers = reader.object(value, at);
  for (const list of ['set', 'add']) {
    reader.objects(headers?.[list], `${at}.${list}`, (header, inner) => {
      for (const field of ['name', 'value']) {
        if (!reader.string(header[field], `${inner}.${field}`)) {
          reader.report(`${inner}.${field}`, 'must be set');
        }
      }
    });
  }
  reader.strings(headers?.remove, `${at}.remove`);
}

/** The shape of a ReferenceGrant. */
export function validateReferenceGrant(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  for (const list of ['from', 'to']) {
    reader.objects(spec[list], `spec.${list}`, (item, path) => {
      for (const field of ['group', 'kind', 'namespace', 'name']) {
        reader.string(item[field], `${path}.${field}`);
      }
    });
  }
}
