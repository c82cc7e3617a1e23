import { ProxyRef, ProxyRequest, RequestToken } from '../../model';
import { GATEWAY_NAME_LABEL } from '../../attach/policyIndex';
import { parseCidr } from '../../match/cidr';
import { Reader } from '../../parse/reader';
import { isDeeper, MAX_DEPTH } from '../input/parseDocument';
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

const FIELDS = [
  ...['id', 'proxy', 'port', 'protocol', 'method', 'host', 'path', 'headers'],
  ...['source', 'sni', 'destinationIp', 'tokens'],
];
const PROXY_FIELDS = ['kind', 'namespace', 'labels', 'name', 'service'];
const SERVICE_FIELDS = ['namespace', 'name'];
const SOURCE_FIELDS = ['principal', 'namespace', 'ip', 'remoteIp'] as const;
const TOKEN_FIELDS = ['in', 'name', 'prefix', 'validity', 'claims'];

type Fields = Record<string, unknown>;

const SPIFFE = 'spiffe://';

/** Reads one line; says everything that is wrong with it. */
export function readRequest(line: string): ReadRequest {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { ok: false, id: null, errors: [`is no JSON: ${causeOf(error)}`] };
  }
  if (isDeeper(value, MAX_DEPTH)) {
    const message = `is nested more than ${MAX_DEPTH} deep`;
    return { ok: false, id: null, errors: [message] };
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
  return {
    ok: true,
    value: { id, proxy, request, ignored: listUnknown(object) },
  };
}

/** What V8 says, without the line that it quotes: that may hold a token. */
function causeOf(error: unknown): string {
  const { message } = error as Error;
  const position = /at position (\d+)/.exec(message)?.[1];
  const cause = message.split(/, |\.\.\.|"| in JSON/)[0].trim();
  return position === undefined
    ? cause
    : `${cause} at character ${Number(position) + 1}`;
}

/** Paths of fields that nothing reads. */
function listUnknown(object: Fields): string[] {
  const found: string[] = [];
  const list = (value: unknown, at: string, known: readonly string[]) => {
    for (const field of Object.keys((value ?? {}) as Fields)) {
      if (!known.includes(field)) found.push(`${at}${field}`);
    }
  };
  const proxy = object.proxy as Fields;
  list(object, '', FIELDS);
  list(proxy, 'proxy.', PROXY_FIELDS);
  list(proxy.service, 'proxy.service.', SERVICE_FIELDS);
  list(object.source, 'source.', SOURCE_FIELDS);
  const tokens = (object.tokens ?? []) as Fields[];
  tokens.forEach((token, index) =>
    list(token, `tokens[${index}].`, TOKEN_FIELDS),
  );
  return found;
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
  const name = reader.string(object.name, 'proxy.name') ?? '';
  let labels = (object.labels ?? {}) as Record<string, string>;
  if (kind === 'waypoint' && labels[GATEWAY_NAME_LABEL] === undefined) {
    if (name) labels = { ...labels, [GATEWAY_NAME_LABEL]: name };
    else {
      reader.report(
        'proxy.name',
        `must be set, or the label ${GATEWAY_NAME_LABEL}: the waypoint's Gateway`,
      );
    }
  }
  return {
    kind: kind ?? 'none',
    namespace: namespace ?? '',
    name,
    labels,
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
  checkAddress(reader, request.destinationIp, 'destinationIp');
  const source = reader.object(object.source, 'source');
  if (source) request.source = readSource(reader, source);
  const tokens: RequestToken[] = [];
  reader.objects(object.tokens, 'tokens', (token, at) => {
    tokens.push(readToken(reader, token, at));
  });
  if (tokens.length > 0) request.tokens = tokens;
  return request;
}

function readSource(
  reader: Reader,
  source: Fields,
): NonNullable<ProxyRequest['source']> {
  const read: NonNullable<ProxyRequest['source']> = {};
  for (const field of SOURCE_FIELDS) {
    const text = reader.string(source[field], `source.${field}`);
    if (text !== undefined) read[field] = text;
  }
  if (read.principal?.startsWith(SPIFFE)) {
    read.principal = read.principal.slice(SPIFFE.length);
  }
  checkAddress(reader, read.ip, 'source.ip');
  checkAddress(reader, read.remoteIp, 'source.remoteIp');
  const { principal, namespace } = read;
  // Istio reads the namespace from the certificate's name and nowhere else.
  const own = /\/ns\/([^/]+)\/sa\//.exec(principal ?? '')?.[1];
  if (principal !== undefined && namespace !== undefined && own !== namespace) {
    reader.report(
      'source.namespace',
      own === undefined
        ? 'is in no certificate: source.principal names no namespace'
        : `is not that of source.principal, which is of ${own}`,
    );
  }
  return read;
}

function checkAddress(
  reader: Reader,
  text: string | undefined,
  path: string,
): void {
  if (text === undefined) return;
  if (text.includes('/') || !parseCidr(text)) {
    reader.report(path, 'is no IP address');
  }
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
  if (place === 'cookie' && !name) {
    reader.report(`${at}.name`, 'must be set: the name of the cookie');
  }
  return {
    in: place as RequestToken['in'],
    validity: validity as RequestToken['validity'],
    claims: reader.object(claims, `${at}.claims`) ?? {},
    ...(name === undefined ? {} : { name }),
    ...(prefix === undefined ? {} : { prefix }),
  };
}
