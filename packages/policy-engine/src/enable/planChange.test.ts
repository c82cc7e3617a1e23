import {
  assessService,
  decideWayIn,
  EnablementRequest,
  Mesh,
  planEnablement,
  PlannedChange,
  ProxyRequest,
} from '..';
import { gatewayYaml, to, virtualService } from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { ISSUER, meshOf } from '../__testUtils__/mesh';
import { refOf } from '../parse';
import { listStages } from './judgeStages';
import { withChanges } from './withChanges';

const BACKEND = { namespace: 'default', name: 'backend' };
const HOST = 'backend.example.com';
const OTHER = 'https://other.example.com';
const SHARED = [
  WORKLOADS,
  gatewayYaml(),
  virtualService(`{${to('backend')}}`, {
    name: 'backend',
    rest: `hosts: [${HOST}], gateways: [gw],`,
  }),
  virtualService(`{${to('frontend')}}`, {
    name: 'frontend',
    rest: `hosts: [frontend.example.com], gateways: [gw],`,
  }),
];

const issuer = (name: string, audiences = ['backend']) => ({
  issuer: name,
  jwksUri: `${name.startsWith('https') ? name : 'https://keys.example.com'}/k`,
  audiences,
});

function requestOf(
  mesh: Mesh,
  overrides: Partial<EnablementRequest> = {},
): EnablementRequest {
  return {
    service: BACKEND,
    waysIn: assessService(mesh, BACKEND)
      .waysIn.filter(({ kind }) => kind === 'gateway')
      .map(({ id }) => id),
    issuer: issuer(ISSUER),
    exemptPaths: ['/healthz'],
    preflights: 'let-through',
    naming: { name: 'ours', labels: { 'istio-jwt/by': 'us' } },
    ...overrides,
  };
}

function planned(mesh: Mesh, request: EnablementRequest) {
  const plan = planEnablement(mesh, request);
  if (plan.kind !== 'planned') throw new Error(JSON.stringify(plan));
  return plan;
}

/** A mesh on which an enablement stands, and what its change comes to. */
function change(
  overrides: Partial<EnablementRequest>,
  first: Partial<EnablementRequest> = {},
) {
  const mesh = meshOf(SHARED);
  const { changes, pattern } = planned(mesh, requestOf(mesh, first));
  changes.forEach(({ resource }) => mesh.apply(resource));
  const plan = planned(
    mesh,
    requestOf(mesh, {
      standing: changes.map(({ resource }) => refOf(resource)),
      pattern,
      ...overrides,
    }),
  );
  return { mesh, plan };
}

const token = (iss: string, aud = 'backend'): ProxyRequest['tokens'] => [
  { in: 'header', validity: 'valid', claims: { iss, sub: 'a', aud } },
];

function statusOf(mesh: Mesh, request: Partial<ProxyRequest>) {
  const [wayIn] = assessService(mesh, BACKEND).waysIn.filter(
    ({ kind }) => kind === 'gateway',
  );
  return decideWayIn(mesh, wayIn, {
    port: wayIn.hops[0].port,
    method: 'GET',
    host: HOST,
    path: '/',
    ...request,
  }).status;
}

/** Answers now, after each write, and at the end. */
function follow(
  mesh: Mesh,
  changes: PlannedChange[],
  request: Partial<ProxyRequest>,
) {
  const end = changes.map(({ resource }) => resource);
  return [[], ...listStages(changes), end].map(stage =>
    withChanges(mesh, stage, () => statusOf(mesh, request)),
  );
}

const passages = (changes: PlannedChange[]) =>
  changes.map(({ resource, action, passage }) => [
    resource.kind,
    action,
    passage?.kind,
  ]);

describe('a plan that changes what stands', () => {
  it('moves to another issuer by way of both, and refuses no token that either accepts', () => {
    const { mesh, plan } = change({ issuer: issuer(OTHER) });
    expect(passages(plan.changes)).toEqual([
      ['RequestAuthentication', 'update', 'between'],
      ['AuthorizationPolicy', 'update', 'between'],
    ]);
    const answers = (request: Partial<ProxyRequest>) =>
      follow(mesh, plan.changes, request);
    expect(answers({})).toEqual([403, 403, 403, 403, 403]);
    expect(answers({ tokens: token(ISSUER) })).toEqual([
      200, 200, 200, 403, 401,
    ]);
    expect(answers({ tokens: token(OTHER) })).toEqual([
      401, 403, 200, 200, 200,
    ]);
    expect(answers({ path: '/healthz' })).toEqual([200, 200, 200, 200, 200]);
    expect(answers({ tokens: token('https://nobody.example') })).toEqual([
      401, 401, 401, 401, 401,
    ]);
    const parting = plan.warnings.find(text => text.includes(ISSUER));
    expect(parting).toContain('passes now and is refused once this is done');
  });

  it('keeps every condition of claims of either side while it goes over', () => {
    const withClaims = (name: string, tier: string) => ({
      ...issuer(name),
      claims: [{ name: 'tier', values: [tier] }],
    });
    const { mesh, plan } = change(
      { issuer: withClaims(OTHER, 'silver') },
      { issuer: withClaims(ISSUER, 'gold') },
    );
    const tiered = (iss: string, tier: string): ProxyRequest['tokens'] => [
      {
        in: 'header',
        validity: 'valid',
        claims: { iss, sub: 'a', aud: 'backend', tier },
      },
    ];
    const answers = (iss: string, tier: string) =>
      follow(mesh, plan.changes, { tokens: tiered(iss, tier) });
    expect(answers(ISSUER, 'gold').slice(0, 3)).toEqual([200, 200, 200]);
    expect(answers(OTHER, 'silver').slice(2)).toEqual([200, 200, 200]);
    for (const [iss, tier] of [
      [ISSUER, 'silver'],
      [OTHER, 'gold'],
    ]) {
      expect(answers(iss, tier)).not.toContain(200);
    }
  });

  it('opens an exempt path at once, closes one at once, and swaps two by way of both', () => {
    const opened = change({ exemptPaths: ['/healthz', '/public/*'] });
    expect(passages(opened.plan.changes)[1][2]).toBe('early');
    const closed = change({ exemptPaths: [] });
    expect(passages(closed.plan.changes)[1][2]).toBe('late');
    const swapped = change({ exemptPaths: ['/public/*'] });
    expect(passages(swapped.plan.changes)[1][2]).toBe('between');
    const answers = (path: string) =>
      follow(swapped.mesh, swapped.plan.changes, { path });
    expect(answers('/healthz')).toEqual([200, 200, 403, 403]);
    expect(answers('/public/x')).toEqual([403, 200, 200, 200]);
    expect(answers('/private')).toEqual([403, 403, 403, 403]);
  });

  it('takes either audience while it goes from one to another', () => {
    const { mesh, plan } = change({ issuer: issuer(ISSUER, ['second']) });
    expect(passages(plan.changes)).toEqual([
      ['RequestAuthentication', 'update', 'between'],
      ['AuthorizationPolicy', 'update', 'late'],
    ]);
    expect(
      follow(mesh, plan.changes, { tokens: token(ISSUER, 'second') }),
    ).toEqual([403, 200, 200, 200]);
    expect(follow(mesh, plan.changes, { tokens: token(ISSUER) })).toEqual([
      200, 200, 200, 403,
    ]);
  });

  it('deletes what is not needed any more once nothing depends on it', () => {
    const mesh = meshOf(SHARED);
    const first = planned(mesh, requestOf(mesh));
    first.changes.forEach(({ resource }) => mesh.apply(resource));
    const [own] = first.changes;
    mesh.apply({
      ...own.resource,
      metadata: { name: 'theirs', namespace: 'istio-system' },
      spec: {
        ...(own.resource.spec as object),
        jwtRules: [{ ...issuer(OTHER), forwardOriginalToken: true }],
      },
    });
    const plan = planned(
      mesh,
      requestOf(mesh, {
        standing: first.changes.map(({ resource }) => refOf(resource)),
        pattern: first.pattern,
        issuer: issuer(OTHER),
      }),
    );
    expect(passages(plan.changes)).toEqual([
      ['RequestAuthentication', 'delete', 'late'],
      ['AuthorizationPolicy', 'update', 'between'],
    ]);
  });

  describe('of policies at the workload, which guard every way in', () => {
    const BY_HAND = `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: by-hand, namespace: default, labels: {istio-jwt/by: us}}
spec: {selector: {matchLabels: {app: backend}}, jwtRules: [{issuer: ${ISSUER}, jwksUri: "https://keys.example.com/k", audiences: [backend]}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: by-hand, namespace: default, labels: {istio-jwt/by: us}}
spec: {selector: {matchLabels: {app: backend}}, rules: [{from: [{source: {requestPrincipals: ["${ISSUER}/*"]}}]}]}
`;
    const STANDING = ['RequestAuthentication', 'AuthorizationPolicy'].map(
      kind => ({ kind, namespace: 'default', name: 'by-hand' }),
    );
    const ofAll = (mesh: Mesh, overrides: Partial<EnablementRequest> = {}) =>
      requestOf(mesh, {
        waysIn: assessService(mesh, BACKEND).waysIn.map(({ id }) => id),
        standing: STANDING,
        ...overrides,
      });

    it('is one plan for those by a gateway and those in the mesh', () => {
      const mesh = meshOf([...SHARED, BY_HAND]);
      const { pattern, changes, effects } = planned(mesh, ofAll(mesh));
      expect(pattern).toBe('workload');
      expect(changes.map(({ resource }) => resource.metadata.name)).toEqual([
        'by-hand',
        'by-hand',
      ]);
      expect(
        effects
          .filter(({ isTarget }) => isTarget)
          .map(({ wayIn }) => wayIn.kind),
      ).toEqual(['gateway', 'in-mesh']);
      const [end] = changes.slice(-1);
      expect(JSON.stringify(end.resource.spec)).toContain('/healthz');
      expect(follow(mesh, changes, {})).toEqual([403, 403, 403, 403]);
    });

    it('is none where some of them stand at the gateway', () => {
      const mesh = meshOf([
        ...SHARED,
        BY_HAND,
        BY_HAND.replaceAll('default', 'istio-system')
          .replaceAll('app: backend', 'istio: ingressgateway')
          .replaceAll('name: by-hand', 'name: at-gateway'),
      ]);
      const standing = [
        ...STANDING,
        ...STANDING.map(({ kind }) => ({
          kind,
          namespace: 'istio-system',
          name: 'at-gateway',
        })),
      ];
      expect(planEnablement(mesh, ofAll(mesh, { standing }))).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining('in different places'),
        alternatives: [expect.stringContaining('adopt those of each place')],
      });
      expect(planEnablement(mesh, ofAll(mesh, { standing: [] }))).toMatchObject(
        { kind: 'refused', alternatives: ['Plan them one after the other.'] },
      );
    });
  });
});
