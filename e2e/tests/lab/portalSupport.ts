import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import type {
  EnablementApi,
  Operation,
} from '../../lab/portal/EnablementApi.ts';
import {
  PortalBackend,
  type PortalBackendOptions,
} from '../../lab/portal/PortalBackend.ts';
import { waitFor } from '../../lab/wait.ts';
import {
  BACKEND_HOST,
  ECHO_HOST,
  eventually,
  ingressGateway,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  routeTo,
  type Harness,
} from './support.ts';

/** Hosts of others behind the gateway that the service shares with them. */
export const NEIGHBOURS = [
  ECHO_HOST,
  ...['one', 'two', 'three'].map(name => `${name}.example.com`),
];

export function describeSharedGateway(): Manifest[] {
  return [
    peerAuthentication('istio-system', 'default', { mtls: { mode: 'STRICT' } }),
    ingressGateway('shared', [BACKEND_HOST, ...NEIGHBOURS]),
    routeTo('backend', {
      name: 'backend',
      host: BACKEND_HOST,
      gateway: 'shared',
    }),
    ...NEIGHBOURS.map((host, index) =>
      routeTo('echo', { name: `neighbour-${index}`, host, gateway: 'shared' }),
    ),
  ];
}

/** The shared gateway, once it answers for each of its hosts. */
export async function openSharedGateway(h: Harness): Promise<void> {
  await h.apply(...describeSharedGateway());
  await Promise.all(
    [BACKEND_HOST, ...NEIGHBOURS].map(host =>
      eventually(() => h.atGateway(host), 200),
    ),
  );
}

/** Of the service alone, behind a Gateway of its own. */
export const OWN_HOST = 'own.example.com';

export function describeOwnGateway(): Manifest[] {
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'backend-api', namespace: 'default' },
      spec: {
        gatewayClassName: 'istio',
        listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'backend', namespace: 'default' },
      spec: {
        parentRefs: [{ name: 'backend-api' }],
        hostnames: [OWN_HOST],
        rules: [{ backendRefs: [{ name: 'backend', port: 80 }] }],
      },
    },
  ];
}

/** Everything in the cluster that carries the portal's mark. */
export async function listOurs(h: Harness): Promise<Manifest[]> {
  const kinds = ['requestauthentications', 'authorizationpolicies'];
  const lists = await Promise.all(
    kinds.map(plural =>
      h.lab.kube.list(
        `/apis/security.istio.io/v1/${plural}?labelSelector=app.kubernetes.io/managed-by=backstage-istio-jwt`,
      ),
    ),
  );
  return lists.flat();
}

/** It is done, and the host of the backend is closed while its neighbours are open. */
export async function expectEnforced(
  h: Harness,
  { phase, outcome }: Operation,
): Promise<void> {
  assert.equal(phase, 'done', outcome);
  assert.equal((await listOurs(h)).length, 2);
  await eventually(() => h.atGateway(BACKEND_HOST), 403, RBAC_DENIED);
  for (const host of NEIGHBOURS) await eventually(() => h.atGateway(host), 200);
}

/** Removes what a failed test may have left, so that the next one begins as if it were the first. */
export async function removeOurs(h: Harness): Promise<void> {
  const left = await listOurs(h);
  await h.lab.kube.remove(
    left.map(({ metadata, spec }) => ({
      apiVersion: 'security.istio.io/v1',
      kind: spec.jwtRules ? 'RequestAuthentication' : 'AuthorizationPolicy',
      metadata: { name: metadata?.name, namespace: metadata?.namespace },
    })),
  );
}

export interface PortalOnLab {
  h: Harness;
  portal: PortalBackend;
}

/** For a suite: the portal's backend beside the lab, and the shared gateway. */
export function usePortal(options: PortalBackendOptions = {}): PortalOnLab {
  const used = {} as PortalOnLab;
  before(async () => {
    used.h = await openHarness();
    await removeOurs(used.h);
    [used.portal] = await Promise.all([
      PortalBackend.start(options),
      openSharedGateway(used.h),
    ]);
  });
  after(async () => {
    await used.portal?.stop();
    await removeOurs(used.h);
    await used.h.cleanUp();
  });
  return used;
}

/** Not on a cluster of somebody else: rights, API server and istiod are changed. */
export const ownLabOnly = { skip: Boolean(process.env.LAB_KUBECONFIG) };

const OVER = ['done', 'rolled-back', 'failed'];

/** Waits until an operation is at a step. @throws Error where it ends before */
export async function waitForStep(
  api: EnablementApi,
  id: string,
  step: string,
): Promise<void> {
  const seen = await waitFor(
    `step ${step}`,
    async () => {
      const { steps, phase, outcome } = await api.get(id);
      if (steps.some(each => each.id === step)) return true;
      // An error would count as "not yet".
      if (OVER.includes(phase)) return `${phase}: ${outcome}`;
      return undefined;
    },
    { everyMs: 50 },
  );
  if (seen !== true) throw new Error(`Over before ${step}: ${seen}`);
}
