import { ProxyRef, ProxyRequest, RequestToken } from '../../model';
import { Reader } from '../../parse/reader';
import { VALIDITIES } from '../validities';

/** One line of `istio-jwt decide`, read. */
export interface DecideRequest {
  id: unknown;
  proxy: ProxyRef;
  request: ProxyRequest;
  /** Fields that are not known, and changed nothing. */
  ignored: string[];
}

export type ReadRequest =
  | { ok: true; value: DecideRequest }
  | { ok: false; id: unknown; errors: string[] };

const FIELDS = new Set([
  ...['id', 'proxy', 'port', 'protocol', 'method', 'host', 'path', 'headers'],
  ...['source', 'sni', 'destinationIp', 'tokens'],
]);
const SOURCE_FIELDS = ['principal', 'namespace', 'ip', 'remoteIp'] as const;

type Fields = Record<string, unknown>;

/** Reads one line; says everything that is wrong with it. */
export function readRequest(line: string): ReadRequest {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { ok: false, id: null, errors: ['is no JSON'] };
  }
  const reader = new Reader();
  const object = reader.object(value, 'request');
  if (!object) return { ok: false, id: null, errors: ['is no JSON object'] };
  const id = object.id ?? null;
  const proxy = readProxy(reader, object.proxy);
  const request = readFields(reader, object);
  if (reader.errors.length > 0) {
    const errors = reader.errors.map(({ path, message }) =>
      `${path} ${message}`.trim(),
    );
    return { ok: false, id, errors };
  }
  const ignored = Object.keys(object).filter(field => !FIELDS.has(field));
  return { ok: true, value: { id, proxy, request, ignored } };
}

function readProxy(reader: Reader, value: unknown): ProxyRef {
  const object = reader.object(value, 'proxy') ?? {};
  if (value === undefined || value === null)
    reader.report('proxy', 'must be set');
  const kinds = ['gateway', 'sidecar', 'waypoint'] as const;
  reader.oneOf(object.kind, 'proxy.kind', kinds);
  const kind = kinds.find(item => item === object.kind);
  if (object.kind === undefined) reader.report('proxy.kind', 'must be set');
  const namespace = reader.string(object.namespace, 'proxy.namespace');
  if (!namespace) reader.report('proxy.namespace', 'must be set');
  reader.stringMap(object.labels, 'proxy.labels');
  const service = reader.object(object.service, 'proxy.service');
  return {
    kind: kind ?? 'none',
    namespace: namespace ?? '',
    name: reader.string(object.name, 'proxy.name') ?? '',
    labels: (object.labels ?? {}) as Record<string, string>,
    ...(service ? { service: readService(reader, service) } : {}),
  };
}

function readService(reader: Reader, service: Fields) {
  const name = reader.string(service.name, 'proxy.service.name');
  const namespace = reader.string(service.namespace, 'proxy.service.namespace');
  if (!name) reader.report('proxy.service.name', 'must be set');
  if (!namespace) reader.report('proxy.service.namespace', 'must be set');
  return { name: name ?? '', namespace: namespace ?? '' };
}

function readFields(reader: Reader, object: Fields): ProxyRequest {
  const port = reader.integer(object.port, 'port');
  if (port === undefined || port < 0 || port > 65535) {
    reader.report('port', 'must be a port number');
  }
  reader.oneOf(object.protocol, 'protocol', ['http', 'tcp']);
  const request: ProxyRequest = { port: port ?? 0 };
  if (object.protocol === 'tcp') request.protocol = 'tcp';
  for (const field of [
    'method',
    'host',
    'path',
    'sni',
    'destinationIp',
  ] as const) {
    const text = reader.string(object[field], field);
    if (text !== undefined) request[field] = text;
  }
  const headers = readHeaders(reader, object.headers);
  if (headers) request.headers = headers;
  const source = reader.object(object.source, 'source');
  if (source) {
    request.source = {};
    for (const field of SOURCE_FIELDS) {
      const text = reader.string(source[field], `source.${field}`);
      if (text !== undefined) request.source[field] = text;
    }
  }
  const tokens: RequestToken[] = [];
  reader.objects(object.tokens, 'tokens', (token, at) => {
    tokens.push(readToken(reader, token, at));
  });
  if (tokens.length > 0) request.tokens = tokens;
  return request;
}

function readHeaders(reader: Reader, value: unknown): ProxyRequest['headers'] {
  const object = reader.object(value, 'headers');
  if (!object) return undefined;
  for (const [name, header] of Object.entries(object)) {
    const texts = Array.isArray(header) ? header : [header];
    if (texts.some(text => typeof text !== 'string')) {
      reader.report(`headers.${name}`, 'must be a string or a list of strings');
    }
  }
  return object as ProxyRequest['headers'];
}

function readToken(reader: Reader, token: Fields, at: string): RequestToken {
  const { in: place, validity, claims } = token;
  for (const field of ['in', 'validity']) {
    if (token[field] === undefined)
      reader.report(`${at}.${field}`, 'must be set');
  }
  reader.oneOf(place, `${at}.in`, ['header', 'query', 'cookie']);
  reader.oneOf(validity, `${at}.validity`, VALIDITIES);
  const name = reader.string(token.name, `${at}.name`);
  const prefix = reader.string(token.prefix, `${at}.prefix`);
  return {
    in: place as RequestToken['in'],
    validity: validity as RequestToken['validity'],
    claims: reader.object(claims, `${at}.claims`) ?? {},
    ...(name === undefined ? {} : { name }),
    ...(prefix === undefined ? {} : { prefix }),
  };
}
