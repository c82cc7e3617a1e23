import { Mesh, parseYaml, compileProxy, decide } from '..';
import { GATEWAY_PROXY } from '../__testUtils__/mesh';

function refusals(kind: string, spec: string, group = 'security.istio.io/v1') {
  const text = `{apiVersion: ${group}, kind: ${kind}, metadata: {name: x, namespace: default}, spec: {${spec}}}`;
  return parseYaml(text).errors.map(({ path, message }) => [path, message]);
}

const rule = (inner: string) => `rules: [{${inner}}]`;
const source = (inner: string) => rule(`from: [{source: {${inner}}}]`);
const operation = (inner: string) => rule(`to: [{operation: {${inner}}}]`);
const when = (key: string, inner = 'values: [a]') =>
  rule(`when: [{key: "${key}", ${inner}}]`);

const SOURCE = 'spec.rules[0].from[0].source';
const OPERATION = 'spec.rules[0].to[0].operation';
const WHEN = 'spec.rules[0].when[0]';

describe('what the API server or istiod would refuse in an AuthorizationPolicy', () => {
  it.each([
    [source('ipBlocks: [10.0.0.0/33]'), `${SOURCE}.ipBlocks[0]`],
    [source('ipBlocks: [10.0.0.010]'), `${SOURCE}.ipBlocks[0]`],
    [
      source('notRemoteIpBlocks: ["::1/129"]'),
      `${SOURCE}.notRemoteIpBlocks[0]`,
    ],
    [source('principals: [""]'), `${SOURCE}.principals[0]`],
    [source('principals: a'), `${SOURCE}.principals`],
    [source('serviceAccounts: ["a/b/c"]'), `${SOURCE}.serviceAccounts[0]`],
    [source('serviceAccounts: ["/b"]'), `${SOURCE}.serviceAccounts[0]`],
    [source('serviceAccounts: ["a*"]'), `${SOURCE}.serviceAccounts[0]`],
    [source('serviceAccounts: [a], notPrincipals: [b]'), SOURCE],
    [source('trustDomains: ["a/b"]'), `${SOURCE}.trustDomains[0]`],
    [source('trustDomains: ["a*b"]'), `${SOURCE}.trustDomains[0]`],
    [source('principal: [a]'), `${SOURCE}.principal`],
    [source(''), SOURCE],
    [rule('from: [{}]'), `${SOURCE}`],
    [rule('from: []'), 'spec.rules[0].from'],
    [rule('to: []'), 'spec.rules[0].to'],
    [rule('form: []'), 'spec.rules[0].form'],
    [operation('ports: ["65536"]'), `${OPERATION}.ports[0]`],
    [operation('ports: ["http"]'), `${OPERATION}.ports[0]`],
    [operation('ports: [80]'), `${OPERATION}.ports[0]`],
    [operation('paths: ["/a/{x}"]'), `${OPERATION}.paths[0]`],
    [operation('paths: ["/{**}/{*}"]'), `${OPERATION}.paths[0]`],
    [operation('paths: ["/a{*}"]'), `${OPERATION}.paths[0]`],
    [operation('paths: ["{**}"]'), `${OPERATION}.paths[0]`],
    [operation('paths: ["//{*}"]'), `${OPERATION}.paths[0]`],
    [operation('paths: ["/a b/{*}"]'), `${OPERATION}.paths[0]`],
    [when(''), `${WHEN}.key`],
    [when('request.header[a]'), `${WHEN}.key`],
    [when('request.headers'), `${WHEN}.key`],
    [when('request.headers[]'), `${WHEN}.key`],
    [when('request.auth.claims'), `${WHEN}.key`],
    [when('destination.labels[app]'), `${WHEN}.key`],
    [when('source.ip'), `${WHEN}.values[0]`],
    [when('destination.port', 'notValues: ["-1"]'), `${WHEN}.notValues[0]`],
    [when('source.principal', ''), WHEN],
    ['action: allow', 'spec.action'],
    ['action: CUSTOM, rules: [{}]', 'spec.provider.name'],
    ['provider: {name: x}', 'spec.provider'],
    ['action: DENY', 'spec.rules'],
    [
      `action: CUSTOM, provider: {name: x}, ${source(
        'requestPrincipals: [a]',
      )}`,
      `${SOURCE}.requestPrincipals`,
    ],
    [
      `action: CUSTOM, provider: {name: x}, ${when('request.auth.claims[a]')}`,
      `${WHEN}.key`,
    ],
    ['selector: {matchLabels: {a: "b*"}}', 'spec.selector.matchLabels.a'],
    [
      'selector: {}, targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]',
      'spec',
    ],
    ['targetRefs: [{kind: Gateway, name: g}]', 'spec.targetRefs[0]'],
    ['targetRef: {kind: Service}', 'spec.targetRef.name'],
    [
      'targetRefs: [{kind: Service, name: s, namespace: other}]',
      'spec.targetRefs[0].namespace',
    ],
    ['ruls: []', 'spec.ruls'],
  ])('%s: %s', (spec, path) => {
    expect(refusals('AuthorizationPolicy', spec).map(([at]) => at)).toEqual([
      path,
    ]);
  });

  it.each([
    source('ipBlocks: [10.0.0.1/8, "::1", "::ffff:1.2.3.4/120"]'),
    source('principals: ["*"], requestPrincipals: ["*a*"]'),
    source('trustDomains: ["*.corp", "a*", "*"]'),
    operation('ports: ["0", "00080"], paths: ["/a/{*}/b/{**}", "*{"]').replace(
      ', "*{"',
      '',
    ),
    operation('paths: ["/{**}/a", "/{*}", "/a//b"]'),
    when('request.auth.claims[a][b]'),
    when('request.auth.claims[https://x/y]'),
    when('request.headers[X-A]'),
    when('source.trustDomain'),
    when('experimental.envoy.filters.network.mysql_proxy[db.t]'),
    'rules: [{}]',
    '',
  ])('takes %s', spec => {
    expect(refusals('AuthorizationPolicy', spec)).toEqual([]);
  });
});

const RSA = '{\\"kty\\": \\"RSA\\", \\"n\\": \\"AQ\\", \\"e\\": \\"AQAB\\"}';
const jwt = (inner: string) => `jwtRules: [{${inner}}]`;
const URI = 'jwksUri: "https://k.example"';
const RULE = 'spec.jwtRules[0]';

describe('what would be refused in a RequestAuthentication', () => {
  it.each([
    [jwt('audiences: [a]'), `${RULE}.issuer`],
    [jwt(`issuer: "", ${URI}`), `${RULE}.issuer`],
    [jwt('issuer: a, jwksUri: "ftp://k.example"'), `${RULE}.jwksUri`],
    [jwt('issuer: a, jwksUri: k.example'), `${RULE}.jwksUri`],
    [jwt(`issuer: a, ${URI}, jwks_uri: "https://k"`), `${RULE}.jwks`],
    [jwt(`issuer: a, ${URI}, jwks: "{\\"keys\\": []}"`), `${RULE}.jwks`],
    [jwt('issuer: a, jwks: "nonsense"'), `${RULE}.jwks`],
    [jwt('issuer: a, jwks: "{\\"keys\\": [{}]}"'), `${RULE}.jwks`],
    [jwt('issuer: a, audiences: [""]'), `${RULE}.audiences[0]`],
    [
      jwt('issuer: a, fromHeaders: [{prefix: x}]'),
      `${RULE}.fromHeaders[0].name`,
    ],
    [jwt('issuer: a, fromParams: [""]'), `${RULE}.fromParams[0]`],
    [
      jwt('issuer: a, outputClaimToHeaders: [{header: "a b", claim: c}]'),
      `${RULE}.outputClaimToHeaders[0].header`,
    ],
    [
      jwt('issuer: a, outputClaimToHeaders: [{header: a}]'),
      `${RULE}.outputClaimToHeaders[0].claim`,
    ],
    [jwt('issuer: a, timeout: 1us'), `${RULE}.timeout`],
    [jwt('issuer: a, timeout: soon'), `${RULE}.timeout`],
    [jwt('issuer: a, jwksURL: "https://k"'), `${RULE}.jwksURL`],
    ['jwtRule: []', 'spec.jwtRule'],
  ])('%s: %s', (spec, path) => {
    expect(refusals('RequestAuthentication', spec).map(([at]) => at)).toEqual([
      path,
    ]);
  });

  it.each([
    jwt(URI),
    jwt('jwks_uri: "https://k.example"'),
    jwt('issuer: a'),
    jwt(`issuer: a, jwks: "{\\"keys\\": [${RSA}]}"`),
    jwt('issuer: a, timeout: 1m30s'),
    '',
  ])('takes %s', spec => {
    expect(refusals('RequestAuthentication', spec)).toEqual([]);
  });
});

describe('what would be refused in a PeerAuthentication', () => {
  const selector = 'selector: {matchLabels: {a: b}}';
  it.each([
    ['mtls: {mode: strict}', 'spec.mtls.mode'],
    ['portLevelMtls: {80: {mode: STRICT}}', 'spec.portLevelMtls'],
    [`${selector}, portLevelMtls: {}`, 'spec.portLevelMtls'],
    [`${selector}, portLevelMtls: {0: {}}`, 'spec.portLevelMtls.0'],
    [`${selector}, portLevelMtls: {70000: {}}`, 'spec.portLevelMtls.70000'],
    ['mtsl: {mode: STRICT}', 'spec.mtsl'],
  ])('%s: %s', (spec, path) => {
    expect(refusals('PeerAuthentication', spec).map(([at]) => at)).toEqual([
      path,
    ]);
  });
});

describe('what would be refused elsewhere', () => {
  const errorsOf = (text: string) =>
    parseYaml(text).errors.map(({ path }) => path);
  const annotated = (kind: string, spec: string, value = '"true"') =>
    `{apiVersion: security.istio.io/v1, kind: ${kind}, metadata: {name: x, namespace: default, annotations: {istio.io/dry-run: ${value}}}, spec: {${spec}}}`;
  const DRY_RUN = ['metadata.annotations.istio.io/dry-run'];

  it.each([
    [annotated('AuthorizationPolicy', 'action: DENY, rules: [{}]'), []],
    [annotated('AuthorizationPolicy', 'action: AUDIT'), DRY_RUN],
    [annotated('AuthorizationPolicy', '', '"yes"'), DRY_RUN],
    [annotated('RequestAuthentication', ''), DRY_RUN],
  ])('a dry run: %s', (text, paths) => {
    expect(errorsOf(text)).toEqual(paths);
  });

  const TO_A = 'route: [{destination: {host: a}}]';
  const virtualService = (spec: string) =>
    refusals(
      'VirtualService',
      `${spec}, http: [{${TO_A}}]`,
      'networking.istio.io/v1',
    );

  it.each([
    ['hosts: ["*"]', 'spec.hosts[0]'],
    ['hosts: ["*"], gateways: [mesh]', 'spec.hosts[0]'],
    ['hosts: ["*.a.example", b.a.example], gateways: [g]', 'spec.hosts[1]'],
    ['hosts: [b.a.example, "*.a.example"], gateways: [g]', 'spec.hosts[1]'],
    ['hosts: [a.example, a.example]', 'spec.hosts[1]'],
    ['gateways: [g]', 'spec.gateways'],
  ])('VirtualService {%s}: %s', (spec, path) => {
    expect(virtualService(spec).map(([at]) => at)).toEqual([path]);
  });

  it.each([
    [
      `headers: {request: {set: {x-role: 1}}}, ${TO_A}`,
      'headers.request.set.x-role',
    ],
    [`headers: {request: {add: [x]}}, ${TO_A}`, 'headers.request.add'],
    [`headers: {request: {remove: [1]}}, ${TO_A}`, 'headers.request.remove[0]'],
    [`rewrite: {uri: 5}, ${TO_A}`, 'rewrite.uri'],
    [`rewrite: {authority: []}, ${TO_A}`, 'rewrite.authority'],
    [
      'route: [{destination: {host: a}, headers: {request: {set: {x: true}}}}]',
      'route[0].headers.request.set.x',
    ],
  ])('VirtualService with a route {%s}: %s', (route, path) => {
    const found = refusals(
      'VirtualService',
      `hosts: [a.example], http: [{${route}}]`,
      'networking.istio.io/v1',
    );
    expect(found.map(([at]) => at)).toEqual([`spec.http[0].${path}`]);
  });

  it.each([
    ['set: [{name: x}]', 'set[0].value'],
    ['add: [{value: x}]', 'add[0].name'],
    ['set: [{name: x, value: 1}]', 'set[0].value'],
  ])('HTTPRoute with a header modifier {%s}: %s', (modifier, path) => {
    const found = refusals(
      'HTTPRoute',
      `rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {${modifier}}}]}]`,
      'gateway.networking.k8s.io/v1',
    );
    const at = 'spec.rules[0].filters[0].requestHeaderModifier';
    expect(found.map(([where]) => where)).toContain(`${at}.${path}`);
  });

  it.each([
    'hosts: ["*"], gateways: [g]',
    'hosts: ["*"], gateways: [g, mesh]',
    'hosts: ["*.a.example", a.example]',
  ])('takes VirtualService {%s}', spec => {
    expect(virtualService(spec)).toEqual([]);
  });
});

it('refuses names that Kubernetes has none of', () => {
  const { errors } = parseYaml(
    '{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: Not_A_Name, namespace: default}}',
  );
  expect(errors.map(({ path }) => path)).toEqual(['metadata.name']);
});

describe('what cannot be read is unknown, and only that', () => {
  function statuses(spec: string, paths: string[]) {
    const mesh = new Mesh();
    const text = `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: x, namespace: istio-system}, spec: {${spec}}}`;
    parseYaml(text).resources.forEach(item => mesh.apply(item));
    const program = compileProxy(mesh, GATEWAY_PROXY);
    return paths.map(path => decide(program, { port: 80, path }).status);
  }
  const broken = '{when: [{key: source.nonsense, values: [a]}]}';
  const readable = '{to: [{operation: {paths: ["/x"]}}]}';

  it('a rule beside one that can be read', () => {
    const rules = `rules: [${broken}, ${readable}]`;
    expect(statuses(rules, ['/x', '/y'])).toEqual([200, 'unknown']);
    expect(statuses(`action: DENY, ${rules}`, ['/x', '/y'])).toEqual([
      403,
      'unknown',
    ]);
  });

  it('a policy whose action cannot be read', () => {
    expect(statuses(`action: deny, rules: [${readable}]`, ['/y'])).toEqual([
      'unknown',
    ]);
  });

  it('a DENY without rules does nothing, refused or not', () => {
    expect(statuses('action: DENY', ['/y'])).toEqual([200]);
  });
});
