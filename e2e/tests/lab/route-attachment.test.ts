import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assessService } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { readMesh } from './planOnLab.ts';
import {
  eventually,
  ingressApiGateway,
  openHarness,
  peerAuthentication,
  settle,
  type Harness,
} from './support.ts';

const HOST = 'attached.example.com';
const GROUP = 'gateway.networking.k8s.io';
const SERVICE = { namespace: 'default', name: 'backend' };
const GATEWAY = { name: 'attaching', namespace: 'istio-system' };

/** What a case changes of a Gateway in the root namespace, a route in another and a Service in a third. */
interface Case {
  listener?: object;
  parent?: object;
  hostnames?: string[];
  backend?: object;
  /** Of the Service's namespace by default; null for none. */
  grant?: { namespace?: string; from?: object; to?: object } | null;
}

const allow = (namespaces: object, more: object = {}): Case => ({
  listener: { allowedRoutes: { namespaces, ...more } },
});
const select = (key: string, value: string): Case =>
  allow({ from: 'Selector', selector: { matchLabels: { [key]: value } } });
const from = (change: object): Case => ({ grant: { from: change } });
const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * Whether requests reach the Service. None has a listener for other kinds of routes alone: istiod does not see that
 * nothing but its kinds changed, and what was bound before stays bound.
 */
const CASES: Record<string, [reaches: boolean, Case]> = {
  'a grant and a listener for all': [true, {}],
  'no grant': [false, { grant: null }],
  'a grant of another namespace': [false, { grant: { namespace: 'ambient' } }],
  'a grant from another namespace': [false, from({ namespace: 'default' })],
  'a grant from another kind': [false, from({ kind: 'GRPCRoute' })],
  'a grant to this Service': [true, { grant: { to: { name: 'backend' } } }],
  'a grant to another Service': [false, { grant: { to: { name: 'echo' } } }],
  'a listener for its own namespace': [false, allow({ from: 'Same' })],
  'a listener that does not say for whom': [
    false,
    { listener: { allowedRoutes: {} } },
  ],
  'a listener for the name of the namespace': [
    true,
    select(NAME_LABEL, 'ambient'),
  ],
  'a listener for the name of another': [false, select(NAME_LABEL, 'default')],
  'a listener for a label that is not there': [false, select('team', 'shop')],
  'a listener for this kind': [
    true,
    allow({ from: 'All' }, { kinds: [{ kind: 'HTTPRoute' }] }),
  ],
  'a listener of a wildcard': [
    true,
    { listener: { hostname: '*.example.com' } },
  ],
  'a listener of another host': [
    false,
    { listener: { hostname: 'other.example.com' } },
  ],
  'a route of the wildcard of a listener’s host': [
    true,
    { listener: { hostname: HOST }, hostnames: ['*.example.com'] },
  ],
  'a route without hosts': [true, { hostnames: [] }],
  'its listener by name': [true, { parent: { sectionName: 'http' } }],
  'another listener by name': [false, { parent: { sectionName: 'other' } }],
  'its listener by port': [true, { parent: { port: 80 } }],
  'another listener by port': [false, { parent: { port: 81 } }],
  'a Gateway of the route’s own namespace': [
    false,
    { parent: { namespace: 'ambient' } },
  ],
  'a backend without weight': [false, { backend: { weight: 0 } }],
  'a backend port that is not there': [false, { backend: { port: 81 } }],
};

describe('a route of the Gateway API reaches a Service by', () => {
  let h: Harness;
  const ask = () => h.atGateway(HOST);

  function describeCase(change: Case): Manifest[] {
    const { listener, parent, backend, hostnames = [HOST] } = change;
    return [
      ingressApiGateway(GATEWAY.name, {
        allowedRoutes: { namespaces: { from: 'All' } },
        ...listener,
      }),
      {
        apiVersion: `${GROUP}/v1`,
        kind: 'HTTPRoute',
        metadata: { name: 'attached', namespace: 'ambient' },
        spec: {
          parentRefs: [{ ...GATEWAY, ...parent }],
          hostnames,
          rules: [{ backendRefs: [{ ...SERVICE, port: 80, ...backend }] }],
        },
      },
    ];
  }

  function describeGrant({ grant = {} }: Case): Manifest[] {
    if (grant === null) return [];
    return [
      {
        apiVersion: `${GROUP}/v1beta1`,
        kind: 'ReferenceGrant',
        metadata: { name: 'attached', namespace: grant.namespace ?? 'default' },
        spec: {
          from: [
            {
              group: GROUP,
              kind: 'HTTPRoute',
              namespace: 'ambient',
              ...grant.from,
            },
          ],
          to: [{ group: '', kind: 'Service', ...grant.to }],
        },
      },
    ];
  }

  async function judge() {
    const mesh = await readMesh(h.lab.kube);
    return assessService(mesh, SERVICE).waysIn.filter(
      ({ gateway, state }) =>
        gateway?.name === GATEWAY.name && state === 'open',
    ).length;
  }

  async function check(reaches: boolean, change: Case) {
    // From the other answer, so that the change itself is seen.
    const start: Case = reaches ? { grant: null } : {};
    await h.remove(...describeGrant({}), ...describeGrant(change));
    await h.apply(...describeCase(start), ...describeGrant(start));
    await eventually(ask, reaches ? 500 : 200);
    await h.apply(...describeCase(change));
    await h.remove(...describeGrant(start));
    const grant = describeGrant(change);
    if (grant.length > 0) await h.apply(...grant);
    await settle(
      async () => {
        const answer = await ask();
        return answer.status < 400 ? answer : { ...answer, status: 500 };
      },
      reaches ? 200 : 500,
    );
    assert.equal(await judge(), reaches ? 1 : 0);
  }

  before(async () => {
    h = await openHarness();
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
    );
  });
  after(() => h.cleanUp());

  for (const [label, [reaches, change]] of Object.entries(CASES)) {
    test(`${label}: ${reaches ? 'yes' : 'no'}`, () => check(reaches, change));
  }
});
