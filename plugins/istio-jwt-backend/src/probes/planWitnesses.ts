import {
  decideWayIn,
  Mesh,
  ProxyRequest,
  WayInAssessment,
} from 'istio-jwt-policy-engine';
import { RESERVED_HEADERS } from './locateToken';
import { isSafeHost } from './isSafeHost';
import { Vector, VectorRequest } from './vectors';

/** A request without a token that is asked for besides the usual ones. */
export interface WitnessProbe {
  vector: Vector;
  path: string;
}

/** What the usual probes without a token ask for. */
interface PlainRequest {
  host: string;
  paths: string[];
  source?: ProxyRequest['source'];
}

const MAX_WITNESSES = 6;
const PATH = /^\/[\x21-\x7e]{0,500}$/;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\x20-\x7e]{0,200}$/;
const UNLIKELY = 'istio-jwt-probe';

/**
 * One request for each class that the engine says passes without a token, so that an exempt path is
 * seen to be exempt, and one that should be refused next to them.
 */
export function planWitnesses(
  mesh: Mesh,
  wayIn: WayInAssessment,
  plain: PlainRequest,
): WitnessProbe[] {
  const { host, paths } = plain;
  const seen = new Set(paths.map(path => describe('GET', { host, path })));
  const probes: WitnessProbe[] = [];
  for (const { witness, everything } of wayIn.exposures) {
    if (everything || isPreflight(witness)) continue;
    const chosen = preferGet(mesh, wayIn, witness);
    const request = {
      method: chosen.method ?? 'GET',
      host: chosen.host ?? host,
      path: chosen.path ?? '/',
      headers: chosen.headers ?? {},
    };
    const key = describe(request.method, request);
    if (seen.has(key) || probes.length >= MAX_WITNESSES) continue;
    seen.add(key);
    probes.push({
      vector: makeVector(
        `No token, ${request.method} ${request.path}`,
        judgeSendable(request, chosen),
      ),
      path: request.path,
    });
  }
  const sibling = probes.length > 0 && findSibling(mesh, wayIn, plain, probes);
  return sibling
    ? [
        ...probes,
        {
          vector: makeVector(`No token, GET ${sibling}`, {
            kind: 'request',
            path: sibling,
            tokens: [],
          }),
          path: sibling,
        },
      ]
    : probes;
}

function makeVector(title: string, request: VectorRequest): Vector {
  return {
    id: 'no-token',
    title,
    group: 'credentials',
    scope: 'way-in',
    makeRequest: async () => request,
  };
}

/** A witness stands for a class; where GET is in the class, it is the one to send. */
function preferGet(
  mesh: Mesh,
  wayIn: WayInAssessment,
  witness: ProxyRequest,
): ProxyRequest {
  const { httpVersion, ...get } = { ...witness, method: 'GET' };
  return witness.method === 'GET' ||
    decideWayIn(mesh, wayIn, get).reaches === 'yes'
    ? get
    : witness;
}

/** Browsers' questions have a vector of their own. */
function isPreflight({ method, headers }: ProxyRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers?.['access-control-request-method'] !== undefined
  );
}

interface Request {
  method: string;
  host: string;
  path: string;
  headers: Record<string, string | string[]>;
}

function judgeSendable(
  { method, host, path, headers }: Request,
  { source, protocol }: ProxyRequest,
): VectorRequest {
  const refuse = (reason: string): VectorRequest => ({
    kind: 'not-tested',
    reason,
    shown: { method, host, path },
  });
  if (protocol === 'tcp') {
    return refuse('What passes is a connection, whatever it carries.');
  }
  if (method !== 'GET') {
    return refuse(
      `Probes send GET requests and preflights only, and this passes with ${method}.`,
    );
  }
  if (source?.ip !== undefined || source?.remoteIp !== undefined) {
    return refuse('What passes depends on the address of the caller.');
  }
  const sendable = Object.entries(headers).every(
    ([name, values]) =>
      HEADER_NAME.test(name) &&
      !RESERVED_HEADERS.has(name.toLowerCase()) &&
      [values].flat().every(value => HEADER_VALUE.test(value)),
  );
  if (!sendable || !PATH.test(path) || !isSafeHost(host)) {
    return refuse('The request holds what probes do not send.');
  }
  return {
    kind: 'request',
    host,
    path,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, values]) => [
        name,
        [values].flat().join(','),
      ]),
    ),
    tokens: [],
  };
}

/** A path near an exempt one that the engine says is refused; none where a usual path is. */
function findSibling(
  mesh: Mesh,
  wayIn: WayInAssessment,
  plain: PlainRequest,
  probes: WitnessProbe[],
): string | undefined {
  const isRefused = (path: string) => {
    const { status } = decideWayIn(mesh, wayIn, {
      port: wayIn.hops[0]?.port ?? wayIn.port,
      protocol: 'http',
      method: 'GET',
      host: plain.host,
      source: plain.source,
      path,
    });
    return status === 401 || status === 403;
  };
  if (plain.paths.some(isRefused)) return undefined;
  return [
    ...probes.map(({ path }) => `${path.split(/[?#]/)[0]}-${UNLIKELY}`),
    `/${UNLIKELY}`,
  ].find(path => PATH.test(path) && isRefused(path));
}

function describe(
  method: string,
  { host, path, headers = {} }: Partial<Request>,
): string {
  return JSON.stringify([method, host, path, headers]);
}
