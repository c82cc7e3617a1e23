import fc from 'fast-check';
import { ProxyRequest, RequestToken, Resource } from '..';
import { ISSUER } from './mesh';

/** Small alphabets, so that patterns and requests meet often. */

const some = <T>(...items: T[]) =>
  fc.subarray(items, { minLength: 1, maxLength: 2 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined });

const PRINCIPALS = [
  'cluster.local/ns/default/sa/frontend',
  'cluster.local/ns/default/*',
  'cluster.local/*',
  '*/sa/frontend',
  '*',
];
const REQUEST_PRINCIPALS = [
  '*',
  `${ISSUER}/*`,
  `${ISSUER}/abc`,
  'other/*',
  '*abc',
];
const PATHS = [
  '/healthz',
  '/api/*',
  '*.html',
  '/',
  '/a/{*}/c',
  '/api/{**}',
  '/a/.*',
  '*',
];
const HOSTS = [
  'h.example.com',
  'h.example.com:*',
  'h.example.com:1*',
  '*:80',
  '*.example.com',
  '*',
  'other',
];
const METHODS = ['GET', 'POST', 'OPTIONS', 'P*', 'get', 'X-*'];

const source = fc
  .record({
    principals: maybe(some(...PRINCIPALS)),
    notPrincipals: maybe(some(...PRINCIPALS)),
    requestPrincipals: maybe(some(...REQUEST_PRINCIPALS)),
    notRequestPrincipals: maybe(some(...REQUEST_PRINCIPALS)),
    namespaces: maybe(some('default', 'another')),
    ipBlocks: maybe(some('10.0.0.0/8', '10.1.0.0/16')),
  })
  .map(clean)
  .filter(value => Object.keys(value).length > 0);

const operation = fc
  .record({
    hosts: maybe(some(...HOSTS)),
    notHosts: maybe(some(...HOSTS)),
    methods: maybe(some(...METHODS)),
    notMethods: maybe(some(...METHODS)),
    paths: maybe(some(...PATHS)),
    notPaths: maybe(some(...PATHS)),
    ports: maybe(some('8080', '80')),
  })
  .map(clean)
  .filter(value => Object.keys(value).length > 0);

const condition = fc.oneof(
  fc.record({
    key: fc.constantFrom(
      'request.headers[x-a]',
      'request.auth.claims[role]',
      'request.auth.audiences',
    ),
    values: some('a', 'b*', '*'),
  }),
  fc.record({
    key: fc.constantFrom('request.headers[x-a]', 'request.auth.claims[role]'),
    notValues: some('a', 'b*'),
  }),
);

const rule = fc
  .record({
    from: maybe(
      fc.array(fc.record({ source }), { minLength: 1, maxLength: 2 }),
    ),
    to: maybe(
      fc.array(fc.record({ operation }), { minLength: 1, maxLength: 2 }),
    ),
    when: maybe(fc.array(condition, { minLength: 1, maxLength: 2 })),
  })
  .map(clean);

const TARGETS = {
  gateway: {
    namespace: 'istio-system',
    matchLabels: { istio: 'ingressgateway' },
  },
  sidecar: { namespace: 'default', matchLabels: { app: 'backend' } },
} as const;

export type Target = keyof typeof TARGETS;

const target = fc.constantFrom<Target[]>('gateway', 'sidecar');

export function policyFor(
  where: fc.Arbitrary<Target> = target,
  actions: string[] = ['ALLOW', 'DENY'],
): fc.Arbitrary<Resource> {
  return fc
    .record({
      where,
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      action: fc.constantFrom(...actions),
      rules: fc.array(rule, { maxLength: 2 }),
    })
    .map(({ where: place, name, action, rules }) => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name, namespace: TARGETS[place].namespace },
      spec: {
        selector: { matchLabels: TARGETS[place].matchLabels },
        action,
        rules,
      },
    }));
}

export const authentication: fc.Arbitrary<Resource> = fc
  .record({
    where: target,
    forwardOriginalToken: fc.boolean(),
    issuer: fc.constantFrom(ISSUER, 'other'),
    audiences: maybe(fc.constant(['orders'])),
    fromHeaders: maybe(fc.constant([{ name: 'x-token' }])),
    outputClaimToHeaders: fc.constantFrom(undefined, undefined, [
      { header: 'x-a', claim: 'role' },
    ]),
  })
  .map(({ where, ...jwtRule }) => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: {
      name: `jwt-${jwtRule.issuer.replace('@', '.')}`,
      namespace: TARGETS[where].namespace,
    },
    spec: {
      selector: { matchLabels: TARGETS[where].matchLabels },
      jwtRules: [{ ...clean(jwtRule), jwksUri: 'https://keys.example' }],
    },
  }));

const uri = fc.oneof(
  fc.constantFrom('/', '/api', '/api/', '/a').map(prefix => ({ prefix })),
  fc.constantFrom('/healthz', '/api/x').map(exact => ({ exact })),
);
const headerMatch = fc.constantFrom<object>(
  { 'x-a': { exact: 'a' } },
  { 'x-a': { prefix: 'b' } },
  { 'x-a': {} },
);

const match = fc
  .record({
    uri: maybe(uri),
    ignoreUriCase: fc.constantFrom(undefined, undefined, undefined, true),
    method: fc.constantFrom(undefined, undefined, { exact: 'GET' }),
    authority: fc.constantFrom(
      undefined,
      undefined,
      { exact: 'h.example.com' },
      { prefix: 'h.' },
    ),
    headers: maybe(headerMatch),
    withoutHeaders: maybe(headerMatch),
    queryParams: fc.constantFrom(undefined, undefined, { q: { exact: '1' } }),
  })
  .map(clean);

const headerChange = fc.constantFrom<Record<string, string>>(
  { 'x-a': 'a' },
  { 'X-A': 'bc' },
  { 'x-a': '' },
  { host: 'other' },
);

const headerChanges = fc
  .record({
    set: maybe(headerChange),
    add: maybe(headerChange),
    remove: maybe(fc.constant(['x-a'])),
  })
  .map(operations => ({ request: clean(operations) }));

const share = fc
  .record({
    host: fc.constantFrom('backend', 'backend', 'backend', 'other'),
    headers: maybe(headerChanges),
  })
  .map(({ host, headers }) =>
    clean({ destination: { host, port: { number: 80 } }, headers }),
  );

const action = fc.oneof(
  { weight: 4, arbitrary: share.map(one => ({ route: [one] })) },
  {
    weight: 2,
    arbitrary: fc.tuple(share, share).map(shares => ({
      route: shares.map(one => ({ ...one, weight: 50 })),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<object>(
      { redirect: { uri: '/' } },
      { directResponse: { status: 200 } },
    ),
  },
);

const routeOf = (withMatch: boolean) =>
  fc
    .record({
      match: withMatch
        ? fc.array(match, { minLength: 1, maxLength: 2 })
        : fc.constant(undefined),
      rewrite: maybe(
        fc
          .record({
            uri: fc.constantFrom(undefined, '/', '/api/', '/healthz', '/a/b'),
            authority: fc.constantFrom(undefined, undefined, 'other'),
          })
          .map(clean),
      ),
      headers: maybe(headerChanges),
      action,
    })
    .map(({ action: taken, ...rest }) => ({ ...clean(rest), ...taken }));

/** What the gateway does with requests, in place of the VirtualService of the hands-on case. */
export const routes: fc.Arbitrary<Resource> = fc
  .tuple(
    fc.array(routeOf(true), { maxLength: 2 }),
    fc.array(routeOf(false), { maxLength: 1 }),
  )
  .map(([conditional, last]) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'backend-vs', namespace: 'default' },
    spec: {
      hosts: ['*'],
      gateways: ['backend-gateway'],
      http: [...conditional, ...last],
    },
  }));

export const token: fc.Arbitrary<RequestToken> = fc.record({
  in: fc.constant('header' as const),
  name: fc.constantFrom('authorization', 'x-token'),
  validity: fc.constantFrom(
    'valid',
    'valid',
    'expired',
    'bad-signature',
    'malformed',
  ),
  claims: fc
    .record({
      iss: fc.constantFrom(ISSUER, 'other', undefined),
      sub: fc.constantFrom('abc', 'x/y', undefined),
      aud: fc.constantFrom('orders', undefined),
      role: fc.constantFrom('a', ['bb'], true, undefined),
    })
    .map(clean),
});

/** Requests as clients send them; without tokens where `anonymous`. */
export function request(anonymous: boolean): fc.Arbitrary<ProxyRequest> {
  return fc
    .record({
      method: fc.constantFrom('GET', 'POST', 'OPTIONS', 'PUT', 'DELETE'),
      host: fc.constantFrom(
        'h.example.com',
        'h.example.com:1',
        'other',
        'x.example.com',
        'h.example.com.',
      ),
      path: fc.constantFrom(
        '/',
        '/healthz',
        '//healthz',
        '/api/x',
        '/x/../healthz',
        '/a.html',
        '/a/b/c',
        '/api/',
        '/%68ealthz',
        '/API/x',
        '/?q=1',
        '/api/a/b/c?q=1',
      ),
      headers: maybe(
        fc.constantFrom({ 'x-a': 'a' }, { 'x-a': 'bc' }, { 'x-a': '' }),
      ),
      source: fc.record({
        principal: maybe(
          fc.constantFrom(
            'cluster.local/ns/default/sa/frontend',
            'cluster.local/ns/another/sa/frontend',
            'cluster.local/ns/default/sa/x',
          ),
        ),
        ip: fc.constantFrom('10.1.2.3', '10.9.9.9', '192.0.2.1'),
      }),
      tokens: anonymous ? fc.constant([]) : fc.array(token, { maxLength: 2 }),
    })
    .map(fields => ({ port: 8080, ...clean(fields) } as ProxyRequest));
}

/**
 * Requests without a token as only somebody sends them who looks for a gap: methods of HTTP/2, ports and spellings of
 * hosts, headers that come several times, callers of an alias of the trust domain.
 */
export const oddRequest: fc.Arbitrary<ProxyRequest> = fc
  .record({
    plain: request(true),
    method: maybe(fc.constantFrom('get', 'X-A', 'PX', 'M-SEARCH')),
    host: maybe(
      fc.constantFrom(
        'h.example.com:80',
        'h.example.com:15',
        'h.example.com:8443',
        'H.Example.com',
        'H.EXAMPLE.COM:80',
        'h.example.com:x.example.com',
      ),
    ),
    path: maybe(
      fc.constantFrom('/a/.b/c', '/a/./c', '/api/b/healthz', '/a//c'),
    ),
    'x-a': maybe(fc.subarray(['a', 'bc', 'c'], { minLength: 2 })),
    domain: maybe(fc.constant('old-td')),
  })
  .map(({ plain, method, domain, 'x-a': values, ...places }) => {
    const principal = plain.source?.principal;
    return {
      ...plain,
      ...clean(places),
      ...(method ? { method, httpVersion: 2 as const } : {}),
      ...(values ? { headers: { 'x-a': values } } : {}),
      ...(domain && principal
        ? {
            source: {
              ...plain.source,
              principal: principal.replace('cluster.local', domain),
            },
          }
        : {}),
    };
  });

function clean<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as Partial<T>;
}
