import { decideWayIn, ProxyRequest } from '..';
import {
  gatewayWays,
  gatewayYaml,
  to,
  TO_BACKEND,
  virtualService,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { ISSUER, meshOf, token } from '../__testUtils__/mesh';
import {
  gatewayAuthentication,
  gatewayPolicy,
} from '../__testUtils__/policies';

const RULE = `issuer: ${ISSUER}, jwksUri: "https://keys.example.com"`;

/** A policy of the workload behind the gateway. */
const behind = (spec: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: behind, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, ${spec}}
`;
const jwtBehind = (rest: string) => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: behind, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, jwtRules: [{${RULE}, ${rest}}]}
`;
const denyWhen = (key: string, values: string) =>
  behind(
    `action: DENY, rules: [{when: [{key: "${key}", values: [${values}]}]}]`,
  );
const denyHeader = (name: string, value: string) =>
  denyWhen(`request.headers[${name}]`, `"${value}"`);

/** The answer through the gateway, by one route. */
function ask(
  route: string,
  texts: string[],
  request: Partial<ProxyRequest> = {},
): ReturnType<typeof decideWayIn> {
  const mesh = meshOf([
    WORKLOADS,
    gatewayYaml(),
    virtualService(`{${route}}`),
    ...texts,
  ]);
  const [way] = gatewayWays(mesh);
  return decideWayIn(mesh, way, { port: 8080, host: 'h.test', ...request });
}

describe('headers that a route changes', () => {
  const route = (operations: string) =>
    `headers: {request: {${operations}}}, ${TO_BACKEND}`;
  const headers = { 'x-role': 'user' };

  it.each([
    ['set: {x-role: admin}', 'admin', 403],
    ['set: {X-Role: admin}', 'admin', 403],
    ['set: {x-role: admin}', 'user', 200],
    ['add: {x-other: admin}', 'admin', 200],
    ['remove: [x-role]', '*', 200],
    ['remove: [X-Role]', '*', 200],
    ['remove: [x-other]', 'user', 403],
    ['set: {x-other: a}', 'user', 403],
    // In whatever order they are written: removed, set, added.
    ['set: {x-role: admin}, remove: [x-role]', 'admin', 403],
    ['add: {x-role: admin}, remove: [x-role]', 'user', 200],
    ['add: {x-role: admin}, remove: [x-role]', 'admin', 403],
    ['add: {x-role: dev}, set: {x-role: admin}', 'user', 200],
    // Envoy leaves out what is empty, and so the client's own stays.
    ['set: {x-role: ""}', 'user', 403],
    ['add: {x-other: ""}', 'user', 403],
    // Not Istio's business, and dropped.
    ['set: {":path": /other}, remove: [":path", host]', 'user', 403],
  ])('by %s: a policy behind on %s answers %s', (operations, value, status) => {
    const texts = [denyHeader('x-role', value)];
    expect(ask(route(operations), texts, { headers }).status).toBe(status);
  });

  it('are those of its destination too', () => {
    const byDestination = TO_BACKEND.replace(
      'destination:',
      'headers: {request: {set: {x-role: admin}}}, destination:',
    );
    const texts = [denyHeader('x-role', 'admin')];
    expect(ask(byDestination, texts, { headers }).status).toBe(403);
    expect(ask(TO_BACKEND, texts, { headers }).status).toBe(200);
  });

  it('are added to what the client sent', () => {
    const add = route('add: {x-role: admin}');
    const answer = (value: string) =>
      ask(add, [denyHeader('x-role', value)], { headers }).status;
    // Which of the two Envoy compares depends on its version.
    expect([answer('user'), answer('admin'), answer('none')]).toEqual([
      'unknown',
      'unknown',
      200,
    ]);
    const alone = ask(add, [denyHeader('x-role', 'admin')]);
    expect(alone.status).toBe(403);
  });

  const shares = (...operations: string[]) =>
    `route: [${operations
      .map(
        each =>
          `{destination: {host: backend.default.svc.cluster.local}, weight: 50, headers: {request: {${each}}}}`,
      )
      .join(', ')}]`;
  const asAdmin = 'set: {x-role: admin}';
  const asUser = 'set: {x-role: user}';

  it.each([
    // With several destinations the route has the last word, with one the destination.
    [`headers: {request: {${asUser}}}, ${shares(asAdmin, asAdmin)}`, 200],
    [`headers: {request: {${asAdmin}}}, ${shares(asUser, asUser)}`, 403],
    [`headers: {request: {${asUser}}}, ${shares(asAdmin)}`, 403],
    [`headers: {request: {remove: [x-role]}}, ${shares(asAdmin)}`, 403],
    [
      `headers: {request: {remove: [x-role]}}, ${shares(asAdmin, asAdmin)}`,
      200,
    ],
    // Where it makes a difference which share a request becomes part of.
    [shares(asAdmin, asUser), 'unknown'],
    [shares(asUser, asAdmin), 'unknown'],
    [shares(asUser, 'set: {x-other: admin}'), 200],
    [`headers: {request: {${asAdmin}}}, ${shares(asUser, '')}`, 403],
  ])('of %s: %s', (changed, status) => {
    const texts = [denyHeader('x-role', 'admin')];
    expect(ask(changed, texts, { headers }).status).toBe(status);
  });

  it('are those of the destination that a way in ends at', () => {
    const other = (operations: string) =>
      `{destination: {host: other.default.svc.cluster.local, port: {number: 80}}, weight: 50, headers: {request: {${operations}}}}`;
    const split = `${shares(asAdmin).slice(0, -1)}, ${other(asUser)}]`;
    const texts = [denyHeader('x-role', 'admin')];
    expect(ask(split, texts, { headers }).status).toBe(403);
    const unused = split.replace(
      `weight: 50, headers: {request: {${asAdmin}}}}`,
      `weight: 50}, ${other('set: {x-role: admin}').replace('50', '0')}`,
    );
    expect(ask(unused, texts, { headers }).status).toBe(200);
  });

  it('of a share of the requests leave the state known where no policy minds', () => {
    const canary = shares('', 'set: {x-canary: "true"}');
    const stateBehind = (policy: string) => {
      const mesh = meshOf([
        ...[WORKLOADS, gatewayYaml(), virtualService(`{${canary}}`)],
        ...[jwtBehind('forwardOriginalToken: true'), policy],
      ]);
      return gatewayWays(mesh)[0];
    };
    const required = `rules: [{from: [{source: {requestPrincipals: ["*"]}}]}`;
    expect(stateBehind(behind(`${required}]`)).state).toBe('enforced');
    const exempt = `${required}, {when: [{key: "request.headers[x-canary]", values: ["true"]}]}]`;
    expect(stateBehind(behind(exempt))).toMatchObject({
      state: 'partial',
      exposures: [{ summary: expect.stringContaining('x-canary: true') }],
    });
    const closed = `${required}, {when: [{key: "request.headers[x-canary]", values: ["true"]}, {key: "request.headers[x-other]", values: ["*"]}]}]`;
    expect(stateBehind(behind(closed)).state).toBe('partial');
  });

  it('can come from the connection, and are not known then', () => {
    const texts = [denyHeader('x-role', 'admin')];
    const variable = route('set: {x-role: "%REQ(x-other)%"}');
    expect(ask(variable, texts, { headers })).toMatchObject({
      status: 'unknown',
      reaches: 'unknown',
    });
  });

  it.each([
    ['set: {Authorization: x}', {}, 'unknown'],
    ['remove: [authorization]', {}, 'unknown'],
    ['remove: [authorization]', { name: 'x-jwt', prefix: '' }, 200],
    ['remove: [x-jwt]', { name: 'X-Jwt', prefix: '' }, 'unknown'],
    ['remove: [x-jwt]', { in: 'query' as const, name: 'x-jwt' }, 200],
  ])('by %s, with a token at %j: %s', (operations, place, status) => {
    const tokens = [{ ...token(), ...place }];
    expect(ask(route(operations), [], { tokens }).status).toBe(status);
  });
});

describe('a path and a host that a route changes', () => {
  const denyPath = (path: string) =>
    behind(`action: DENY, rules: [{to: [{operation: {paths: ["${path}"]}}]}]`);
  const denyHost = (host: string) =>
    behind(`action: DENY, rules: [{to: [{operation: {hosts: ["${host}"]}}]}]`);

  it.each([
    ['match: [{uri: {prefix: /api}}], rewrite: {uri: /v1}', '/v1/x'],
    ['match: [{uri: {prefix: /api/}}], rewrite: {uri: /}', '/x'],
    ['match: [{uri: {exact: /api/x}}], rewrite: {uri: /y}', '/y'],
    ['match: [{uri: {regex: "/a.*"}}], rewrite: {uri: /y}', '/y'],
    // A route without a condition on paths takes the slash that each begins with.
    ['rewrite: {uri: /}', '/api/x'],
    ['rewrite: {uri: /v1/}', '/v1/api/x'],
    ['match: [{port: 80}], rewrite: {uri: /v1/}', '/v1/api/x'],
    ['match: [{uri: {}}], rewrite: {uri: /v1/}', '/v1/api/x'],
    ['rewrite: {uri: ""}', '/api/x'],
  ])('by %s: /api/x arrives as %s', (change, path) => {
    const answer = (denied: string) =>
      ask(`${change}, ${TO_BACKEND}`, [denyPath(denied)], { path: '/api/x' })
        .status;
    expect([answer(path), answer(`${path}/other`)]).toEqual([403, 200]);
  });

  it('does not hide what is exempt behind it', () => {
    const required = behind(
      `rules: [{from: [{source: {requestPrincipals: ["*"]}}]}, {to: [{operation: {paths: ["/public/*"]}}]}]`,
    );
    const stateBehind = (route: string) => {
      const mesh = meshOf([
        WORKLOADS,
        gatewayYaml(),
        virtualService(`{${route}, ${TO_BACKEND}}`),
        ...[jwtBehind('forwardOriginalToken: true'), required],
      ]);
      return gatewayWays(mesh)[0].state;
    };
    expect(stateBehind('rewrite: {uri: /}')).toBe('partial');
    expect(stateBehind('rewrite: {uri: /internal/}')).toBe('enforced');
  });

  const setHost = (name: string, host: string) =>
    `headers: {request: {set: {"${name}": ${host}}}}`;
  const destination = (headers: string) =>
    TO_BACKEND.replace('destination:', `${headers}, destination:`);

  it.each([
    [`rewrite: {authority: other}, ${TO_BACKEND}`, 'other'],
    [`${setHost('Host', 'other')}, ${TO_BACKEND}`, 'other'],
    [`${setHost(':authority', 'other')}, ${TO_BACKEND}`, 'other'],
    [`headers: {request: {add: {host: other}}}, ${TO_BACKEND}`, 'other'],
    [destination(setHost('Host', 'other')), 'other'],
    [
      `${setHost('Host', 'other')}, ${destination(setHost('Host', 'third'))}`,
      'other',
    ],
    [
      `rewrite: {authority: other}, ${setHost('Host', 'third')}, ${TO_BACKEND}`,
      'other',
    ],
    [`headers: {request: {remove: [host]}}, ${TO_BACKEND}`, 'h.test'],
  ])('by %s: h arrives as %s', (change, host) => {
    const answer = (denied: string) => ask(change, [denyHost(denied)]).status;
    expect([answer(host), answer('none')]).toEqual([403, 200]);
  });
});

describe('what jwt_authn at the gateway leaves to the proxy behind', () => {
  const inQuery = {
    ...token(),
    in: 'query' as const,
    name: 'access_token',
  };

  it.each([
    ['/x?access_token=junk', '/x'],
    ['/x?access_token=junk&a=b', '/x'],
    ['/x?a=b&access_token=junk', '/x'],
    ['/x?access_token', '/x'],
  ])('of %s: no token', path => {
    const texts = [gatewayAuthentication(), jwtBehind('')];
    const request = { path, tokens: [inQuery] };
    expect(ask(TO_BACKEND, texts, request).status).toBe(200);
    expect(ask(TO_BACKEND, [jwtBehind('')], { path }).status).toBe(401);
  });

  it('other parameters, which may hold a token as well', () => {
    const texts = [gatewayAuthentication(), jwtBehind('fromParams: [own]')];
    const answer = (path: string) =>
      ask(TO_BACKEND, texts, { path, tokens: [inQuery] }).status;
    expect(answer('/x?access_token=a&own=junk')).toBe(401);
    expect(answer('/x?own=junk&access_token=a')).toBe(401);
    expect(answer('/x?a=?&own=junk&access_token=a')).toBe(401);
    expect(answer('/x?access_token=a&other=junk')).toBe(200);
    // Envoy writes them without encoding.
    expect(answer('/x?b=1%26own%3Djunk&access_token=a')).toBe(401);
  });

  it('a token in a cookie', () => {
    const cookies = 'fromCookies: [session]';
    const texts = [
      gatewayAuthentication(`{${RULE}, ${cookies}}`),
      jwtBehind(cookies),
      behind(`rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]`),
    ];
    const tokens = [{ ...token(), in: 'cookie' as const, name: 'session' }];
    expect(ask(TO_BACKEND, texts, { tokens }).status).toBe(200);
  });

  it('headers made of claims', () => {
    const writing = gatewayAuthentication(
      `{${RULE}, outputClaimToHeaders: [{header: x-role, claim: role}]}`,
    );
    const answer = (role: string) =>
      ask(TO_BACKEND, [writing, denyHeader('x-role', 'admin')], {
        tokens: [token({ role })],
      }).status;
    expect(answer('admin')).toBe(403);
    expect(answer('user')).toBe(200);
  });

  it('a header of the payload, which is no token', () => {
    const writing = gatewayAuthentication(
      `{${RULE}, outputPayloadToHeader: x-payload}`,
    );
    const texts = [writing, jwtBehind('fromHeaders: [{name: x-payload}]')];
    expect(ask(TO_BACKEND, texts, { tokens: [token()] }).status).toBe(401);
    expect(ask(TO_BACKEND, texts).status).toBe(200);
  });
});

describe('who calls, as the proxy behind sees it', () => {
  const PLAIN = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: plain, namespace: default}
spec: {host: backend, trafficPolicy: {tls: {mode: DISABLE}}}
`;
  const PERMISSIVE = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: default}
spec: {mtls: {mode: PERMISSIVE}}
`;
  const deny = (source: string) =>
    behind(`action: DENY, rules: [{from: [{source: {${source}}}]}]`);
  const client = { source: { ip: '10.9.8.7', principal: 'a/ns/b/sa/c' } };

  it.each([
    [
      'principals: ["cluster.local/ns/istio-system/sa/istio-ingressgateway"]',
      403,
    ],
    ['principals: ["a/ns/b/sa/c"]', 200],
    ['namespaces: [istio-system]', 403],
    ['namespaces: [b]', 200],
    ['remoteIpBlocks: [10.9.8.7]', 403],
    ['remoteIpBlocks: [10.9.8.0/30]', 200],
  ])('is the gateway: %s', (source, status) => {
    expect(ask(TO_BACKEND, [deny(source)], client).status).toBe(status);
  });

  it('is nobody where it is called without mutual TLS', () => {
    const all = deny('principals: ["*"]');
    expect(ask(TO_BACKEND, [all, PERMISSIVE], client).status).toBe(403);
    expect(ask(TO_BACKEND, [all, PERMISSIVE, PLAIN], client).status).toBe(200);
    expect(ask(TO_BACKEND, [all, PLAIN], client).status).toBe('closed');
  });

  it('is not known where a DestinationRule cannot be read', () => {
    const odd = PLAIN.replace('DISABLE', 'ODD');
    expect(ask(TO_BACKEND, [odd], client)).toMatchObject({
      status: 'unknown',
      reaches: 'unknown',
    });
  });

  it('has the address of the client also where that sent X-Forwarded-For', () => {
    const headers = { 'X-Forwarded-For': '10.1.1.1' };
    const answer = (ip: string) =>
      ask(TO_BACKEND, [deny(`remoteIpBlocks: [${ip}]`)], {
        ...client,
        headers,
      }).status;
    expect(answer('10.9.8.7')).toBe(403);
    expect(answer('10.1.1.1')).toBe(200);
  });

  it('is told the route also where the workload refuses', () => {
    const all = deny('principals: ["*"]');
    expect(ask(TO_BACKEND, [all], client)).toMatchObject({
      status: 403,
      reaches: 'no',
      route: { kind: 'service', service: { name: 'backend' } },
    });
  });

  it('is told nothing of a header that versions of Envoy treat differently', () => {
    const jwt = (rest: string) =>
      `{jwksUri: "https://keys.example.com", ${rest}}`;
    const rules = gatewayAuthentication(
      `${jwt(`issuer: ${ISSUER}`)}, ${jwt(
        'issuer: z, outputClaimToHeaders: [{header: x-role, claim: role}]',
      )}`,
    );
    const answer = (headers: Record<string, string>) =>
      ask(TO_BACKEND, [rules], { ...client, tokens: [token()], headers });
    expect(answer({ 'x-role': 'admin' })).toMatchObject({
      reaches: 'unknown',
      reason: expect.stringContaining('x-role'),
    });
    expect(answer({ 'x-other': 'admin' }).reaches).toBe('yes');
  });

  it('has no address that is known where the client’s is not, whatever that wrote', () => {
    const { source: _, ...unknownClient } = client;
    const answer = (ip: string) =>
      ask(TO_BACKEND, [deny(`remoteIpBlocks: [${ip}]`)], {
        ...unknownClient,
        headers: { 'X-Forwarded-For': '10.1.1.1' },
      }).status;
    expect(answer('10.1.1.1')).toBe('unknown');
    expect(answer('10.9.8.7')).toBe('unknown');
  });

  it('speaks to a port of the workload, whichever the client named', () => {
    const port = (number: number) =>
      behind(
        `action: DENY, rules: [{to: [{operation: {ports: ["${number}"]}}]}]`,
      );
    expect(ask(TO_BACKEND, [port(8080)]).status).toBe(403);
    expect(ask(TO_BACKEND, [port(80)]).status).toBe(200);
  });
});

describe('a path that a route rewrites', () => {
  const only = (path: string) =>
    behind(`rules: [{to: [{operation: {paths: ["${path}"]}}]}]`);
  const rewrite = (match: string, to_: string) =>
    `match: [{uri: {${match}}}], rewrite: {${to_}}, ${TO_BACKEND}`;

  it.each([
    ['prefix: /app', 'uri: /', '/app/x', '//x'],
    ['prefix: /app/', 'uri: /', '/app/x', '/x'],
    ['prefix: /app/', 'uri: /v1/', '/app/x?q=1', '/v1/x'],
    ['exact: /app', 'uri: /v1', '/app', '/v1'],
    ['exact: /app', 'uri: /v1', '/app?q=1#f', '/v1'],
    ['prefix: /app', 'authority: other', '/app/x', '/app/x'],
  ])('of %s by %s: %s becomes %s', (match, change, path, seen) => {
    const route = rewrite(match, change);
    expect(ask(route, [only(seen)], { path }).status).toBe(200);
    expect(ask(route, [only(`${seen}x`)], { path }).status).toBe(403);
  });

  it('keeps its parameters', () => {
    const route = rewrite('prefix: /app', 'uri: /');
    const answer = (path: string) =>
      ask(route, [jwtBehind('')], { path }).status;
    expect(answer('/app?access_token=junk')).toBe(401);
    expect(answer('/app?a=b')).toBe(200);
    expect(answer('/app?a=b#?access_token=junk')).toBe(200);
  });

  it('has another host with an authority', () => {
    const hosts = (host: string) =>
      behind(`rules: [{to: [{operation: {hosts: ["${host}"]}}]}]`);
    const route = rewrite('prefix: /', 'authority: other');
    expect(ask(route, [hosts('other')]).status).toBe(200);
    expect(ask(route, [hosts('h.test')]).status).toBe(403);
  });

  it('by a regular expression is not followed', () => {
    const route = rewrite(
      'prefix: /app',
      'uriRegexRewrite: {match: a, rewrite: b}',
    );
    expect(ask(route, [only('/x')], { path: '/app' })).toMatchObject({
      status: 'unknown',
      reaches: 'unknown',
    });
  });
});

describe('a request that the route sends elsewhere', () => {
  it('does not reach, and no policy behind is asked', () => {
    const texts = [behind('action: ALLOW')];
    const both = `match: [{uri: {prefix: /f}}], ${to(
      'frontend',
    )}}, {${TO_BACKEND}`;
    expect(ask(both, texts, { path: '/f' })).toMatchObject({
      status: 200,
      reaches: 'no',
    });
    expect(ask(both, texts, { path: '/b' }).status).toBe(403);
  });
});

describe('a request whose way cannot be followed to its end', () => {
  const rule = (mode: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: dr, namespace: default}
spec: {host: backend, trafficPolicy: {tls: {mode: ${mode}}}}
`;
  const summary = (answer: ReturnType<typeof decideWayIn>) => ({
    status: answer.status,
    reaches: answer.reaches,
    reason: answer.reason,
    hops: answer.hops.length,
    route: answer.route?.kind,
  });

  it.each<[string, string, string[], Partial<ProxyRequest>, object]>([
    [
      'by TLS of its own',
      TO_BACKEND,
      [rule('SIMPLE')],
      {},
      {
        status: 'unknown',
        reaches: 'unknown',
        reason:
          'a DestinationRule or BackendTLSPolicy sets how the proxy connects to the Service, in a way that the engine does not follow',
        hops: 1,
        route: 'service',
      },
    ],
    [
      'by a path that a pattern changes',
      `rewrite: {uriRegexRewrite: {match: a, rewrite: b}}, ${TO_BACKEND}`,
      [],
      {},
      {
        status: 'unknown',
        reaches: 'unknown',
        reason:
          'the route changes the request in a way that the engine does not follow',
        hops: 1,
        route: 'service',
      },
    ],
    [
      'to the end',
      TO_BACKEND,
      [],
      {},
      {
        status: 200,
        reaches: 'yes',
        reason: undefined,
        hops: 2,
        route: 'service',
      },
    ],
    [
      'without a certificate, to a sidecar that wants one',
      TO_BACKEND,
      [rule('DISABLE')],
      {},
      {
        status: 'closed',
        reaches: 'no',
        reason: undefined,
        hops: 2,
      },
    ],
    [
      'elsewhere',
      `match: [{uri: {prefix: /a}}], ${TO_BACKEND}`,
      [],
      { path: '/b' },
      {
        status: 200,
        reaches: 'no',
        reason: undefined,
        hops: 1,
        route: 'not-found',
      },
    ],
    [
      'to nobody, refused at the gateway',
      TO_BACKEND,
      [gatewayPolicy('rules: []')],
      {},
      {
        status: 403,
        reaches: 'no',
        reason: undefined,
        hops: 1,
        route: undefined,
      },
    ],
    [
      'by a policy that cannot be decided, and on',
      TO_BACKEND,
      [
        gatewayPolicy(
          'action: DENY, rules: [{from: [{source: {ipBlocks: [10.0.0.1]}}]}]',
        ),
      ],
      {},
      {
        status: 'unknown',
        reaches: 'unknown',
        reason: undefined,
        hops: 2,
        route: 'service',
      },
    ],
  ])('%s', (_, route, texts, request, expected) => {
    expect(summary(ask(route, texts, request))).toMatchObject(expected);
  });

  it('goes on where nothing is known of routes, and that is wanted', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{match: [{uri: {prefix: /a}}], ${TO_BACKEND}}`),
    ]);
    const [way] = gatewayWays(mesh);
    const answer = (assumeRouted: boolean) =>
      summary(
        decideWayIn(
          mesh,
          way,
          { port: 8080, host: 'h.test', path: '/b' },
          { assumeRouted },
        ),
      );
    expect(answer(false)).toMatchObject({ reaches: 'no', hops: 1 });
    expect(answer(true)).toEqual({
      status: 200,
      reaches: 'yes',
      reason: undefined,
      hops: 2,
      route: undefined,
    });
  });

  it('says why a way in is not known', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(
        `{rewrite: {uriRegexRewrite: {match: "a", rewrite: "b"}}, ${TO_BACKEND}}`,
      ),
    ]);
    const [way] = gatewayWays(mesh);
    const request = { port: 8080, host: 'h.test' };
    expect(summary(decideWayIn(mesh, way, request))).toMatchObject({
      status: 'unknown',
      reaches: 'unknown',
    });
  });
});
