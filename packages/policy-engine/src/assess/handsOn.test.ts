import { assessService, decideWayIn, Mesh, WayInAssessment } from '..';
import {
  ALLOW_FRONTEND,
  BACKEND_JWT,
  GATEWAY,
  INGRESS_POLICY,
  ingressAuthentication,
  WORKLOADS,
} from '../__testUtils__/handsOn';
import { applyYaml, meshOf, token } from '../__testUtils__/mesh';

const BACKEND = { namespace: 'default', name: 'backend' };

function wayIn(mesh: Mesh, kind: WayInAssessment['kind']): WayInAssessment {
  const found = assessService(mesh, BACKEND).waysIn.filter(
    way => way.kind === kind,
  );
  expect(found).toHaveLength(1);
  return found[0];
}

describe('the hands-on case', () => {
  it('is open while only mutual TLS and an ALLOW on the caller protect it', () => {
    const mesh = meshOf([WORKLOADS, ALLOW_FRONTEND]);
    expect(wayIn(mesh, 'in-mesh')).toMatchObject({
      state: 'open',
      issuers: [],
    });
  });

  it('is partial after step 1: the sibling ALLOW admits the frontend without a token', () => {
    const mesh = meshOf([WORKLOADS, ALLOW_FRONTEND, BACKEND_JWT]);
    const inMesh = wayIn(mesh, 'in-mesh');
    expect(inMesh.state).toBe('partial');
    expect(inMesh.exposures).toHaveLength(1);
    const [exposure] = inMesh.exposures;
    expect(exposure.witness.source?.principal).toBe(
      'cluster.local/ns/default/sa/frontend',
    );
    expect(exposure.witness.tokens ?? []).toEqual([]);
    expect(exposure.admittedBy?.name).toBe('backend-allow-frontend');
    expect(decideWayIn(mesh, inMesh, exposure.witness).status).toBe(200);
    expect(inMesh.issuers.map(({ issuer }) => issuer)).toEqual([
      'testing@secure.istio.io',
    ]);
  });

  it('is enforced without the sibling', () => {
    const mesh = meshOf([WORKLOADS, BACKEND_JWT]);
    expect(wayIn(mesh, 'in-mesh').state).toBe('enforced');
  });

  it('answers step 2 as the lab saw it', () => {
    const source = { principal: 'cluster.local/ns/default/sa/frontend' };
    const alone = meshOf([WORKLOADS, BACKEND_JWT]);
    const sibling = meshOf([WORKLOADS, BACKEND_JWT, ALLOW_FRONTEND]);
    const ask = (mesh: Mesh, tokens: ReturnType<typeof token>[]) =>
      decideWayIn(mesh, wayIn(mesh, 'in-mesh'), {
        port: 8080,
        host: 'backend',
        source,
        tokens,
      });
    expect(ask(alone, [])).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
    });
    expect(ask(sibling, []).status).toBe(200);
    for (const mesh of [alone, sibling]) {
      expect(ask(mesh, [token()]).status).toBe(200);
      expect(ask(mesh, [token({}, 'bad-signature')])).toMatchObject({
        status: 401,
        body: 'Jwt verification fails',
      });
    }
  });

  it('is open through the gateway of step 3 while nothing looks at tokens', () => {
    const mesh = meshOf([WORKLOADS, GATEWAY]);
    expect(wayIn(mesh, 'gateway')).toMatchObject({
      state: 'open',
      host: '*',
      port: 80,
      protocol: 'http',
    });
  });

  it('is enforced through the gateway after step 4', () => {
    const mesh = meshOf([WORKLOADS, GATEWAY]);
    applyYaml(mesh, ingressAuthentication(false));
    expect(wayIn(mesh, 'gateway').state).toBe('validated-only');
    applyYaml(mesh, INGRESS_POLICY);
    const gateway = wayIn(mesh, 'gateway');
    expect(gateway).toMatchObject({ state: 'enforced', exposures: [] });
    const ask = (tokens: ReturnType<typeof token>[]) =>
      decideWayIn(mesh, gateway, { port: 8080, host: 'any.example', tokens });
    expect(ask([])).toMatchObject({ status: 403, body: 'RBAC: access denied' });
    expect(ask([token()])).toMatchObject({ status: 200, reaches: 'yes' });
  });

  it('with the policies of step 1 in place: enforced by the sidecar, then over-blocked by stripping, then enforced by forwarding', () => {
    const mesh = meshOf([WORKLOADS, ALLOW_FRONTEND, BACKEND_JWT, GATEWAY]);
    expect(wayIn(mesh, 'gateway').state).toBe('enforced');
    applyYaml(mesh, ingressAuthentication(false));
    applyYaml(mesh, INGRESS_POLICY);
    expect(wayIn(mesh, 'gateway').state).toBe('over-blocked');
    applyYaml(mesh, ingressAuthentication(true));
    expect(wayIn(mesh, 'gateway').state).toBe('enforced');
    expect(wayIn(mesh, 'in-mesh').state).toBe('partial');
  });
});
