import { compileProxy, decide, ProxyRequest } from '..';
import { ISSUER, meshOf, SIDECAR, token } from '../__testUtils__/mesh';
import {
  ask,
  gatewayAuthentication,
  gatewayPolicy,
} from '../__testUtils__/policies';

const AUTHENTICATION = gatewayAuthentication();
type Request = Partial<ProxyRequest>;

const caller = (principal: string): Request => ({ source: { principal } });
const frontend = caller('cluster.local/ns/default/sa/frontend');
const header = (value: string): Request => ({ headers: { 'X-Team': value } });
const claim = (claims: Record<string, unknown>): Request => ({
  tokens: [token(claims)],
});

/** rule field, values, request, whether the values match */
const SOURCES: [string, string, Request, boolean | 'unknown'][] = [
  ['principals', '"cluster.local/ns/default/sa/frontend"', frontend, true],
  ['principals', '"cluster.local/ns/default/*"', frontend, true],
  ['principals', '"*/sa/frontend"', frontend, true],
  ['principals', '"*"', frontend, true],
  ['principals', '"*"', {}, false],
  ['principals', '"cluster.local/ns/other/*"', frontend, false],
  ['namespaces', 'default', frontend, true],
  ['namespaces', '"def*"', frontend, true],
  ['namespaces', 'efault', frontend, false],
  ['namespaces', 'default', { source: { namespace: 'default' } }, false],
  ['serviceAccounts', '"default/frontend"', frontend, true],
  ['serviceAccounts', '"default/front"', frontend, false],
  ['serviceAccounts', 'frontend', frontend, false],
  [
    'serviceAccounts',
    'ingress',
    caller('cluster.local/ns/istio-system/sa/ingress'),
    true,
  ],
  ['requestPrincipals', `"${ISSUER}/${ISSUER}"`, claim({}), true],
  ['requestPrincipals', `"*/${ISSUER}"`, claim({}), true],
  ['requestPrincipals', '"*.io"', claim({}), true],
  ['requestPrincipals', '"*secure.istio.io/abc"', claim({ sub: 'abc' }), true],
  ['requestPrincipals', `"${ISSUER}/test*"`, claim({}), true],
  ['requestPrincipals', '"https://idp*"', claim({}), false],
  ['requestPrincipals', '"*"', {}, false],
  ['ipBlocks', '"10.0.0.0/8"', { source: { ip: '10.1.2.3' } }, true],
  ['ipBlocks', '"10.0.0.0/8"', { source: { ip: '11.1.2.3' } }, false],
  ['ipBlocks', '"10.1.2.3"', { source: { ip: '10.1.2.3' } }, true],
  ['ipBlocks', '"2001:db8::/32"', { source: { ip: '2001:db8:1::1' } }, true],
  ['ipBlocks', '"2001:db8::/32"', { source: { ip: '10.1.2.3' } }, false],
  ['ipBlocks', '"10.0.0.0/8"', { source: { ip: '::ffff:10.1.2.3' } }, true],
  ['ipBlocks', '"10.0.0.0/8"', {}, 'unknown'],
  [
    'remoteIpBlocks',
    '"192.0.2.0/24"',
    { source: { ip: '10.0.0.1', remoteIp: '192.0.2.9' } },
    true,
  ],
  ['remoteIpBlocks', '"192.0.2.0/24"', { source: { ip: '192.0.2.1' } }, true],
];

const OPERATIONS: typeof SOURCES = [
  ['hosts', '"h.example.com"', {}, true],
  ['hosts', '"*.example.com"', {}, true],
  ['hosts', '"h.*"', {}, true],
  ['hosts', '"*"', {}, true],
  ['hosts', '"*"', { host: undefined }, false],
  ['hosts', '"H.EXAMPLE.com"', {}, true],
  ['hosts', '"h.example.com:*"', { host: 'h.example.com:8080' }, true],
  ['hosts', '"h.example.com:*"', {}, false],
  ['hosts', '"[fd00:*"', { host: '[fd00::1]' }, true],
  ['hosts', '"[fd00::1]:*"', { host: '[fd00::1]:80' }, true],
  ['hosts', '"[fd00::1]:*"', { host: '[fd00::1]' }, false],
  ['ports', '"8080"', {}, true],
  ['ports', '"80"', {}, false],
  ['methods', 'GET', {}, true],
  ['methods', 'get', {}, false],
  ['methods', '"P*"', { method: 'PUT' }, true],
  ['methods', '"*"', { method: 'DELETE' }, true],
  ['paths', '"/api"', { path: '/api?x=1' }, true],
  ['paths', '"/api*"', { path: '/apix' }, true],
  ['paths', '"*.html"', { path: '/a/b.html' }, true],
  ['paths', '"/API"', { path: '/api' }, false],
  ['paths', '"*"', { path: '/x' }, true],
];

const CONDITIONS: typeof SOURCES = [
  ['request.headers[x-team]', 'blue', header('blue'), true],
  ['request.headers[X-Team]', '"b*"', header('blue'), true],
  ['request.headers[x-team]', '"*"', header(''), true],
  ['request.headers[x-team]', '"*"', {}, false],
  ['request.headers[x-team]', 'Blue', header('blue'), false],
  ['source.ip', '"10.0.0.0/8"', { source: { ip: '10.9.9.9' } }, true],
  ['source.ip', '"10.0.0.0/8"', {}, 'unknown'],
  ['remote.ip', '"10.0.0.0/8"', { source: { remoteIp: '10.9.9.9' } }, true],
  ['source.namespace', 'default', frontend, true],
  ['source.principal', '"*/sa/frontend"', frontend, true],
  ['source.serviceAccount', '"default/frontend"', frontend, true],
  ['request.auth.principal', `"${ISSUER}/*"`, claim({}), true],
  ['request.auth.audiences', 'orders', claim({ aud: ['x', 'orders'] }), true],
  ['request.auth.audiences', 'orders', claim({ aud: 'orders' }), true],
  ['request.auth.presenter', 'app', claim({ azp: 'app' }), true],
  ['request.auth.claims[iss]', `"*.io"`, claim({}), true],
  ['request.auth.claims[a][b]', 'c', claim({ a: { b: ['c'] } }), true],
  ['request.auth.claims[a][b]', 'c', claim({ a: 'c' }), false],
  ['request.auth.claims[constructor]', '"*"', claim({}), false],
  ['destination.ip', '"10.0.0.1"', { destinationIp: '10.0.0.1' }, true],
  ['destination.ip', '"10.0.0.1"', {}, 'unknown'],
  ['destination.port', '"8080"', {}, true],
  ['connection.sni', '"*.example.com"', { sni: 'h.example.com' }, true],
  ['connection.sni', '"*.example.com"', {}, 'unknown'],
  ['experimental.envoy.filters.a.b[c]', 'x', {}, 'unknown'],
];

const capital = (field: string) =>
  `not${field[0].toUpperCase()}${field.slice(1)}`;
const status = (matched: boolean | 'unknown') => {
  if (matched === 'unknown') return matched;
  return matched ? 200 : 403;
};
const opposite = (matched: boolean | 'unknown') =>
  matched === 'unknown' ? matched : !matched;

describe.each([
  ['from', 'source', SOURCES],
  ['to', 'operation', OPERATIONS],
])('fields of %s', (list, inner, rows) => {
  it.each(rows)('%s: [%s] and %j: %s', (field, values, request, matched) => {
    const policy = (name: string, action: string) =>
      gatewayPolicy(
        `action: ${action}, rules: [{${list}: [{${inner}: {${name}: [${values}]}}]}]`,
      );
    expect(ask([AUTHENTICATION, policy(field, 'ALLOW')], request).status).toBe(
      status(matched),
    );
    expect(ask([AUTHENTICATION, policy(field, 'DENY')], request).status).toBe(
      status(opposite(matched)),
    );
    expect(
      ask([AUTHENTICATION, policy(capital(field), 'ALLOW')], request).status,
    ).toBe(status(opposite(matched)));
  });
});

describe('keys of when', () => {
  it.each(CONDITIONS)(
    '%s: [%s] and %j: %s',
    (key, values, request, matched) => {
      const policy = (name: string) =>
        gatewayPolicy(
          `rules: [{when: [{key: "${key}", ${name}: [${values}]}]}]`,
        );
      expect(ask([AUTHENTICATION, policy('values')], request).status).toBe(
        status(matched),
      );
      expect(ask([AUTHENTICATION, policy('notValues')], request).status).toBe(
        status(opposite(matched)),
      );
    },
  );
});

describe('combinations', () => {
  it('from, to and when are AND; entries and values are OR', () => {
    const policy = gatewayPolicy(
      'rules: [{from: [{source: {namespaces: [a]}}, {source: {namespaces: [default]}}], to: [{operation: {methods: [GET, PUT], paths: ["/x"]}}]}]',
    );
    expect(ask([policy], { ...frontend, path: '/x' }).status).toBe(200);
    expect(ask([policy], { ...frontend, path: '/y' }).status).toBe(403);
    expect(ask([policy], { path: '/x' }).status).toBe(403);
  });

  it('what is not known stays unknown only where it can change the answer', () => {
    const ip = gatewayPolicy(
      'rules: [{from: [{source: {ipBlocks: ["10.0.0.0/8"]}}]}]',
      'ip',
    );
    const all = gatewayPolicy('rules: [{}]', 'all');
    const deny = gatewayPolicy('action: DENY, rules: [{}]', 'deny');
    const other = gatewayPolicy(
      'rules: [{from: [{source: {ipBlocks: ["10.0.0.0/8"]}}], to: [{operation: {paths: ["/y"]}}]}]',
    );
    expect(ask([ip]).status).toBe('unknown');
    expect(ask([ip, all]).status).toBe(200);
    expect(ask([ip, deny]).status).toBe(403);
    expect(ask([other]).status).toBe(403);
  });

  it('cluster.local stands for the trust domain of the mesh', () => {
    const policy = gatewayPolicy(
      'rules: [{from: [{source: {principals: ["cluster.local/ns/a/sa/b"]}}]}]',
    );
    const mesh = meshOf([policy], { trustDomain: 'corp.example' });
    const program = compileProxy(mesh, {
      kind: 'gateway',
      namespace: 'istio-system',
      name: 'gateway',
      labels: { istio: 'ingressgateway' },
    });
    const from = (principal: string) =>
      decide(program, { port: 80, source: { principal } }).status;
    expect(from('corp.example/ns/a/sa/b')).toBe(200);
    expect(from('cluster.local/ns/a/sa/b')).toBe(403);
  });
});

describe('TCP chains', () => {
  const tcp: Request = { protocol: 'tcp' };

  it('drop ALLOW rules with HTTP fields and widen DENY rules', () => {
    const rule =
      'rules: [{from: [{source: {requestPrincipals: ["*"]}}], to: [{operation: {ports: ["8080"]}}]}]';
    expect(ask([gatewayPolicy(`action: ALLOW, ${rule}`)], tcp)).toMatchObject({
      status: 'closed',
      details: 'rbac_access_denied_matched_policy[none]',
    });
    expect(ask([gatewayPolicy(`action: DENY, ${rule}`)], tcp).status).toBe(
      'closed',
    );
    expect(
      ask([gatewayPolicy(`action: DENY, ${rule}`)], { ...tcp, port: 1 }).status,
    ).toBe(200);
    const l4 = gatewayPolicy(
      'rules: [{from: [{source: {namespaces: [default]}}]}]',
    );
    expect(ask([l4], { ...tcp, ...frontend }).status).toBe(200);
  });
});

describe('mutual TLS of a sidecar', () => {
  const peer = (spec: string, namespace = 'default', name = 'peer') => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: ${name}, namespace: ${namespace}}
spec: {${spec}}
`;
  const plaintext = (...texts: string[]) =>
    decide(compileProxy(meshOf(texts), SIDECAR), { port: 8080 }).status;
  const selected = 'selector: {matchLabels: {app: backend}}';

  it.each([
    [[], 200],
    [[peer('mtls: {mode: STRICT}', 'istio-system')], 'closed'],
    [
      [
        peer('mtls: {mode: STRICT}', 'istio-system'),
        peer('mtls: {mode: PERMISSIVE}'),
      ],
      200,
    ],
    [
      [
        peer('mtls: {mode: STRICT}'),
        peer(`${selected}, mtls: {mode: UNSET}`, 'default', 'own'),
      ],
      'closed',
    ],
    [
      [
        peer('mtls: {mode: STRICT}'),
        peer(
          `${selected}, portLevelMtls: {8080: {mode: DISABLE}}`,
          'default',
          'own',
        ),
      ],
      200,
    ],
    [[peer(`${selected}, portLevelMtls: {8080: {mode: STRICT}}`)], 'closed'],
    [[peer('mtls: {mode: strict}')], 'unknown'],
  ])('%j: %s', (texts, expected) => {
    expect(plaintext(...texts)).toBe(expected);
  });
});
