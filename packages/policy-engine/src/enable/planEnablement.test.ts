import {
  assessService,
  EnablementPlan,
  EnablementRequest,
  Mesh,
  planEnablement,
  PlannedEnablement,
  RefusedEnablement,
} from '..';
import { gatewayYaml, to, virtualService } from '../__testUtils__/gateways';
import { gateway, HTTP, route, TO_BACKEND } from '../__testUtils__/gatewayApi';
import { BACKEND_JWT, WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, ISSUER, meshOf } from '../__testUtils__/mesh';

const BACKEND = { namespace: 'default', name: 'backend' };
const HOST = 'backend.example.com';
const NEIGHBOUR_HOST = 'frontend.example.com';

const BACKEND_ROUTE = virtualService(`{${to('backend')}}`, {
  name: 'backend',
  rest: `hosts: [${HOST}], gateways: [gw],`,
});
const NEIGHBOUR_ROUTE = virtualService(`{${to('frontend')}}`, {
  name: 'frontend',
  rest: `hosts: [${NEIGHBOUR_HOST}], gateways: [gw],`,
});
const SHARED = [WORKLOADS, gatewayYaml(), BACKEND_ROUTE, NEIGHBOUR_ROUTE];

const gatewayPolicy = (name: string, rules: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: istio-system}
spec: {selector: {matchLabels: {istio: ingressgateway}}, action: ALLOW, rules: [${rules}]}
`;

function waysIn(mesh: Mesh, kind: 'gateway' | 'in-mesh'): string[] {
  return assessService(mesh, BACKEND)
    .waysIn.filter(wayIn => wayIn.kind === kind)
    .map(({ id }) => id);
}

function plan(
  mesh: Mesh,
  overrides: Partial<EnablementRequest> = {},
): EnablementPlan {
  return planEnablement(mesh, {
    service: BACKEND,
    waysIn: waysIn(mesh, 'gateway'),
    issuer: {
      issuer: ISSUER,
      jwksUri: 'https://issuer.example.com/keys',
      audiences: ['backend'],
    },
    exemptPaths: [],
    preflights: 'let-through',
    naming: { name: 'backend-jwt-ours', labels: { 'istio-jwt/by': 'us' } },
    ...overrides,
  });
}

function planned(
  mesh: Mesh,
  overrides: Partial<EnablementRequest> = {},
): PlannedEnablement {
  const result = plan(mesh, overrides);
  if (result.kind !== 'planned') throw new Error(JSON.stringify(result));
  return result;
}

function refused(
  mesh: Mesh,
  overrides: Partial<EnablementRequest> = {},
): RefusedEnablement {
  const result = plan(mesh, overrides);
  if (result.kind !== 'refused') throw new Error(result.pattern);
  return result;
}

/** State of the chosen ways in once the plan is carried out. */
function carryOut(mesh: Mesh, { changes }: PlannedEnablement): string[] {
  changes.forEach(({ resource }) => mesh.apply(resource));
  return assessService(mesh, BACKEND)
    .waysIn.filter(({ kind }) => kind === 'gateway')
    .map(({ state }) => state);
}

const answerOf = (
  { effects }: PlannedEnablement,
  service: string,
  kind: string,
) =>
  effects
    .find(effect => effect.service.name === service)
    ?.answers.find(answer => answer.kind === kind);

describe('planEnablement on a shared gateway', () => {
  it('denies by host, and changes nothing for the neighbour', () => {
    const mesh = meshOf(SHARED);
    const result = planned(mesh);
    expect(result.pattern).toBe('host-deny');
    expect(result.changes.map(({ step, action }) => [step, action])).toEqual([
      ['request-authentication', 'create'],
      ['authorization-policy', 'create'],
    ]);
    expect(result.changes[1].resource).toMatchObject({
      metadata: { name: 'backend-jwt-ours', namespace: 'istio-system' },
      spec: {
        selector: { matchLabels: { istio: 'ingressgateway' } },
        action: 'DENY',
      },
    });
    expect(answerOf(result, 'backend', 'no-token')).toMatchObject({
      before: '200',
      after: '403 RBAC: access denied',
    });
    expect(answerOf(result, 'backend', 'valid-token')?.after).toBe('200');
    expect(answerOf(result, 'backend', 'preflight')?.after).toBe('200');
    expect(answerOf(result, 'frontend', 'no-token')).toMatchObject({
      before: '200',
      after: '200',
    });
    expect(carryOut(mesh, result)).toEqual(['enforced']);
  });

  it('says why a gateway-wide ALLOW was not taken', () => {
    expect(planned(meshOf(SHARED)).considered).toEqual([
      expect.objectContaining({
        pattern: 'own-gateway',
        verdict: 'not-applicable',
      }),
      expect.objectContaining({
        pattern: 'gateway-wide',
        verdict: 'unsafe',
        reason: expect.stringContaining(NEIGHBOUR_HOST),
      }),
      expect.objectContaining({ pattern: 'host-deny', verdict: 'chosen' }),
      expect.objectContaining({ pattern: 'host-allow', verdict: 'not-needed' }),
    ]);
  });

  it('warns that opaque tokens of neighbours would be refused', () => {
    expect(planned(meshOf(SHARED)).warnings).toEqual(
      expect.arrayContaining([expect.stringContaining(NEIGHBOUR_HOST)]),
    );
    const own = planned(meshOf(SHARED), {
      issuer: {
        issuer: ISSUER,
        jwksUri: 'https://issuer.example.com/keys',
        audiences: ['backend'],
        fromHeaders: [{ name: 'x-backend-token' }],
      },
    });
    expect(own.warnings.join()).not.toContain(NEIGHBOUR_HOST);
  });

  it('keeps exempt paths open, and only those', () => {
    const mesh = meshOf(SHARED);
    const result = planned(mesh, { exemptPaths: ['/healthz', '/public/*'] });
    expect(
      result.effects[0].answers.filter(({ kind }) => kind === 'exempt-path'),
    ).toEqual([
      expect.objectContaining({ after: '200' }),
      expect.objectContaining({ after: '200' }),
    ]);
    expect(carryOut(mesh, result)).toEqual(['partial']);
  });

  it('warns of an exempt prefix, which an encoded slash goes round', () => {
    const ask = (mesh: Mesh) =>
      planned(mesh, {
        exemptPaths: ['/healthz', '/public/*'],
      }).warnings.filter(text => text.includes('%2f'));
    expect(ask(meshOf(SHARED))).toEqual([
      expect.stringContaining('/public/* exempts /public/..%2f'),
    ]);
    const decoding = `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    pathNormalization: {normalization: DECODE_AND_MERGE_SLASHES}
`;
    expect(ask(meshOf([...SHARED, decoding]))).toEqual([]);
  });

  it('leaves the mesh as it was', () => {
    const mesh = meshOf(SHARED);
    const before = JSON.stringify(assessService(mesh, BACKEND));
    const kinds = ['RequestAuthentication', 'AuthorizationPolicy'];
    planned(mesh);
    expect(JSON.stringify(assessService(mesh, BACKEND))).toBe(before);
    expect(kinds.flatMap(kind => mesh.list(kind))).toEqual([]);
  });

  it('refuses tokens of the wrong kind by their claims', () => {
    const mesh = meshOf(SHARED);
    const result = planned(mesh, {
      issuer: {
        issuer: ISSUER,
        jwksUri: 'https://issuer.example.com/keys',
        audiences: ['backend'],
        claims: [{ name: 'tier', values: ['gold'] }],
      },
    });
    expect(answerOf(result, 'backend', 'valid-token')?.after).toBe('200');
    expect(JSON.stringify(result.changes[1].resource.spec)).toContain(
      'request.auth.claims[tier]',
    );
    expect(carryOut(mesh, result)).toEqual(['enforced']);
  });

  it('takes an ALLOW where ALLOW policies cover every other host', () => {
    const covered = gatewayPolicy(
      'others',
      `{to: [{operation: {hosts: ["${NEIGHBOUR_HOST}", "${NEIGHBOUR_HOST}:*"]}}]}`,
    );
    const mesh = meshOf([...SHARED, covered]);
    const result = planned(mesh);
    expect(result.pattern).toBe('host-allow');
    expect(carryOut(mesh, result)).toEqual(['enforced']);
  });

  it('does not admit its tokens to a neighbour that other tokens open', () => {
    const mesh = meshOf([
      ...SHARED,
      gatewayPolicy(
        'others',
        `{to: [{operation: {hosts: ["${NEIGHBOUR_HOST}", "${NEIGHBOUR_HOST}:*"]}}], from: [{source: {requestPrincipals: ["https://other.example.com/*"]}}]}`,
      ),
    ]);
    const { considered, pattern } = planned(mesh);
    expect(pattern).toBe('host-allow');
    expect(considered).toContainEqual(
      expect.objectContaining({
        pattern: 'gateway-wide',
        reason: expect.stringContaining(
          'would be answered 200 instead of 403 RBAC: access denied',
        ),
      }),
    );
  });

  it('takes the whole gateway where it serves the service alone', () => {
    const mesh = meshOf([WORKLOADS, gatewayYaml(), BACKEND_ROUTE]);
    const result = planned(mesh, { exemptPaths: ['/healthz'] });
    expect(result.pattern).toBe('gateway-wide');
    expect(carryOut(mesh, result)).toEqual(['partial']);
  });

  it('uses a RequestAuthentication that trusts the issuer in the same way', () => {
    const mesh = meshOf([
      ...SHARED,
      `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: theirs, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  jwtRules: [{issuer: ${ISSUER}, jwksUri: "https://issuer.example.com/keys", audiences: [backend]}]
`,
    ]);
    expect(planned(mesh).changes.map(({ step }) => step)).toEqual([
      'authorization-policy',
    ]);
  });
});

describe('planEnablement refuses', () => {
  it('a wildcard host on a shared gateway, with what to do', () => {
    const any = virtualService(`{${to('backend')}}`, {
      name: 'backend',
      rest: 'hosts: ["*"], gateways: [gw],',
    });
    const result = refused(
      meshOf([WORKLOADS, gatewayYaml(), any, NEIGHBOUR_ROUTE]),
    );
    expect(result.considered.map(({ verdict }) => verdict)).not.toContain(
      'chosen',
    );
    expect(result.alternatives.join()).toContain('Name the hosts');
  });

  it('a host that another service shares', () => {
    const shared = virtualService(
      `{match: [{uri: {prefix: /f}}], ${to('frontend')}}, {${to('backend')}}`,
      { name: 'both', rest: `hosts: [${HOST}], gateways: [gw],` },
    );
    const result = refused(meshOf([WORKLOADS, gatewayYaml(), shared]));
    expect(result.reason).toContain('default/frontend');
  });

  it('tokens that a neighbour needs and the gateway would not know', () => {
    const neighbourJwt = BACKEND_JWT.replace(/app: backend/g, 'app: frontend')
      .replace(/name: backend/g, 'name: frontend')
      .split(ISSUER)
      .join('https://other.example.com');
    const result = refused(meshOf([...SHARED, neighbourJwt]));
    expect(result.reason).toContain(
      'Valid token of https://other.example.com” would be answered 401',
    );
  });

  it('an issuer that is trusted already with other audiences', () => {
    const mesh = meshOf([
      ...SHARED,
      `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: theirs, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  jwtRules: [{issuer: ${ISSUER}, jwksUri: "https://issuer.example.com/keys"}]
`,
    ]);
    expect(refused(mesh).conflicts).toContainEqual({
      kind: 'RequestAuthentication',
      namespace: 'istio-system',
      name: 'theirs',
    });
  });

  it('to write over what is not ours', () => {
    const mesh = meshOf(SHARED);
    applyYaml(mesh, gatewayPolicy('backend-jwt-ours', '{}'));
    expect(refused(mesh).conflicts).toContainEqual(
      expect.objectContaining({ name: 'backend-jwt-ours' }),
    );
  });

  it('what the cluster would refuse', () => {
    const result = refused(meshOf(SHARED), {
      issuer: { issuer: ISSUER, jwksUri: 'not a uri', audiences: ['a'] },
    });
    expect(result.considered).toContainEqual(
      expect.objectContaining({
        reason: expect.stringContaining('The cluster would refuse it'),
      }),
    );
  });

  it('a way in that is not there (any more), and none', () => {
    const mesh = meshOf(SHARED);
    expect(refused(mesh, { waysIn: ['gone'] }).reason).toContain('gone');
    expect(refused(mesh, { waysIn: [] }).reason).toBe('No way in was chosen.');
  });
});

describe('planEnablement elsewhere', () => {
  it('puts policies on a Gateway of the service’s own', () => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(HTTP),
      route(TO_BACKEND),
      `
apiVersion: v1
kind: Pod
metadata: {name: web-istio-0, namespace: default, labels: {gateway.networking.k8s.io/gateway-name: web}}
spec: {serviceAccountName: web-istio, containers: [{name: istio-proxy}]}
---
apiVersion: v1
kind: Service
metadata: {name: web-istio, namespace: default, labels: {gateway.networking.k8s.io/gateway-name: web}}
spec: {selector: {gateway.networking.k8s.io/gateway-name: web}, ports: [{name: http, port: 80, targetPort: 80}, {name: status-port, port: 15021}]}
`,
    ]);
    const result = planned(mesh);
    expect(result.pattern).toBe('own-gateway');
    expect(result.changes[1].resource.spec).toMatchObject({
      targetRefs: [{ kind: 'Gateway', name: 'web' }],
      action: 'ALLOW',
    });
    expect(carryOut(mesh, result)).toEqual(['enforced']);
  });

  it('protects the workload for callers in the mesh', () => {
    const mesh = meshOf(SHARED);
    const result = plan(mesh, { waysIn: waysIn(mesh, 'in-mesh') });
    // The gateway's way in leads to the same workload, and its callers have no token yet.
    expect(result).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(HOST),
    });
    const alone = meshOf([WORKLOADS]);
    expect(planned(alone, { waysIn: waysIn(alone, 'in-mesh') })).toMatchObject({
      pattern: 'workload',
      changes: [
        {
          resource: { spec: { selector: { matchLabels: { app: 'backend' } } } },
        },
        { resource: { metadata: { namespace: 'default' } } },
      ],
    });
  });
});
