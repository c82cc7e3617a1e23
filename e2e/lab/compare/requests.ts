/** Requests at random, drawn from the same words as the policies so that many of them match. */
import type { RequestToken } from './engine.ts';
import type { Random } from './random.ts';
import { placeTokens } from './tokenPlaces.ts';
import type { TokenStock } from './tokens.ts';

/** What goes over the wire, with what is known of its tokens. */
export interface SampleRequest {
  /** Who asks, and so on which way; a bench knows its callers. */
  from: string;
  method: string;
  host: string;
  path: string;
  /** An array is sent as so many headers of one name. */
  headers: Record<string, string | string[]>;
  tokens: RequestToken[];
  /** A connection without HTTP; the fields above are not sent then. */
  protocol?: 'tcp';
  /** Server name of the TLS handshake that opens a TCP connection. */
  sni?: string;
  /** For people: which tokens stand where. */
  remark: string;
}

export const GATEWAY_HOSTS = [
  'h.example.com',
  'h.example.com',
  'H.EXAMPLE.com',
  'h.example.com:8080',
  'h.example.com:81',
  'a.example.com',
  'a.b.example.com:8080',
  'example.com',
  'h.example.com.',
  'other.test',
  'H.EXAMPLE.com:8080',
  'xh.example.com',
  'h.example.com:',
  '[::1]:80',
  '*',
];
const PATHS = [
  '/',
  '/healthz',
  '/healthz',
  '/healthz/',
  '//healthz',
  '/healthz?x=1',
  '/HEALTHZ',
  '/%68ealthz',
  '/api',
  '/api/',
  '/api/v1/users',
  '/api/v1/users?page=2',
  '/api/x/y/users',
  '/api/../healthz',
  '/api/./v1/users',
  '/api/%2e%2e/x',
  '/api\\v1\\users',
  '/api//users',
  '/a/b/c',
  '/a//c',
  '/a/b/d/c',
  '/a%2Fb',
  '/a%2fb',
  '/d',
  '/d/',
  '/d/x/y',
  '/healthz;v=1',
  '/x/v1/y',
  '/healthz#top',
  '/caf%C3%A9',
  '/../../healthz',
  '/{*}',
  '/api/*/users',
  '/api/v1/users/',
  '/a/%2e%2e/healthz',
  '/%2Fhealthz',
  '/healthz%00',
  '/healthz%20',
  '/a/b',
  '/?x=1',
  '/?x=%31',
  '/?x=2&x=1',
  '/?%78=1',
  '/api?x',
  '/api?x=',
  '/?page=9&x=a+b',
  '/?x=a%20b',
  '/?X=1',
  '/?;x=1',
  '/D/x/y',
  '/a/x',
  '/xhealthz',
  '*',
];
const METHODS = [
  ...['GET', 'GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'HEAD', 'OPTIONS'],
  ...['PATCH', 'DELETE', 'get', 'Get'],
];
const ROLES = ['admin', 'dev', 'admin,dev', 'ADMIN', '', ' admin '];
const FORWARDED = [
  '203.0.113.7',
  '203.0.113.7, 10.0.0.9',
  '10.0.0.9,2001:db8::1',
  'junk',
];

/** Callers of a bench, with the hosts that each can ask for. */
export interface Caller {
  name: string;
  hosts: readonly string[];
  /** Connections without HTTP: with a TLS handshake for one of these names, or with plain bytes. */
  tcp?: readonly (string | undefined)[];
}

export function generateRequest(
  random: Random,
  stock: TokenStock,
  callers: readonly Caller[],
): SampleRequest {
  const caller = random.pick(callers);
  const request: SampleRequest = {
    from: caller.name,
    method: random.pick(METHODS),
    host: random.pick(caller.hosts),
    path: random.pick(PATHS),
    headers: {},
    tokens: [],
    remark: '',
  };
  if (caller.tcp) {
    const sni = random.pick(caller.tcp);
    return {
      ...request,
      ...{ method: 'GET', path: '/', protocol: 'tcp' },
      ...(sni === undefined ? {} : { sni }),
    };
  }
  // `*` is for OPTIONS alone.
  if (request.path === '*' && request.method !== 'OPTIONS') request.path = '/';
  const { headers } = request;
  if (random.chance(0.25)) {
    headers['x-role'] = random.chance(0.15)
      ? [random.pick(ROLES), random.pick(ROLES)]
      : random.pick(ROLES);
  }
  if (random.chance(0.05)) headers['x-payload'] = 'spoofed';
  if (random.chance(0.1)) headers['x-forwarded-for'] = random.pick(FORWARDED);
  if (request.method === 'OPTIONS' && random.chance(0.7)) {
    headers.origin = 'https://shop.example';
    if (random.chance(0.8)) headers['access-control-request-method'] = 'GET';
  }
  placeTokens(random, stock, request);
  if (random.chance(0.04) && headers.authorization === undefined) {
    headers.authorization = random.pick([
      'Basic YTpi',
      '',
      'Bearer',
      'Bearer ',
    ]);
  }
  return request;
}
