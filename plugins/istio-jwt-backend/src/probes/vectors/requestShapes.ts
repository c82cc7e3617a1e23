import { bareHost } from '../bareHost';
import { Vector, VectorContext, VectorRequest } from './types';

/** A request without a token that should be answered as the plain one is. */
function bent(
  id: string,
  title: string,
  bend: (
    context: VectorContext,
  ) => Omit<Extract<VectorRequest, { kind: 'request' }>, 'kind' | 'tokens'>,
): Vector {
  return {
    id,
    title,
    group: 'request',
    scope: 'way-in',
    makeRequest: async context => ({
      kind: 'request',
      tokens: [],
      ...bend(context),
    }),
  };
}

/** A port that no listener of a gateway is likely to have: routing ignores it. */
const FOREIGN_PORT = 1234;

/** `//`, `%2f`, `..` and the like, with which a path exempt from a policy could be feigned. */
export const REQUEST_SHAPE_VECTORS: Vector[] = [
  bent('preflight', 'CORS preflight', () => ({
    method: 'OPTIONS',
    headers: {
      origin: 'https://istio-jwt-probe.invalid',
      'access-control-request-method': 'GET',
    },
  })),
  bent('path-double-slash', 'Path with a doubled slash', ({ path }) => ({
    path: `/${path}`,
  })),
  bent('path-encoded-slash', 'Path with an encoded slash', ({ path }) => ({
    path: path.replace(/\/([^/]*)$/, '/%2f$1'),
  })),
  bent('path-dots', 'Path with a step up', ({ path }) => ({
    path: `/istio-jwt-probe/..${path}`,
  })),
  bent('path-encoded-dots', 'Path with an encoded step up', ({ path }) => ({
    path: `/istio-jwt-probe/%2e%2e${path}`,
  })),
  bent('path-fragment', 'Path with a fragment', ({ path }) => ({
    path: `${path}#istio-jwt-probe`,
  })),
  {
    ...bent('path-null-byte', 'Path with an encoded null byte', ({ path }) => ({
      path: `${path}%00`,
    })),
    informative: true,
  },
  bent('host-upper-case', 'Host in upper case', ({ host }) => ({
    host: host.toUpperCase(),
  })),
  bent('host-port', 'Host with another port', ({ host }) => ({
    host: `${bareHost(host)}:${FOREIGN_PORT}`,
  })),
  bent('host-dot', 'Host with a dot at its end', ({ host }) => ({
    host: `${bareHost(host)}.`,
  })),
  {
    ...bent('header-oversized', 'Header of more than 60 KiB', () => ({
      headers: { 'x-istio-jwt-probe': 'x'.repeat(61 * 1024) },
    })),
    optIn: true,
  },
];
