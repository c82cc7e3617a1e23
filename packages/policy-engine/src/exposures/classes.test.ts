import { assessService, decideWayIn } from '..';
import {
  gatewayYaml,
  TO_BACKEND,
  virtualService,
} from '../__testUtils__/gateways';
import { GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import { ISSUER, meshOf } from '../__testUtils__/mesh';
import { meshConfig } from '../__testUtils__/meshConfig';
import {
  gatewayAuthentication,
  gatewayPolicy,
  REQUIRE_TOKEN,
} from '../__testUtils__/policies';

const BACKEND = { namespace: 'default', name: 'backend' };
const WITHOUT_TOKEN = 'from: [{source: {notRequestPrincipals: ["*"]}}]';

function assess(kind: 'gateway' | 'in-mesh', ...texts: string[]) {
  const mesh = meshOf([WORKLOADS, ...texts]);
  const [way] = assessService(mesh, BACKEND).waysIn.filter(
    wayIn => wayIn.kind === kind,
  );
  const witness = way.exposures[0]?.witness;
  return {
    way,
    witness,
    reaches: witness && decideWayIn(mesh, way, witness).reaches,
  };
}

const atGateway = (...texts: string[]) =>
  assess('gateway', GATEWAY, gatewayAuthentication(), ...texts);

const exempt = (rule: string) => gatewayPolicy(`rules: [${rule}]`, 'exempt');
const deny = (...rules: string[]) =>
  gatewayPolicy(`action: DENY, rules: [${rules.join(', ')}]`, 'deny');

describe('methods beyond those of HTTP/1', () => {
  const lastHop = (...texts: string[]) =>
    assess(
      'in-mesh',
      `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: default}
spec: {jwtRules: [{issuer: "${ISSUER}", jwksUri: "https://keys.example"}]}
`,
      ...texts,
    );
  const policy = (action: string, rules: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: default}
spec: {action: ${action}, rules: [${rules}]}
`;
  const orToken = (operation: string) =>
    policy(
      'ALLOW',
      `{from: [{source: {requestPrincipals: ["*"]}}]}, {to: [{operation: {${operation}}}]}`,
    );

  it.each([
    ['methods: ["get"]', 'get'],
    ['methods: ["QUERY"]', 'QUERY'],
    ['methods: ["X-*"]', expect.stringMatching(/^X-/)],
  ])('are tried where a rule is for {%s}', (operation, method) => {
    const { way, witness, reaches } = lastHop(orToken(operation));
    expect(way.state).toBe('partial');
    expect(witness).toMatchObject({ method, httpVersion: 2 });
    expect(reaches).toBe('yes');
  });

  it('are tried where a DENY leaves one out', () => {
    const rule = `{${WITHOUT_TOKEN}, to: [{operation: {notMethods: ["M-SEARCH"]}}]}`;
    const { way, witness } = lastHop(policy('DENY', rule));
    expect(way.state).toBe('partial');
    expect(witness.method).toBe('M-SEARCH');
  });

  it('say what an asker of a QUERY asks in: Envoy refuses it else', () => {
    const { witness } = lastHop(orToken('methods: ["QUERY"]'));
    expect(witness.headers).toHaveProperty('content-type');
  });

  it.each(['CONNECT', 'A B', 'PUT'])(
    'are no others than can come with a path: %s',
    method => {
      const rule = `{${WITHOUT_TOKEN}, to: [{operation: {notMethods: ["${method}"]}}]}, {to: [{operation: {methods: ["PUT"]}}]}`;
      expect(lastHop(policy('DENY', rule)).way.state).toBe('enforced');
    },
  );

  it('are not known to arrive behind a gateway, which may speak HTTP/1 to the Pod', () => {
    const { way } = assess(
      'gateway',
      GATEWAY,
      `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: default}
spec: {jwtRules: [{issuer: "${ISSUER}", jwksUri: "https://keys.example"}]}
`,
      orToken('methods: ["get"]'),
    );
    expect(way).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('HTTP/1'),
    });
  });
});

describe('paths of a class whose shortest text the proxy changes', () => {
  it('are tried with a dot that is no whole segment', () => {
    const { way, witness, reaches } = atGateway(
      deny(
        `{${WITHOUT_TOKEN}, to: [{operation: {notPaths: ["/files/.*"]}}]}`,
        `{${WITHOUT_TOKEN}, to: [{operation: {notPaths: ["/files/{*}/public"]}}]}`,
      ),
    );
    expect(way.state).toBe('partial');
    expect(witness.path).toMatch(/^\/files\/\.[^/.]+\/public$/);
    expect(reaches).toBe('yes');
  });

  it.each(['BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'])(
    'are tried without a repeated slash: %s',
    normalization => {
      const { way, reaches } = atGateway(
        meshConfig(`pathNormalization: {normalization: ${normalization}}`),
        deny(
          `{${WITHOUT_TOKEN}, to: [{operation: {paths: ["/api/{**}"], notPaths: ["*/health"]}}]}`,
          `{${WITHOUT_TOKEN}, to: [{operation: {paths: ["/api/health"]}}]}`,
          `{${WITHOUT_TOKEN}, to: [{operation: {notPaths: ["/api/{**}"]}}]}`,
        ),
      );
      expect(way.state).toBe('partial');
      expect(reaches).toBe('yes');
    },
  );
});

describe('ports of hosts', () => {
  const toHosts = (field: string, hosts: string) =>
    `{${WITHOUT_TOKEN}, to: [{operation: {${field}: [${hosts}]}}]}`;
  const HOST = 'api.example.com';
  const behind = (...texts: string[]) =>
    assess(
      'gateway',
      gatewayYaml(
        '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}',
      ),
      virtualService(`{${TO_BACKEND}}`, {
        rest: `hosts: [${HOST}], gateways: [gw],`,
      }),
      gatewayAuthentication(),
      ...texts,
    );

  it.each([
    deny(toHosts('hosts', `"${HOST}", "${HOST}:80", "${HOST}:1*"`)),
    deny(toHosts('hosts', '"*.example.com", "*:80", "*:1"')),
  ])('are more than the usual ones and 1', policy => {
    const { way, witness, reaches } = behind(policy);
    expect(way.state).toBe('partial');
    expect(witness.host).toMatch(/^api\.example\.com:\d+$/);
    expect(witness.host).not.toMatch(/:(80|1)$/);
    expect(reaches).toBe('yes');
  });

  it('are for Envoy whatever stands behind the colon', () => {
    const open = exempt('{to: [{operation: {hosts: ["*.public.com"]}}]}');
    const { way, witness, reaches } = behind(REQUIRE_TOKEN, open);
    expect(way.state).toBe('partial');
    expect(witness.host).toMatch(/^api\.example\.com:.*\.public\.com$/);
    expect(reaches).toBe('yes');
  });

  it('are left alone where every one is named', () => {
    const all = deny(toHosts('hosts', `"${HOST}", "${HOST}:*"`));
    expect(behind(all).way.state).toBe('enforced');
  });
});

it('a host in another spelling passes by a route that minds its case, and no policy does', () => {
  const { way, witness, reaches } = assess(
    'gateway',
    gatewayYaml(
      '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}',
    ),
    virtualService(
      `{match: [{authority: {exact: a.example.com}}], directResponse: {status: 200}}, {${TO_BACKEND}}`,
      { rest: 'hosts: ["*.example.com"], gateways: [gw],' },
    ),
    gatewayAuthentication(),
    REQUIRE_TOKEN,
    exempt('{to: [{operation: {hosts: ["a.example.com"]}}]}'),
  );
  expect(way.state).toBe('partial');
  expect(witness.host).toBe('A.EXAMPLE.COM');
  expect(reaches).toBe('yes');
});

describe('callers of other trust domains whose certificates are taken', () => {
  const OF_MESH = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: default}
spec: {action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"], principals: ["cluster.local/*"]}}]}]}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: default}
spec: {jwtRules: [{issuer: "${ISSUER}", jwksUri: "https://keys.example"}]}
`;

  it.each([
    ['an alias', 'trustDomainAliases: [partner]'],
    ['a CA', 'caCertificates: [{pem: x, trustDomains: [partner]}]'],
    ['a CA', 'ca_certificates: [{pem: x, trust_domains: [partner]}]'],
  ])('are tried: by %s', (_, config) => {
    const { way, reaches } = assess('in-mesh', meshConfig(config), OF_MESH);
    expect(way).toMatchObject({
      state: 'partial',
      reason: expect.stringContaining('trust domain partner'),
    });
    expect(reaches).toBe('yes');
  });

  it('are none where the mesh names none', () => {
    expect(assess('in-mesh', meshConfig(''), OF_MESH).way.state).toBe(
      'enforced',
    );
  });

  it('are others for another mesh config', () => {
    const mesh = meshOf([WORKLOADS, meshConfig(''), OF_MESH]);
    const state = () =>
      assessService(mesh, BACKEND).waysIn.map(way => way.state)[0];
    expect(state()).toBe('enforced');
    for (const resource of meshOf([
      meshConfig('caCertificates: [{trustDomains: [partner]}]'),
    ]).list('ConfigMap')) {
      mesh.apply(resource);
    }
    expect(state()).toBe('partial');
  });
});

describe('a header that comes several times', () => {
  const when = (value: string, kind = 'values') =>
    `{key: "request.headers[x-a]", ${kind}: ["${value}"]}`;

  it('is not known to be refused where two checks are met by two values', () => {
    const both = exempt(`{when: [${when('a')}, ${when('b')}]}`);
    const { way } = atGateway(REQUIRE_TOKEN, both);
    expect(way).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('x-a comes several times'),
    });
  });

  it('is tried with as many values as there are checks', () => {
    const rule = `{when: [${when('a')}, ${when('b')}, ${when('c')}]}`;
    expect(atGateway(REQUIRE_TOKEN, exempt(rule)).way.state).toBe('unknown');
  });

  it('may meet a policy that allows by it and none that refuses', () => {
    const { way } = atGateway(
      REQUIRE_TOKEN,
      exempt(`{when: [${when('internal')}]}`),
      deny(`{${WITHOUT_TOKEN}, when: [${when('web', 'notValues')}]}`),
    );
    expect(way.state).toBe('unknown');
  });

  it('meets one of several values of a single check as one does', () => {
    const rule =
      '{when: [{key: "request.headers[x-a]", values: [a, b, c, d, e]}]}';
    const { way } = atGateway(
      gatewayPolicy(
        'action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}]}]',
        'all',
      ),
      exempt(rule),
    );
    expect(way.state).not.toBe('unknown');
  });

  it('makes nothing unknown that is refused however it is compared', () => {
    const { way } = atGateway(
      REQUIRE_TOKEN,
      deny(`{when: [${when('a')}]}`, `{when: [${when('b')}, ${when('c')}]}`),
    );
    expect(way.state).toBe('enforced');
  });
});

it('a gateway without TLS sees no server name', () => {
  const { way } = atGateway(
    REQUIRE_TOKEN,
    exempt('{when: [{key: connection.sni, values: [a.example.com]}]}'),
  );
  expect(way.state).toBe('enforced');
});

describe('addresses of clients, at a workload behind a gateway', () => {
  const policies = (action: string, rule: string) => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: default}
spec: {jwtRules: [{issuer: "${ISSUER}", jwksUri: "https://keys.example", forwardOriginalToken: true}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: default}
spec: {action: ${action}, rules: [${rule}]}
`;

  it('are those that call the gateway', () => {
    const all = policies(
      'ALLOW',
      '{from: [{source: {requestPrincipals: ["*"], notRemoteIpBlocks: [10.0.0.0/8]}}]}',
    );
    expect(assess('gateway', GATEWAY, all).way.state).toBe('enforced');
    const some = policies(
      'DENY',
      '{from: [{source: {notRequestPrincipals: ["*"], notRemoteIpBlocks: [10.0.0.0/8]}}]}',
    );
    const { way, witness, reaches } = assess('gateway', GATEWAY, some);
    expect(way.state).toBe('partial');
    expect(witness.source?.ip).toMatch(/^10\./);
    expect(reaches).toBe('yes');
  });

  it('are not known as addresses of the peer, which is the gateway', () => {
    const peer = policies(
      'DENY',
      '{from: [{source: {notRequestPrincipals: ["*"], notIpBlocks: [10.0.0.0/8]}}]}',
    );
    expect(assess('gateway', GATEWAY, peer).way.state).toBe('unknown');
  });
});
