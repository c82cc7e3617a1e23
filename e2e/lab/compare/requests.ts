/** Requests at random, drawn from the same words as the policies so that many of them match. */
import type { RequestToken } from './engine.ts';
import type { Random } from './random.ts';
import type { SampleToken, TokenStock } from './tokens.ts';

/** What goes over the wire, with what is known of its tokens. */
export interface SampleRequest {
  /** Who asks, and so on which way; a bench knows its callers. */
  from: string;
  method: string;
  host: string;
  path: string;
  headers: Record<string, string>;
  tokens: RequestToken[];
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
];
/** In capitals: Node's client would write them so anyway. */
const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'HEAD', 'OPTIONS'];

interface Place {
  in: RequestToken['in'];
  name: string;
  prefix?: string;
}

const PLACES: Place[] = [
  { in: 'header', name: 'authorization', prefix: 'Bearer ' },
  { in: 'header', name: 'authorization', prefix: 'bearer ' },
  { in: 'header', name: 'authorization', prefix: 'Token ' },
  { in: 'header', name: 'authorization', prefix: '' },
  { in: 'header', name: 'x-jwt', prefix: '' },
  { in: 'header', name: 'x-jwt', prefix: 'Bearer ' },
  { in: 'query', name: 'access_token' },
  { in: 'query', name: 'token' },
  { in: 'cookie', name: 'sid' },
];

function placeToken(
  request: SampleRequest,
  { name, text, validity, claims }: SampleToken,
  place: Place,
): void {
  switch (place.in) {
    case 'header':
      request.headers[place.name] = `${place.prefix}${text}`;
      break;
    case 'query': {
      const separator = request.path.includes('?') ? '&' : '?';
      request.path += `${separator}${place.name}=${text}`;
      break;
    }
    default:
      request.headers.cookie = `theme=dark; ${place.name}=${text}`;
  }
  request.tokens.push({ ...place, validity, claims });
  request.remark += `${name} in ${place.in} ${place.name} ${
    place.prefix ?? ''
  };`;
}

/** Callers of a bench, with the hosts that each can ask for. */
export interface Caller {
  name: string;
  hosts: readonly string[];
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
  if (random.chance(0.25)) {
    request.headers['x-role'] = random.pick([
      'admin',
      'dev',
      'admin,dev',
      'ADMIN',
      '',
    ]);
  }
  if (random.chance(0.05)) request.headers['x-payload'] = 'spoofed';
  if (random.chance(0.1)) {
    request.headers['x-forwarded-for'] = '203.0.113.7';
  }
  if (request.method === 'OPTIONS' && random.chance(0.7)) {
    request.headers.origin = 'https://shop.example';
    if (random.chance(0.8)) {
      request.headers['access-control-request-method'] = 'GET';
    }
  }
  // A fragment ends the request target; a token behind it would never be sent as a parameter.
  const places = request.path.includes('#')
    ? PLACES.filter(place => place.in !== 'query')
    : PLACES;
  const count = random.pick([0, 0, 1, 1, 1, 1, 2]);
  const taken = new Set<string>();
  for (let index = 0; index < count; index++) {
    const place = random.chance(0.6) ? PLACES[0] : random.pick(places);
    const key = `${place.in}/${place.name}`;
    if (taken.has(key)) continue;
    taken.add(key);
    // Half of the tokens are good ones, of which there are fewer kinds.
    const good = stock.tokens.filter(each => each.validity === 'valid');
    const token = random.pick(random.chance(0.6) ? good : stock.tokens);
    placeToken(request, token, place);
  }
  if (random.chance(0.04) && !taken.has('header/authorization')) {
    request.headers.authorization = 'Basic YTpi';
  }
  return request;
}
