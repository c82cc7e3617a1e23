import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  connectLab,
  waitForStatus,
  type Answer,
  type Lab,
} from '../../lab/client.ts';
import type { Manifest } from '../../lab/kube.ts';

export const BACKEND_HOST = 'backend.example.com';
/** The neighbour behind the same gateway. */
export const ECHO_HOST = 'echo.example.com';

export const RBAC_DENIED = 'RBAC: access denied';

type Spec = Record<string, unknown>;

const policy =
  (kind: string) =>
  (namespace: string, name: string, spec: Spec, more: object = {}) =>
    ({
      apiVersion: 'security.istio.io/v1',
      kind,
      metadata: { name, namespace, ...more },
      spec,
    } satisfies Manifest);

export const requestAuthentication = policy('RequestAuthentication');
export const authorizationPolicy = policy('AuthorizationPolicy');
export const peerAuthentication = policy('PeerAuthentication');

export const INGRESS_SELECTOR = {
  matchLabels: { istio: 'ingressgateway' },
};

/** By which the shared ingress gateway asks for a token of an issuer. */
export function describeTokenPolicies(jwtRule: Spec): Manifest[] {
  const where = { selector: INGRESS_SELECTOR };
  return [
    requestAuthentication('istio-system', 'sample', {
      ...where,
      jwtRules: [jwtRule],
    }),
    authorizationPolicy('istio-system', 'tokens', {
      ...where,
      rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
    }),
  ];
}

/** A Gateway resource in `default` that opens hosts on the shared ingress gateway's port 80. */
export function ingressGateway(name: string, hosts: string[]): Manifest {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'default' },
    spec: {
      selector: INGRESS_SELECTOR.matchLabels,
      servers: [
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts },
      ],
    },
  };
}

/** A Gateway of the Gateway API on the shared ingress gateway: the proxy that is there, and none that istiod would deploy. */
export function ingressApiGateway(
  name: string,
  listener: object,
  more: object = {},
): Manifest {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'istio-system' },
    spec: {
      gatewayClassName: 'istio',
      addresses: [
        {
          type: 'Hostname',
          value: 'istio-ingressgateway.istio-system.svc.cluster.local',
        },
      ],
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP', ...listener }],
      ...more,
    },
  };
}

/** The Gateway whose proxies Istio would deploy; the lab runs them. */
export const MANAGED_GATEWAY: Manifest = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'backend-api', namespace: 'default' },
  spec: {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  },
};

/** A VirtualService in `default` that sends all of `host` on `gateway` to a Service's port 80. */
export function routeTo(
  service: string,
  { name, host, gateway }: { name: string; host: string; gateway: string },
): Manifest {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: 'default' },
    spec: {
      hosts: [host],
      gateways: [gateway],
      http: [
        { route: [{ destination: { host: service, port: { number: 80 } } }] },
      ],
    },
  };
}

/** Mutual TLS everywhere, and two hosts on the shared gateway. */
export function describeBaseMesh(): Manifest[] {
  const route = (name: string) =>
    routeTo(name, { name, host: `${name}.example.com`, gateway: 'shared' });
  return [
    peerAuthentication('istio-system', 'default', { mtls: { mode: 'STRICT' } }),
    ingressGateway('shared', [BACKEND_HOST, ECHO_HOST]),
    route('backend'),
    route('echo'),
  ];
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export interface Harness {
  lab: Lab;
  /** A request to the shared gateway. */
  atGateway(
    host: string,
    options?: {
      token?: string;
      path?: string;
      method?: string;
      headers?: Record<string, string | string[]>;
    },
  ): Promise<Answer>;
  /** A request in the mesh, by `kubectl exec`, over mutual TLS. */
  fromPod(
    pod: string,
    options?: { token?: string; url?: string },
  ): Promise<Answer>;
  apply(...objects: Manifest[]): Promise<void>;
  remove(...objects: Manifest[]): Promise<void>;
  /** Removes what is left of `apply`. */
  cleanUp(): Promise<void>;
  /** A jwtRule of the sample issuer, its key set served by the lab. */
  jwtRule: Spec;
}

export async function openHarness(): Promise<Harness> {
  const lab = await connectLab();
  const applied = new Map<string, Manifest>();
  const keyOf = ({ kind, metadata }: Manifest) =>
    `${kind}/${metadata?.namespace}/${metadata?.name}`;
  const harness: Harness = {
    lab,
    atGateway(host, { token, path = '/', method, headers } = {}) {
      return lab.ask(lab.gateways.ingress, path, {
        host,
        method,
        headers: { ...headers, ...(token ? bearer(token) : {}) },
      });
    },
    fromPod(pod, { token, url = 'http://backend/' } = {}) {
      return lab.askFrom(pod, url, { headers: token ? bearer(token) : {} });
    },
    async apply(...objects) {
      for (const object of objects) applied.set(keyOf(object), object);
      await lab.kube.apply(objects);
    },
    async remove(...objects) {
      await lab.kube.remove(objects);
      for (const object of objects) applied.delete(keyOf(object));
    },
    async cleanUp() {
      await lab.kube.remove([...applied.values()]);
      applied.clear();
    },
    jwtRule: {
      issuer: lab.sample.issuer,
      ...(lab.mode === 'own'
        ? { jwksUri: lab.jwks.uri('sample') }
        : { jwks: JSON.stringify(lab.sample.jwks) }),
    },
  };
  return harness;
}

/**
 * Waits for the configuration: asks until the answer has `status`, three times in a row, and checks
 * the body where one is given.
 */
export async function eventually(
  ask: () => Promise<Answer>,
  status: number,
  body?: string | RegExp,
): Promise<Answer> {
  const answer = await waitForStatus(ask, status, { timeoutMs: 20_000 });
  checkBody(answer, body);
  return answer;
}

/** Longer than istiod takes to tell its proxies. */
const SETTLED_MS = 1_500;

/** Waits for a status that the last change may have made, and sees that no proxy is told of another thereafter. */
export async function settle(
  ask: () => Promise<Answer>,
  status: number,
): Promise<void> {
  await eventually(ask, status);
  await sleep(SETTLED_MS);
  await expectAnswer(ask, status);
}

/** Times of creation are in seconds. */
const NEXT_SECOND_MS = 1_100;

/** Applies one after the other, so that each is younger than the one before. */
export async function applyInTurn(
  h: Harness,
  steps: Manifest[][],
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    if (index > 0) await sleep(NEXT_SECOND_MS);
    await h.apply(...step);
  }
}

/** Policies by which whatever they attach to takes nothing without a token of the sample issuer. */
export const requireTokens = (
  h: Harness,
  namespace: string,
  name: string,
  attachment: Spec,
): Manifest[] => [
  requestAuthentication(namespace, name, {
    ...attachment,
    jwtRules: [h.jwtRule],
  }),
  authorizationPolicy(namespace, name, {
    ...attachment,
    rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
  }),
];

/** Has all callers reach the backend in plain text. */
export const BACKEND_IN_PLAIN_TEXT: Manifest = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'plain-text', namespace: 'default' },
  spec: { host: 'backend', trafficPolicy: { tls: { mode: 'DISABLE' } } },
};

/** For what must hold now that the configuration is known to have arrived. */
export async function expectAnswer(
  ask: () => Promise<Answer>,
  status: number,
  body?: string | RegExp,
): Promise<Answer> {
  const answer = await ask();
  assert.equal(answer.status, status, answer.body.slice(0, 300));
  checkBody(answer, body);
  return answer;
}

function checkBody(answer: Answer, body?: string | RegExp): void {
  if (typeof body === 'string') assert.equal(answer.body, body);
  if (body instanceof RegExp) assert.match(answer.body, body);
}

/** The headers that the workload received, from its answer. */
export function readReceived(answer: Answer): Record<string, string[]> {
  return JSON.parse(answer.body).headers;
}

const hourAgo = () => Math.floor(Date.now() / 1000) - 3600;

export const mintExpired = (lab: Lab): Promise<string> =>
  lab.sample.mint({ exp: hourAgo() });
