/**
 * What a gateway's route makes of requests, at random: rewritten paths and hosts, headers set, added and removed.
 * A policy at the server shows what arrives there.
 */
import type { Manifest } from '../kube.ts';
import { pickRoleRule } from './jwtRules.ts';
import type { MeshDraw } from './meshBench.ts';
import { NAMESPACE } from './meshTopology.ts';
import { onGateway, onServer } from './meshWords.ts';
import type { Random } from './random.ts';
import { GATEWAY_HOSTS } from './requests.ts';
import { describeRoutes, TO_SERVER, VIRTUAL_SERVICES } from './routing.ts';
import type { TokenStock } from './tokens.ts';

type Fields = Record<string, unknown>;

const NAMES = ['x-role', 'X-Role', 'x-role', 'x-payload', 'x-other'];
const VALUES = ['admin', 'dev', '', 'admin,dev'];
const HOSTS = ['a.example.com', 'A.example.com', 'a.example.com:8080', 'other'];

function pickHeaders(random: Random): Record<string, string> {
  if (random.chance(0.15)) {
    const name = random.pick(['Host', ':authority', 'host']);
    return { [name]: random.pick(HOSTS) };
  }
  return { [random.pick(NAMES)]: random.pick(VALUES) };
}

/** Of a route, or of one of its destinations. */
function pickOperations(random: Random): Fields {
  const request: Fields = {};
  if (random.chance(0.5)) request.set = pickHeaders(random);
  if (random.chance(0.4)) request.add = pickHeaders(random);
  if (random.chance(0.4)) request.remove = [random.pick(NAMES)];
  return Object.keys(request).length > 0 ? { headers: { request } } : {};
}

function pickRewrite(random: Random): Fields {
  const rewrite: Fields = {};
  if (random.chance(0.7)) {
    rewrite.uri = random.pick(['/', '/api', '/healthz', '/a/', '/d/x', '//a']);
  }
  if (random.chance(0.4)) rewrite.authority = random.pick(HOSTS);
  if (random.chance(0.05)) {
    return { rewrite: { uriRegexRewrite: { match: 'a', rewrite: 'b' } } };
  }
  return Object.keys(rewrite).length > 0 ? { rewrite } : {};
}

function pickRoute(random: Random): Fields {
  const shares = random.chance(0.1) ? [40, 60] : [undefined];
  return {
    ...(random.chance(0.5) ? pickRewrite(random) : {}),
    ...(random.chance(0.5) ? pickOperations(random) : {}),
    route: shares.map(weight => ({
      ...TO_SERVER,
      ...(weight === undefined ? {} : { weight }),
      ...(random.chance(0.4) ? pickOperations(random) : {}),
    })),
  };
}

function pickMatch(random: Random): Fields {
  return {
    uri: random.pick([
      { prefix: '/api' },
      { prefix: '/api/' },
      { prefix: '/a' },
      { prefix: '/' },
      { exact: '/healthz' },
      { exact: '/api/v1/users' },
      { regex: '/a.*' },
    ]),
    ...(random.chance(0.2) ? { ignoreUriCase: true } : {}),
  };
}

function pickCondition(random: Random): Fields {
  const value = random.pick([
    'admin',
    'dev',
    '*',
    'admin*',
    '*dev',
    'admin,dev',
  ]);
  return random.pick<Fields>([
    { when: [{ key: 'request.headers[x-role]', values: [value] }] },
    { when: [{ key: 'request.headers[x-role]', notValues: [value] }] },
    { when: [{ key: 'request.headers[x-payload]', values: ['*'] }] },
    { when: [{ key: 'request.headers[x-other]', values: [value] }] },
    ...[
      { paths: ['/api*'] },
      { paths: ['/healthz', '/d/*', '/a/{*}/c'] },
      { notPaths: ['/api/*', '/a*'] },
      { hosts: ['a.example.com'] },
      { hosts: ['a.example.com:*', 'other'] },
      { notHosts: ['h.example.com', '*:8080'] },
    ].map(operation => ({ to: [{ operation }] })),
  ]);
}

/**
 * A policy at the server that shows what arrives, and now and then what takes tokens out on the way.
 *
 * @param other - a rule that is taken half of the time
 */
export function generateWitnesses(
  random: Random,
  stock: TokenStock,
  other?: Fields,
): Manifest[] {
  const build = (kind: string, name: string, spec: Fields): Manifest => ({
    apiVersion: 'security.istio.io/v1',
    kind,
    metadata: { name: `$GENERATION-${name}`, namespace: NAMESPACE },
    spec,
  });
  const authenticate = (name: string, target: Fields) =>
    build('RequestAuthentication', name, {
      ...target,
      jwtRules: [pickRoleRule(random, stock)],
    });
  return [
    ...(random.chance(0.3) ? [authenticate('ra0', onGateway)] : []),
    ...(random.chance(0.3) ? [authenticate('ra1', onServer)] : []),
    build('AuthorizationPolicy', 'ap', {
      ...onServer,
      action: random.pick(['ALLOW', 'DENY']),
      rules: [other && random.chance(0.5) ? other : pickCondition(random)],
    }),
  ];
}

export const FORWARDS: MeshDraw = {
  title: 'what a gateway forwards to a sidecar',
  generate: (random, stock) => {
    const routes = [
      { match: [pickMatch(random)], ...pickRoute(random) },
      pickRoute(random),
    ];
    return [describeRoutes(routes), ...generateWitnesses(random, stock)];
  },
  callers: [{ name: 'gateway', hosts: GATEWAY_HOSTS }],
  routing: VIRTUAL_SERVICES,
};
