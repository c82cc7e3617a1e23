import {
  Enablement,
  EnablementOptions,
  EnablementServiceOption,
  EnablementStep,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { WayInEffect } from 'istio-jwt-policy-engine';
import { ENTITY_REF } from './fixtures';

export const PLAN_ID = '6f1b8a52-8a0e-4a55-9f35-6f7f6d2b9a01';
export const ENABLEMENT_ID = '0d7a2a6e-5f2b-4a0b-8a2f-0f6f3f2f9c11';

const SERVICE = { cluster: 'main', namespace: 'shop', name: 'shop' };

export function buildServiceOption(
  overrides: Partial<EnablementServiceOption> = {},
): EnablementServiceOption {
  return {
    ...SERVICE,
    sandbox: false,
    waysIn: [
      {
        id: 'gw-1',
        kind: 'gateway',
        host: 'shop.example',
        port: 443,
        protocol: 'https',
        paths: [],
        state: 'open',
        reason: 'No RequestAuthentication reaches the gateway.',
      },
      {
        id: 'mesh-1',
        kind: 'in-mesh',
        host: 'shop.shop.svc.cluster.local',
        port: 80,
        protocol: 'http',
        paths: [],
        state: 'open',
        reason: 'No RequestAuthentication reaches the sidecar.',
      },
      {
        id: 'gw-2',
        kind: 'gateway',
        host: '*',
        port: 9000,
        protocol: 'tcp',
        paths: [],
        state: 'open',
        reason: 'TCP carries no token.',
        disabledReason: 'On a TCP port no token can be given.',
      },
    ],
    gateways: [],
    ports: [{ port: 80, name: 'http' }],
    exemptPaths: [
      {
        path: '/healthz',
        source: 'route',
        reason: 'The kubelet asks for it.',
      },
    ],
    writing: { mode: 'direct' },
    ...overrides,
  };
}

export function buildOptions(
  overrides: Partial<EnablementOptions> = {},
): EnablementOptions {
  return {
    entityRef: ENTITY_REF,
    enabled: true,
    services: [buildServiceOption()],
    issuers: [
      {
        name: 'company',
        issuer: 'https://login.example',
        audiences: ['shop'],
        fromHeaders: [],
        claims: [],
      },
      {
        name: 'partners',
        issuer: 'https://partners.example/',
        audiences: [],
        fromHeaders: [{ name: 'x-partner-token' }],
        claims: [{ name: 'tier', values: ['gold'] }],
      },
    ],
    canCreate: true,
    canApprove: false,
    approvalAbove: 5,
    ...overrides,
  };
}

export function buildEffect(
  overrides: Partial<WayInEffect> & { host?: string } = {},
): WayInEffect {
  const { host = 'shop.example', ...rest } = overrides;
  return {
    service: { namespace: 'shop', name: 'shop' },
    wayIn: { id: 'gw-1', kind: 'gateway', host, port: 443, protocol: 'https' },
    isTarget: true,
    before: 'open',
    after: 'enforced',
    answers: [
      {
        kind: 'no-token',
        title: 'No token',
        request: { port: 8443 },
        before: '200',
        after: '403 RBAC: access denied',
      },
      {
        kind: 'valid-token',
        title: 'Valid token of https://login.example',
        request: { port: 8443 },
        before: '200',
        after: '200',
      },
    ],
    ...rest,
  };
}

export function buildPlan(
  overrides: Partial<PlannedEnablementView> = {},
): PlannedEnablementView {
  return {
    kind: 'planned',
    planId: PLAN_ID,
    entityRef: ENTITY_REF,
    intent: 'enable',
    service: SERVICE,
    pattern: 'host-deny',
    why: 'The gateway is shared: a DENY for these hosts leaves the others as they are.',
    considered: [
      {
        pattern: 'gateway-wide',
        verdict: 'unsafe',
        reason: 'It would lock news.example.',
      },
      { pattern: 'host-deny', verdict: 'chosen', reason: 'It touches nobody.' },
    ],
    changes: [
      {
        step: 'request-authentication',
        action: 'create',
        ref: {
          kind: 'RequestAuthentication',
          namespace: 'istio-system',
          name: 'shop-jwt',
        },
        after: 'kind: RequestAuthentication\nspec:\n  jwtRules: []\n',
        file: 'requestauthentication-shop-jwt.yaml',
      },
      {
        step: 'authorization-policy',
        action: 'update',
        ref: {
          kind: 'AuthorizationPolicy',
          namespace: 'istio-system',
          name: 'shop-jwt',
        },
        before: 'kind: AuthorizationPolicy\nspec:\n  action: AUDIT\n',
        after: 'kind: AuthorizationPolicy\nspec:\n  action: DENY\n',
        file: 'authorizationpolicy-shop-jwt.yaml',
      },
    ],
    effects: [
      buildEffect(),
      buildEffect({
        host: 'news.example',
        service: { namespace: 'news', name: 'news' },
        isTarget: false,
        after: 'open',
        answers: [
          {
            kind: 'not-a-jwt',
            title: 'Bearer credentials that are no JWT',
            request: { port: 8443 },
            before: '200',
            after: '401 Jwt is not in the form',
          },
        ],
      }),
      buildEffect({
        host: 'wiki.example',
        service: { namespace: 'wiki', name: 'wiki' },
        isTarget: false,
        after: 'open',
        answers: [
          {
            kind: 'no-token',
            title: 'No token',
            request: { port: 8443 },
            before: '200',
            after: '200',
          },
        ],
      }),
    ],
    neighbours: 2,
    findings: { opened: [], resolved: [] },
    warnings: ['Make sure that nobody uses opaque tokens.'],
    affected: {
      services: [
        {
          cluster: 'main',
          namespace: 'news',
          name: 'news',
          entityRef: 'component:default/news',
          owners: ['group:default/press'],
          hosts: ['news.example'],
        },
      ],
      others: 1,
      hosts: 2,
    },
    approval: { required: false },
    permissions: ['istio-jwt.enablement.create'],
    writing: { mode: 'direct' },
    commands: ['kubectl apply --server-side -f request-authentication.yaml'],
    snapshot: 's1',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    ...overrides,
  };
}

export function buildStep(
  overrides: Partial<EnablementStep> = {},
): EnablementStep {
  return {
    id: 'apply-request-authentication',
    phase: 'validating',
    title: 'Write the RequestAuthentication',
    status: 'done',
    startedAt: new Date(Date.now() - 8000).toISOString(),
    finishedAt: new Date(Date.now() - 6000).toISOString(),
    evidence: [
      {
        kind: 'object',
        at: new Date(Date.now() - 7000).toISOString(),
        ref: {
          kind: 'RequestAuthentication',
          namespace: 'istio-system',
          name: 'shop-jwt',
        },
        action: 'created',
        resourceVersion: '42',
      },
      {
        kind: 'probe',
        at: new Date(Date.now() - 6500).toISOString(),
        wayInId: 'gw-1',
        host: 'shop.example',
        of: 'target',
        title: 'A junk token',
        method: 'GET',
        path: '/',
        expected: '401',
        observed: '401 Jwt is not in the form',
        result: 'agrees',
      },
    ],
    log: [{ at: new Date().toISOString(), message: 'Written.' }],
    ...overrides,
  };
}

export function buildEnablement(
  overrides: Partial<Enablement> = {},
): Enablement {
  return {
    id: ENABLEMENT_ID,
    entityRef: ENTITY_REF,
    intent: 'enable',
    service: SERVICE,
    waysIn: [{ id: 'gw-1', host: 'shop.example', port: 443 }],
    issuer: 'company',
    pattern: 'host-deny',
    phase: 'shadowing',
    startedBy: 'user:default/guest',
    cancelRequested: false,
    createdAt: new Date(Date.now() - 9000).toISOString(),
    updatedAt: new Date().toISOString(),
    changes: buildPlan().changes,
    steps: [
      buildStep(),
      buildStep({
        id: 'shadow',
        phase: 'shadowing',
        title: 'Let it run dry',
        status: 'running',
        finishedAt: undefined,
        evidence: [],
        log: [],
      }),
    ],
    approval: { required: false },
    canCancel: true,
    canApprove: false,
    canEnforce: false,
    ...overrides,
  };
}
