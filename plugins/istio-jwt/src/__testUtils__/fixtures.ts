import { Entity } from '@backstage/catalog-model';
import {
  ClusterFreshness,
  digestEntityRef,
  EntityStatus,
  Observation,
  ProbeRun,
  ServiceStatus,
  WayInStatus,
} from 'backstage-plugin-istio-jwt-common';

export const entity: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'shop',
    namespace: 'default',
    annotations: { 'backstage.io/kubernetes-id': 'shop' },
  },
  spec: { type: 'service', owner: 'team', lifecycle: 'production' },
};

export const ENTITY_REF = 'component:default/shop';
/** As signals say it. */
export const ENTITY_DIGEST = digestEntityRef(ENTITY_REF);

export function buildWayIn(overrides: Partial<WayInStatus> = {}): WayInStatus {
  const state = overrides.state ?? 'enforced';
  return {
    id: 'gw-1',
    kind: 'gateway',
    host: 'shop.example',
    port: 80,
    protocol: 'http',
    paths: ['/api/*'],
    gateway: { kind: 'Gateway', namespace: 'edge', name: 'public' },
    route: { kind: 'VirtualService', namespace: 'shop', name: 'shop-routes' },
    hops: [
      {
        proxy: {
          kind: 'gateway',
          namespace: 'istio-system',
          name: 'istio-ingressgateway',
          labels: {},
        },
        port: 8080,
        protocol: 'http',
        policies: [
          {
            ref: {
              kind: 'RequestAuthentication',
              namespace: 'istio-system',
              name: 'ingress-jwt',
            },
            by: 'selector',
          },
          {
            ref: {
              kind: 'AuthorizationPolicy',
              namespace: 'istio-system',
              name: 'require-jwt',
            },
            by: 'selector',
            action: 'ALLOW',
            dryRun: true,
          },
        ],
      },
      {
        proxy: { kind: 'sidecar', namespace: 'shop', name: 'shop', labels: {} },
        port: 8081,
        protocol: 'http',
        policies: [],
      },
    ],
    destination: { namespace: 'shop', name: 'shop', port: 80 },
    verdict: state,
    reason: 'Every request needs a valid token.',
    exposures: [],
    issuers: [],
    ...overrides,
    state,
  };
}

export function buildService(
  overrides: Partial<ServiceStatus> = {},
): ServiceStatus {
  const state = overrides.state ?? 'enforced';
  return {
    cluster: 'main',
    namespace: 'shop',
    name: 'shop',
    reason: 'Every way in needs a valid token.',
    waysIn: [buildWayIn({ state })],
    issuers: [
      {
        issuer: 'https://login.example',
        audiences: ['shop'],
        jwks: { kind: 'uri', uri: 'https://login.example/jwks' },
        forwardOriginalToken: false,
        requestAuthentication: {
          kind: 'RequestAuthentication',
          namespace: 'istio-system',
          name: 'ingress-jwt',
        },
      },
    ],
    findings: [],
    ...overrides,
    state,
  };
}

export function buildFreshness(
  overrides: Partial<ClusterFreshness> = {},
): ClusterFreshness {
  return {
    cluster: 'main',
    sandbox: false,
    state: { kind: 'synced' },
    missingKinds: [],
    ...overrides,
  };
}

export function buildStatus(
  overrides: Partial<EntityStatus> = {},
): EntityStatus {
  const services = overrides.services ?? [
    buildService({ state: overrides.state }),
  ];
  return {
    entityRef: ENTITY_REF,
    revision: 'r1',
    state: services[0]?.state ?? 'unknown',
    reason: services[0]?.reason ?? 'Nothing is known yet.',
    policies: [],
    issuerHealth: [],
    problems: [],
    freshness: [buildFreshness()],
    generatedAt: new Date().toISOString(),
    canRunProbes: true,
    ...overrides,
    services,
  };
}

export function buildObservation(
  overrides: Partial<Observation> = {},
): Observation {
  return {
    vector: 'no-token',
    title: 'No token',
    wayInId: 'gw-1',
    service: { cluster: 'main', namespace: 'shop', name: 'shop' },
    request: { method: 'GET', host: 'shop.example', path: '/api/' },
    expected: {
      status: [403],
      body: 'RBAC: access denied',
      why: 'No ALLOW rule matches.',
    },
    observed: {
      kind: 'answer',
      status: 403,
      body: 'RBAC: access denied',
      durationMs: 12,
    },
    result: 'agrees',
    at: new Date().toISOString(),
    ...overrides,
  };
}

export function buildRun(overrides: Partial<ProbeRun> = {}): ProbeRun {
  return {
    id: 'run-1',
    entityRef: ENTITY_REF,
    status: 'done',
    startedAt: new Date(Date.now() - 5000).toISOString(),
    finishedAt: new Date(Date.now() - 1000).toISOString(),
    total: 1,
    observations: [buildObservation()],
    targets: [
      {
        wayInId: 'gw-1',
        service: { cluster: 'main', namespace: 'shop', name: 'shop' },
        address: '10.0.0.1:30080',
        tried: ['10.0.0.1:30080 (NodePort): connected'],
      },
    ],
    startedBy: 'user:default/guest',
    ...overrides,
  };
}
