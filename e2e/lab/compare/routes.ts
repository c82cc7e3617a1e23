/** VirtualServices at random. Every route answers by itself, with a status of its own. */
import type { Manifest } from '../kube.ts';
import { pickRoleRule } from './jwtRules.ts';
import type { Random } from './random.ts';
import type { TokenStock } from './tokens.ts';

const SERVER_HOSTS = ['*', '*', '*.example.com', 'h.example.com', 'other.test'];
/**
 * Of servers that take the hosts of one namespace's routes only. `*` for all of them is not drawn: istiod 1.31
 * ends with a panic where `*` of all namespaces stands beside another host.
 */
const SCOPES = ['./', '$NS/', 'elsewhere/'];
const ROUTE_HOSTS = [
  '*',
  '*',
  '*',
  '*.example.com',
  'h.example.com',
  'a.example.com',
  'other.test',
  '*.b.example.com',
];

/** The first status that a route answers with; the next has the next one. */
const FIRST_STATUS = 220;

function pickUri(random: Random) {
  return random.pick([
    { exact: '/healthz' },
    { exact: '/api' },
    { prefix: '/' },
    { prefix: '/api' },
    { prefix: '/api/' },
    { prefix: '/a/b' },
    { prefix: '/API' },
    { regex: '/d/.*' },
    { regex: '/(A|d)/.*' },
    { regex: '/api/v[0-9]+/users' },
    { regex: '.*users' },
  ]);
}

function pickMatch(random: Random) {
  const match: Record<string, unknown> = {};
  if (random.chance(0.8)) match.uri = pickUri(random);
  if (random.chance(0.15)) match.ignoreUriCase = true;
  if (random.chance(0.2)) {
    match.method = random.pick([
      { exact: 'GET' },
      { exact: 'POST' },
      { prefix: 'P' },
      { regex: 'GET|PUT' },
      { regex: '*' },
    ]);
  }
  if (random.chance(0.2)) {
    match.headers = {
      'x-role': random.pick([
        { exact: 'admin' },
        { prefix: 'ad' },
        { regex: 'adm.*|dev' },
        {},
      ]),
    };
  }
  if (random.chance(0.1)) {
    match.headers = {
      ...(match.headers as object | undefined),
      [random.pick(['@request.auth.claims.role', '@request.auth.claims[sub]'])]:
        random.pick([{ exact: 'admin' }, { prefix: 'ali' }, { exact: '' }]),
    };
  }
  if (random.chance(0.1)) {
    // Envoy takes a header that is missing for an empty one, unless it is asked for its presence.
    match.withoutHeaders = {
      'x-role': random.pick([
        { exact: 'admin' },
        { exact: '' },
        { prefix: 'ad' },
        { regex: '.*' },
        { regex: '*' },
        {},
      ]),
    };
  }
  if (random.chance(0.15)) {
    match.authority = random.pick([
      { exact: 'h.example.com' },
      { prefix: 'h.' },
      { exact: 'h.example.com:8080' },
    ]);
  }
  if (random.chance(0.15)) {
    match.queryParams = random.pick<object>([
      { x: { exact: '1' } },
      { page: { regex: '[0-9]' } },
      { page: { exact: '1' } },
      { x: {} },
      { x: { regex: '*' } },
      { x: { regex: '.*' } },
      { x: { prefix: '' } },
      { x: { exact: '' } },
      { x: { exact: 'a b' } },
      { x: { exact: 'a+b' } },
      { x: { exact: '%31' } },
    ]);
  }
  if (random.chance(0.1)) match.port = random.pick([80, 8080]);
  if (random.chance(0.08)) {
    match.gateways = random.pick([['$POOL'], ['$NS/$POOL'], ['mesh']]);
  }
  if (random.chance(0.05)) {
    match.sourceLabels = { pool: random.pick(['$POOL', 'none']) };
  }
  return match;
}

/** What verifies tokens, and so sets and takes out headers that routes go by. */
function generateAuthentication(random: Random, stock: TokenStock): Manifest {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: { name: '$GENERATION-ra', namespace: '$NS' },
    spec: {
      selector: { matchLabels: { pool: '$POOL' } },
      jwtRules: Array.from({ length: 1 + random.int(2) }, () =>
        pickRoleRule(random, stock),
      ),
    },
  };
}

/**
 * A Gateway with one or two hosts per server, now and then others on the same ports, now and then a redirect, up to four
 * VirtualServices behind them with their delegates, and half of the time what verifies tokens.
 */
export function generateRoutes(random: Random, stock: TokenStock): Manifest[] {
  let status = FIRST_STATUS;
  const answer = () => {
    if (random.chance(0.12)) {
      return { redirect: { uri: '/moved', redirectCode: 308 } };
    }
    status += 1;
    return { directResponse: { status, body: { string: `${status}` } } };
  };
  const describeServer = (port: string, index: number) => ({
    port: { number: port, name: `http-${port}-${index}`, protocol: 'HTTP' },
    hosts: random
      .some(SERVER_HOSTS, 1, 2)
      .map(host =>
        random.chance(0.12) ? `${random.pick(SCOPES)}${host}` : host,
      ),
    ...(random.chance(0.1) ? { tls: { httpsRedirect: true } } : {}),
  });
  const describeGateway = (name: string, ports: string[]): Manifest => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: '$NS' },
    spec: {
      selector: { pool: '$POOL' },
      servers: ports.flatMap(port =>
        Array.from({ length: random.chance(0.2) ? 2 : 1 }, (_, index) =>
          describeServer(port, index),
        ),
      ),
    },
  });
  const gateways = [describeGateway('$POOL', ['$PORT0', '$PORT1'])];
  const bindings = [['$POOL'], ['$NS/$POOL'], ['mesh', '$POOL']];
  // Several Gateways may share a port of one proxy, and a route may bind to both.
  for (const name of ['$GENERATION-gv', '$GENERATION-gw']) {
    if (!random.chance(0.3)) continue;
    gateways.push(
      describeGateway(name, random.some(['$PORT0', '$PORT1'], 1, 2)),
    );
    bindings.push([name], [name], ['$POOL', name], [name, '$POOL']);
  }
  const conditions = () =>
    random.chance(0.8)
      ? {
          match: Array.from({ length: 1 + random.int(2) }, () =>
            pickMatch(random),
          ),
        }
      : {};
  const delegates: Manifest[] = [];
  const delegate = () => {
    const name = `$GENERATION-d${delegates.length}`;
    // Now and then to one that is not there.
    if (random.chance(0.1)) return { delegate: { name: '$GENERATION-none' } };
    const place = random.chance(0.5) ? { namespace: '$NS' } : {};
    delegates.push({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name, namespace: '$NS' },
      spec: {
        ...(random.chance(0.1)
          ? { exportTo: [random.pick(['.', 'none'])] }
          : {}),
        http: Array.from({ length: 1 + random.int(2) }, () => ({
          ...conditions(),
          ...answer(),
        })),
      },
    });
    return { delegate: { name, ...place } };
  };
  const count = 1 + random.int(4);
  const services = Array.from({ length: count }, (_, index) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: `$GENERATION-vs${index}`, namespace: '$NS' },
    spec: {
      hosts: random.some(ROUTE_HOSTS, 1, 2),
      gateways: random.pick(bindings),
      ...(random.chance(0.06)
        ? { exportTo: [random.pick(['.', '*', '$NS', 'elsewhere'])] }
        : {}),
      http: Array.from({ length: 1 + random.int(3) }, () => ({
        ...conditions(),
        ...(random.chance(0.15) ? delegate() : answer()),
      })),
    },
  }));
  return [
    ...gateways,
    ...services,
    ...delegates,
    ...(random.chance(0.5) ? [generateAuthentication(random, stock)] : []),
  ];
}
