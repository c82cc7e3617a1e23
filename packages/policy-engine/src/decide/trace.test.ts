import { compileProxy, decide, ProxyRequest } from '..';
import { ISSUER, meshOf, SIDECAR, token } from '../__testUtils__/mesh';
import {
  ask,
  gatewayAuthentication,
  gatewayPolicy,
} from '../__testUtils__/policies';

const NO_JWT =
  'jwt_authn passed: no RequestAuthentication with rules reaches this proxy';

const steps = (texts: string[], request: Partial<ProxyRequest> = {}) =>
  ask(texts, request).trace.map(
    ({ filter, outcome, message }) => `${filter} ${outcome}: ${message}`,
  );

describe('the trace of a decision', () => {
  it.each<[string, string, Partial<ProxyRequest>, string]>([
    [
      'a field that matches',
      'to: [{operation: {methods: [GET]}}]',
      {},
      'matched: every field matches',
    ],
    [
      'a field that does not',
      'to: [{operation: {methods: [POST, PUT]}}]',
      {},
      'not-matched: to[0].operation.methods is none of "POST", "PUT"',
    ],
    [
      'a field that excludes',
      'to: [{operation: {notMethods: [GET]}}]',
      {},
      'not-matched: excluded by to[0].operation.notMethods: "GET"',
    ],
    [
      'the field of the alternative that came furthest',
      'to: [{operation: {methods: [POST]}}, {operation: {methods: [GET], paths: [/x]}}]',
      {},
      'not-matched: to[1].operation.paths is none of "/x"',
    ],
    [
      'a caller where the operation matches',
      'to: [{operation: {methods: [GET]}}], from: [{source: {namespaces: [a]}}]',
      {},
      'not-matched: from[0].source.namespaces is none of "a"',
    ],
    [
      'an address that the request does not say',
      'from: [{source: {ipBlocks: [10.0.0.1]}}]',
      {},
      'unknown: the request does not say what from[0].source.ipBlocks compares',
    ],
    [
      'a header that comes several times',
      'when: [{key: "request.headers[x-role]", values: [admin]}]',
      { headers: { 'X-Role': ['admin', 'user'] } },
      'unknown: header x-role comes several times, and versions of Envoy compare it differently',
    ],
  ])('names %s', (_, rule, request, expected) => {
    expect(steps([gatewayPolicy(`rules: [{${rule}}]`)], request)).toContain(
      `rbac-allow ${expected}`,
    );
  });

  it('says that everything is allowed, or that nothing matched', () => {
    expect(steps([])).toContain(
      'rbac-allow passed: no ALLOW policy reaches this proxy, so everything is allowed',
    );
    const missed = steps([
      gatewayPolicy('rules: [{to: [{operation: {methods: [POST]}}]}]'),
    ]);
    expect(missed).toHaveLength(3);
    expect(missed[2]).toBe(
      'rbac-allow refused: ALLOW policies exist and none of their rules matches',
    );
    const matched = steps([gatewayPolicy('rules: [{}]')]);
    expect(matched).toEqual([
      NO_JWT,
      'rbac-allow matched: every field matches',
    ]);
  });

  it('stops at a DENY that matches', () => {
    const texts = [
      gatewayPolicy('action: DENY, rules: [{}]', 'deny'),
      gatewayPolicy('rules: [{}]', 'allow'),
    ];
    expect(steps(texts)).toEqual([
      NO_JWT,
      'rbac-deny matched: every field matches',
    ]);
    const missed = [
      texts[0].replace('[{}]', '[{to: [{operation: {methods: [POST]}}]}]'),
      texts[1],
    ];
    expect(steps(missed)).toEqual([
      NO_JWT,
      'rbac-deny not-matched: to[0].operation.methods is none of "POST"',
      'rbac-allow matched: every field matches',
    ]);
  });

  it('names the issuer of a token that holds, and why another does not', () => {
    const [own] = ask([gatewayAuthentication()], { tokens: [token()] }).trace;
    expect(own).toMatchObject({
      filter: 'jwt_authn',
      outcome: 'passed',
      message: `a valid token of issuer "${ISSUER}"`,
      resource: { kind: 'RequestAuthentication', name: 'authentication' },
      rule: 0,
    });
    const [other] = ask([gatewayAuthentication()], {
      tokens: [token({}, 'expired')],
    }).trace;
    expect(other).toMatchObject({
      filter: 'jwt_authn',
      outcome: 'refused',
      message: 'Jwt is expired',
      resource: { name: 'authentication' },
      rule: 0,
    });
  });

  it('stops at a token that is refused', () => {
    const texts = [gatewayAuthentication(), gatewayPolicy('rules: [{}]')];
    const refused = { tokens: [token({}, 'bad-signature')] };
    expect(steps(texts, refused)).toEqual([
      'jwt_authn refused: Jwt verification fails',
    ]);
  });

  it('lists a hundred rules and counts the others', () => {
    const rules = (count: number) =>
      Array.from(
        { length: count },
        (_, i) => `{to: [{operation: {paths: [/${i}]}}]}`,
      ).join();
    const hundred = steps([gatewayPolicy(`rules: [${rules(100)}]`)]);
    expect(hundred).toHaveLength(102);
    expect(hundred.join()).not.toContain('not listed');
    const more = steps([gatewayPolicy(`rules: [${rules(103)}]`)]);
    expect(more).toHaveLength(103);
    expect(more).toContain('rbac-allow skipped: 3 more rules are not listed');
  });

  it('shows what is only tried out', () => {
    const dry = (rule: string, action: string) =>
      gatewayPolicy(`action: ${action}, rules: [${rule}]`, 'dry').replace(
        'annotations: {}',
        'annotations: {istio.io/dry-run: "true"}',
      );
    expect(steps([dry('{}', 'DENY')])).toEqual([
      NO_JWT,
      'rbac-deny shadow: dry run, not enforced: every field matches',
      'rbac-allow passed: no ALLOW policy reaches this proxy, so everything is allowed',
    ]);
    expect(
      steps([dry('{to: [{operation: {methods: [POST]}}]}', 'ALLOW')])[1],
    ).toBe(
      'rbac-allow skipped: dry run, not enforced: to[0].operation.methods is none of "POST"',
    );
  });

  it('shows what is only written down', () => {
    expect(steps([gatewayPolicy('action: AUDIT, rules: [{}]')])).toEqual([
      NO_JWT,
      'rbac-audit matched: every field matches',
      'rbac-allow passed: no ALLOW policy reaches this proxy, so everything is allowed',
    ]);
  });

  it('says what the engine cannot read in a proxy', () => {
    const filter = `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: f, namespace: istio-system}
spec: {configPatches: [{applyTo: HTTP_FILTER}]}
`;
    const opaque =
      "rbac-custom unknown: EnvoyFilter istio-system/f patches this proxy's configuration, which the engine does not read";
    expect(steps([filter])[0]).toBe(opaque);
    expect(steps([filter], { path: 'x' })[0]).toBe(opaque);
    expect(ask([filter], { path: 'x' }).status).toBe('unknown');
  });

  it('is of no token where several rules look for one in vain', () => {
    const other = `{issuer: other, jwksUri: "https://other.example.com"}`;
    const rules = `{issuer: ${ISSUER}, jwksUri: "https://keys.example.com"}, ${other}`;
    const path = '/?x=y';
    expect(steps([gatewayAuthentication(rules)], { path })[0]).toBe(
      'jwt_authn passed: the request carries no token',
    );
  });

  it('is of no token on a TCP chain', () => {
    expect(steps([gatewayAuthentication()], { protocol: 'tcp' })).toContain(
      'jwt_authn skipped: a TCP connection carries no token',
    );
  });

  it('is left out where nobody asks for it', () => {
    const program = compileProxy(
      meshOf([gatewayPolicy('rules: [{}]')]),
      SIDECAR,
    );
    const request = { port: 8080 };
    expect(decide(program, request, { trace: false }).trace).toEqual([]);
    expect(decide(program, request).trace).not.toEqual([]);
    expect(decide(program, request, { trace: true }).trace).not.toEqual([]);
  });
});

const DENY_ALL = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: denied, namespace: default}
spec: {action: DENY, rules: [{}]}
`;

describe('the trace at a sidecar', () => {
  const peer = (mode: string) => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: peers, namespace: default}
spec: {mtls: {mode: ${mode}}}
`;
  const askSidecar = (files: string[], request: Partial<ProxyRequest> = {}) =>
    decide(compileProxy(meshOf(files), SIDECAR), { port: 8080, ...request });
  const answer = (mode: string, request?: Partial<ProxyRequest>) =>
    askSidecar([peer(mode)], request);
  const source = { principal: 'cluster.local/ns/a/sa/b' };

  it('names the policy that refuses plaintext', () => {
    const { status, trace } = answer('STRICT');
    expect(status).toBe('closed');
    expect(trace).toEqual([
      {
        filter: 'peer-authentication',
        resource: expect.objectContaining({ name: 'peers' }),
        outcome: 'refused',
        message: 'mutual TLS is STRICT and the caller has no certificate',
      },
    ]);
    expect(answer('STRICT', { source }).status).toBe(200);
  });

  it('says where a malformed policy leaves it open', () => {
    const message =
      'the PeerAuthentication is malformed, so whether plaintext is admitted is not known';
    const plain = answer('ODD');
    expect(plain.status).toBe('unknown');
    expect(plain.trace[0]).toMatchObject({ outcome: 'unknown', message });
    const known = answer('ODD', { source });
    expect(known.status).toBe(200);
    expect(known.trace[0]).toMatchObject({ outcome: 'skipped', message });
    const { trace } = answer('PERMISSIVE');
    expect(trace.map(({ filter }) => filter)).not.toContain(
      'peer-authentication',
    );
  });

  it('says where an age that nobody knows leaves it open', () => {
    const other = peer('STRICT').replace('name: peers', 'name: others');
    const { status, trace } = askSidecar([peer('PERMISSIVE'), other]);
    expect(status).toBe('unknown');
    expect(trace[0].message).toMatch(/^which of several .* is the oldest/);
  });

  it('does not say by whom a request is refused where the mode is open', () => {
    const odd = { method: 'get' };
    expect(answer('PERMISSIVE', odd).status).toBe(400);
    expect(answer('STRICT', odd).status).toBe('closed');
    const { status, trace } = answer('ODD', odd);
    expect(status).toBe('unknown');
    expect(trace.map(({ filter }) => filter)).toEqual([
      'peer-authentication',
      'http-parser',
    ]);
    expect(answer('ODD', { ...odd, source }).status).toBe(400);
    const denied = (mode: string, request?: Partial<ProxyRequest>) =>
      askSidecar([peer(mode), DENY_ALL], request).status;
    expect(denied('ODD')).toBe('unknown');
    expect(denied('ODD', { source })).toBe(403);
    expect(denied('ODD', { protocol: 'tcp' })).toBe('closed');
  });

  it('knows no identity by which it could deny where mutual TLS may be off', () => {
    const deny = DENY_ALL.replace(
      '[{}]',
      '[{from: [{source: {principals: ["*"]}}]}]',
    );
    const answers = ['DISABLE', 'PERMISSIVE', 'ODD'].map(mode =>
      askSidecar([peer(mode), deny], { source }),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 'unknown']);
    expect(answers[2].trace[0]).toMatchObject({
      outcome: 'unknown',
      message:
        'the PeerAuthentication is malformed, so whether callers show an identity is not known',
    });
  });
});

describe('times of a token', () => {
  const withAudience = gatewayAuthentication(
    `{issuer: ${ISSUER}, jwksUri: "https://keys.example.com", audiences: [shop]}`,
  );

  it.each([
    ['expired', 401, 'Jwt is expired'],
    ['not-yet-valid', 401, 'Jwt not yet valid'],
    ['bad-signature', 403, 'Audiences in Jwt are not allowed'],
    ['unknown-key', 403, 'Audiences in Jwt are not allowed'],
    ['valid', 403, 'Audiences in Jwt are not allowed'],
  ] as const)('come before its audience: %s', (validity, status, body) => {
    const tokens = [token({ aud: 'other' }, validity)];
    expect(ask([withAudience], { tokens })).toMatchObject({ status, body });
  });

  it.each([
    ['expired', 'Jwt is expired'],
    ['not-yet-valid', 'Jwt not yet valid'],
    ['bad-signature', 'Jwt verification fails'],
    ['unknown-key', "Jwks doesn't have key to match kid or alg from Jwt"],
  ] as const)('and its key are named: %s', (validity, body) => {
    const tokens = [token({ aud: ['other', 'shop'] }, validity)];
    expect(ask([withAudience], { tokens })).toMatchObject({
      status: 401,
      body,
      details: `jwt_authn_access_denied{${body.replaceAll(' ', '_')}}`,
    });
  });
});
