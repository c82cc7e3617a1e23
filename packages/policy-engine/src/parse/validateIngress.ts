import { Reader } from './reader';

const PATH_TYPES = ['Exact', 'Prefix', 'ImplementationSpecific'];

/** What a path of type Exact or Prefix must not hold, and not end with. */
const FORBIDDEN = /\/\/|\/\.\.?\/|%2f|\/\.\.?$/i;

/** Follows Kubernetes' validateIngressSpec, as far as istiod reads an Ingress. */
export function validateIngress(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  reader.string(spec.ingressClassName, 'spec.ingressClassName');
  reader.objects(spec.tls, 'spec.tls', (tls, path) => {
    reader.strings(tls.hosts, `${path}.hosts`);
    reader.string(tls.secretName, `${path}.secretName`);
  });
  const fallback = reader.object(spec.defaultBackend, 'spec.defaultBackend');
  if (fallback) validateBackend(reader, fallback, 'spec.defaultBackend');
  reader.objects(spec.rules, 'spec.rules', (rule, path) => {
    reader.string(rule.host, `${path}.host`);
    const http = reader.object(rule.http, `${path}.http`);
    if (!http) return;
    const at = `${path}.http.paths`;
    const count = reader.objects(http.paths, at, (item, inner) =>
      validatePath(reader, item, inner),
    );
    if (count === 0) reader.report(at, 'must name at least one path');
  });
}

function validatePath(
  reader: Reader,
  item: Record<string, unknown>,
  at: string,
): void {
  const path = reader.string(item.path, `${at}.path`) ?? '';
  const type = reader.string(item.pathType, `${at}.pathType`);
  if (type === undefined) reader.report(`${at}.pathType`, 'must be set');
  reader.oneOf(type, `${at}.pathType`, PATH_TYPES);
  const isStrict = type === 'Exact' || type === 'Prefix';
  if (!path.startsWith('/') && (isStrict || path !== '')) {
    reader.report(`${at}.path`, 'must begin with /');
  } else if (isStrict && FORBIDDEN.test(path)) {
    const message = 'must not have //, /./, /../, %2f, or /. or /.. at its end';
    reader.report(`${at}.path`, message);
  }
  const backend = reader.object(item.backend, `${at}.backend`);
  if (backend) validateBackend(reader, backend, `${at}.backend`);
  else reader.report(`${at}.backend`, 'must be set');
}

function validateBackend(
  reader: Reader,
  backend: Record<string, unknown>,
  at: string,
): void {
  reader.object(backend.resource, `${at}.resource`);
  const service = reader.object(backend.service, `${at}.service`);
  if (!service) return;
  if (!reader.string(service.name, `${at}.service.name`)) {
    reader.report(`${at}.service.name`, 'must be set');
  }
  const path = `${at}.service.port`;
  const port = reader.object(service.port, path);
  reader.string(port?.name, `${path}.name`);
  if (port?.number !== 0) reader.port(port?.number, `${path}.number`);
}
