import { assessService, decideWayIn } from '..';
import { GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import { ISSUER, meshOf } from '../__testUtils__/mesh';
import {
  gatewayAuthentication,
  gatewayPolicy,
  REQUIRE_TOKEN,
} from '../__testUtils__/policies';

const AUTHENTICATION = gatewayAuthentication();
const BACKEND = { namespace: 'default', name: 'backend' };

function gatewayWay(...texts: string[]) {
  const mesh = meshOf([WORKLOADS, GATEWAY, ...texts]);
  const { waysIn } = assessService(mesh, BACKEND);
  const way = waysIn.filter(({ kind }) => kind === 'gateway')[0];
  return { mesh, way };
}

function exempt(operation: string): string {
  return gatewayPolicy(
    `rules: [{to: [{operation: {${operation}}}]}]`,
    'exempt',
  );
}

function workloadPolicy(name: string, spec: string): string {
  const kind = name === 'jwt' ? 'RequestAuthentication' : 'AuthorizationPolicy';
  return `
apiVersion: security.istio.io/v1
kind: ${kind}
metadata: {name: ${name}, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, ${spec}}
`;
}

/** In place of the route of all paths. */
const routesFor = (...matches: string[]) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: backend-vs, namespace: default}
spec:
  hosts: ["*"]
  gateways: [backend-gateway]
  http: [{match: [${matches}], route: [{destination: {host: backend, port: {number: 80}}}]}]
`;

describe('exposures', () => {
  it.each([
    ['methods: [GET], paths: ["/healthz"]', 'GET /healthz from anyone'],
    ['paths: ["/healthz"]', 'any method on /healthz from anyone'],
    ['methods: [GET]', 'GET on any path from anyone'],
  ])('of an exemption for {%s}: %s', (operation, summary) => {
    const { way } = gatewayWay(
      AUTHENTICATION,
      REQUIRE_TOKEN,
      exempt(operation),
    );
    expect(way.state).toBe('partial');
    expect(way.exposures.map(exposure => exposure.summary)).toEqual([summary]);
    expect(way.exposures[0]).toMatchObject({
      everything: false,
      admittedBy: { name: 'exempt' },
    });
  });

  it('find what only a template and a prefix together admit', () => {
    const { way } = gatewayWay(
      AUTHENTICATION,
      gatewayPolicy(
        `action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notPaths: ["/a/b*"]}}]}]`,
        'deny',
      ),
      REQUIRE_TOKEN,
      exempt('paths: ["/a/{*}/c"]'),
    );
    expect(way.state).toBe('partial');
    expect(way.exposures[0].witness.path).toMatch(/^\/a\/b[^/]*\/c$/);
  });

  it('find the caller that only two wildcards together admit', () => {
    const mesh = meshOf([
      WORKLOADS,
      workloadPolicy(
        'jwt',
        'jwtRules: [{issuer: idp, jwksUri: "https://idp/"}]',
      ),
      workloadPolicy(
        'token',
        'rules: [{from: [{source: {requestPrincipals: ["*"]}}, {source: {principals: ["*-api"]}}]}]',
      ),
      workloadPolicy(
        'deny',
        'action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"], notPrincipals: ["cluster.local/ns/team-*"]}}]}]',
      ),
    ]);
    const [way] = assessService(mesh, BACKEND).waysIn;
    expect(way).toMatchObject({ kind: 'in-mesh', state: 'partial' });
    const { witness } = way.exposures[0];
    expect(witness.source?.principal).toMatch(
      /^cluster\.local\/ns\/team-[^/]*\/sa\/[^/]*-api$/,
    );
    expect(decideWayIn(mesh, way, witness).reaches).toBe('yes');
  });

  it('find the addresses between two ranges', () => {
    const { way } = gatewayWay(
      AUTHENTICATION,
      gatewayPolicy(
        'action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"], ipBlocks: ["10.0.0.0/16"]}}, {source: {notRequestPrincipals: ["*"], ipBlocks: ["10.255.0.0/16"]}}, {source: {notRequestPrincipals: ["*"], notIpBlocks: ["10.0.0.0/8"]}}]}]',
      ),
    );
    expect(way.state).toBe('partial');
    expect(way.exposures[0].witness.source?.ip).toMatch(/^10\./);
  });

  it('find a host with the port that a suffix pattern names', () => {
    const { way, mesh } = gatewayWay(
      AUTHENTICATION,
      REQUIRE_TOKEN,
      exempt('hosts: ["*:8443"]'),
    );
    expect(way.state).toBe('partial');
    const { witness } = way.exposures[0];
    expect(witness.host).toMatch(/:8443$/);
    expect(decideWayIn(mesh, way, witness).reaches).toBe('yes');
  });

  it('list a preflight, which does not lower the state', () => {
    const { way } = gatewayWay(
      AUTHENTICATION,
      gatewayPolicy(
        `action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["${ISSUER}/*"]}}], to: [{operation: {notMethods: [OPTIONS]}}]}, {to: [{operation: {methods: [OPTIONS]}}], when: [{key: "request.headers[access-control-request-method]", notValues: ["*"]}]}]`,
      ),
    );
    expect(way.state).toBe('enforced');
    expect(way.exposures).not.toHaveLength(0);
    for (const { witness } of way.exposures) {
      expect(witness.method).toBe('OPTIONS');
      expect(witness.headers).toHaveProperty('access-control-request-method');
    }
  });

  it('take a plain OPTIONS seriously', () => {
    const { way } = gatewayWay(
      AUTHENTICATION,
      gatewayPolicy(
        `action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["${ISSUER}/*"]}}], to: [{operation: {notMethods: [OPTIONS]}}]}]`,
      ),
    );
    expect(way.state).toBe('partial');
  });

  it('know that a claim header cannot be forged at its own proxy', () => {
    const withHeader = gatewayAuthentication(
      `{issuer: ${ISSUER}, jwksUri: "https://k.example", outputClaimToHeaders: [{header: x-sub, claim: sub}]}`,
    );
    const policy = gatewayPolicy(
      'rules: [{when: [{key: "request.headers[x-sub]", values: ["*"]}]}]',
    );
    expect(gatewayWay(withHeader, policy).way.state).toBe('enforced');
    expect(gatewayWay(AUTHENTICATION, policy).way.state).toBe('partial');
  });

  it('are not denied where a route compares by regular expression', () => {
    const routes = (regex: string) => routesFor(`{uri: {regex: "${regex}"}}`);
    const perhaps = gatewayWay(
      AUTHENTICATION,
      REQUIRE_TOKEN,
      exempt('paths: ["/ab*"]'),
      routes('/a[a-z]*z9q'),
    );
    expect(perhaps.way.state).not.toBe('enforced');
    const surely = gatewayWay(
      AUTHENTICATION,
      REQUIRE_TOKEN,
      routes('/a[a-z]*z9q'),
    );
    expect(surely.way.state).toBe('enforced');
  });

  describe('of a Service that has a part of a host', () => {
    const PUBLIC = '{uri: {prefix: /public/}}';
    const REST_CLOSED = gatewayPolicy(
      `action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notPaths: ["/public/*"]}}]}]`,
    );
    const assessWith = (...texts: string[]) => {
      const mesh = meshOf([WORKLOADS, GATEWAY, AUTHENTICATION, ...texts]);
      const { waysIn, findings } = assessService(mesh, BACKEND);
      const [{ state, exposures }] = waysIn.filter(
        ({ kind }) => kind === 'gateway',
      );
      return {
        state,
        summaries: exposures.map(({ summary }) => summary),
        ids: findings.map(({ id }) => id),
      };
    };

    it('are all of it, though the gateway closes what is for others', () => {
      const { state, summaries, ids } = assessWith(
        routesFor(PUBLIC),
        REST_CLOSED,
      );
      expect(state).toBe('validated-only');
      expect(summaries).toEqual(['any method on any path from anyone']);
      expect(ids).not.toContain('preflight-blocked');
    });

    it('are a part of it where the gateway closes another', () => {
      const own = '{uri: {exact: /own}}';
      const both = assessWith(routesFor(PUBLIC, own), REST_CLOSED);
      expect(both.state).toBe('partial');
      expect(both.summaries).toEqual([
        'any method on paths like /public/x from anyone',
      ]);
      expect(both.ids).toContain('preflight-blocked');
    });

    it('are none of it where it is closed', () => {
      const { state, summaries } = assessWith(
        routesFor('{uri: {exact: /own}}'),
        REST_CLOSED,
      );
      expect(state).toBe('enforced');
      expect(summaries).toEqual([]);
    });
  });

  it('are only sampled where there are too many classes, and never said to be none', () => {
    const hosts = Array.from(
      { length: 100 },
      (_, i) => `"h${i}.example.com"`,
    ).join(', ');
    const paths = Array.from({ length: 100 }, (_, i) => `"/p${i}"`).join(', ');
    const rule = (extra: string) =>
      gatewayPolicy(
        `action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {hosts: [${hosts}]}}, {operation: {paths: [${paths}]}}${extra}]}]`,
      );
    const open = gatewayWay(AUTHENTICATION, rule('')).way;
    expect(open.state).toBe('partial');
    const closed = gatewayWay(
      AUTHENTICATION,
      rule(', {operation: {methods: ["*"]}}'),
    ).way;
    expect(closed).toMatchObject({ state: 'unknown', exposures: [] });
    expect(closed.reason).toMatch(/too many/);
  });
});
