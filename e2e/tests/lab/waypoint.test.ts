import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assessService } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { describeService } from '../../lab/topology/objects.ts';
import { REPORTS } from '../../lab/topology/workloads.ts';
import { readMesh } from './planOnLab.ts';
import {
  authorizationPolicy,
  eventually,
  expectAnswer,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  requestAuthentication,
  type Harness,
} from './support.ts';

const HOST = 'reports.example.com';

/** Reached through the gateway: `istio.io/ingress-use-waypoint` sends it by the waypoint. */
describe('a waypoint', { skip: Boolean(process.env.LAB_KUBECONFIG) }, () => {
  let h: Harness;
  const requirement = {
    rules: [
      {
        from: [
          { source: { requestPrincipals: ['testing@secure.istio.io/*'] } },
        ],
      },
    ],
  };
  const selector = {
    matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'waypoint' },
  };
  const byService = [{ group: '', kind: 'Service', name: 'reports' }];
  const byGateway = [
    {
      group: 'gateway.networking.k8s.io',
      kind: 'Gateway',
      name: 'waypoint',
    },
  ];
  const entry: Manifest[] = [
    peerAuthentication('istio-system', 'default', { mtls: { mode: 'STRICT' } }),
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'reports', namespace: 'ambient' },
      spec: {
        selector: { istio: 'ingressgateway' },
        servers: [
          {
            port: { number: 80, name: 'http', protocol: 'HTTP' },
            hosts: [HOST],
          },
        ],
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'reports', namespace: 'ambient' },
      spec: {
        hosts: [HOST],
        gateways: ['reports'],
        http: [
          {
            route: [
              {
                destination: {
                  host: 'reports.ambient.svc.cluster.local',
                  port: { number: 80 },
                },
              },
            ],
          },
        ],
      },
    },
  ];
  const ask = (token?: string) => () => h.atGateway(HOST, { token });

  before(async () => {
    h = await openHarness();
    await h.lab.restartIstiod({ ambient: true });
    await h.apply(...entry);
    await eventually(ask(), 200);
  });
  after(async () => {
    await h.cleanUp();
    await h.lab.restartIstiod();
  });

  test('enforces policies with targetRefs to a Service', async () => {
    await h.apply(
      requestAuthentication('ambient', 'reports', {
        targetRefs: byService,
        jwtRules: [h.jwtRule],
      }),
      authorizationPolicy('ambient', 'reports', {
        targetRefs: byService,
        ...requirement,
      }),
    );
    await eventually(ask(), 403, RBAC_DENIED);
    await eventually(ask(h.lab.sampleToken), 200);
    await expectAnswer(ask('junk'), 401);
  });

  test('ignores a policy with a selector, even one that fits its labels', async () => {
    await h.remove(authorizationPolicy('ambient', 'reports', {}));
    await eventually(ask(), 200);
    await h.apply(
      authorizationPolicy('ambient', 'by-selector', {
        selector,
        action: 'DENY',
        rules: [{}],
      }),
      // Policies are read in order: whoever has the second has had the first.
      authorizationPolicy('ambient', 'reports', {
        targetRefs: byService,
        ...requirement,
      }),
    );
    await eventually(ask(), 403, RBAC_DENIED);
    await expectAnswer(ask(h.lab.sampleToken), 200);
    await h.remove(authorizationPolicy('ambient', 'by-selector', {}));
  });

  test('enforces policies with targetRefs to its Gateway', async () => {
    await h.remove(authorizationPolicy('ambient', 'reports', {}));
    await eventually(ask(), 200);
    await h.apply(
      authorizationPolicy('ambient', 'by-gateway', {
        targetRefs: byGateway,
        ...requirement,
      }),
    );
    await eventually(ask(), 403, RBAC_DENIED);
    await eventually(ask(h.lab.sampleToken), 200);
    await h.remove(authorizationPolicy('ambient', 'by-gateway', {}));
    await eventually(ask(), 200);
  });

  test('is passed by another Service of the same Pods, for which no policy is', async () => {
    const old = 'reports-old';
    const oldHost = `${old}.example.com`;
    const [, gateway, route] = entry;
    await h.apply(
      ...describeService(REPORTS, h.lab.state.subnet, { service: old }),
      {
        ...gateway,
        metadata: { ...gateway.metadata, name: old },
        spec: {
          ...gateway.spec,
          servers: [{ ...gateway.spec.servers[0], hosts: [oldHost] }],
        },
      },
      {
        ...route,
        metadata: { ...route.metadata, name: old },
        spec: {
          hosts: [oldHost],
          gateways: [old],
          http: [
            {
              route: [
                {
                  destination: {
                    host: `${old}.ambient.svc.cluster.local`,
                    port: { number: 80 },
                  },
                },
              ],
            },
          ],
        },
      },
      authorizationPolicy('ambient', 'reports', {
        targetRefs: byService,
        ...requirement,
      }),
    );
    await eventually(ask(), 403, RBAC_DENIED);
    await eventually(() => h.atGateway(oldHost), 200);
    const mesh = await readMesh(h.lab.kube);
    const { findings } = assessService(mesh, {
      namespace: 'ambient',
      name: 'reports',
    });
    assert.ok(findings.some(({ id }) => id === 'same-pods'));
  });

  test('is passed by where the Service does not ask the gateway to use it', async () => {
    const service = (use: string): Manifest => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'reports',
        namespace: 'ambient',
        labels: {
          'istio.io/use-waypoint': 'waypoint',
          'istio.io/ingress-use-waypoint': use,
        },
      },
      spec: {
        type: 'ClusterIP',
        selector: { app: 'reports' },
        ports: [{ name: 'http', port: 80, targetPort: 8080 }],
      },
    });
    await h.apply(
      authorizationPolicy('ambient', 'reports', {
        targetRefs: byService,
        ...requirement,
      }),
    );
    await eventually(ask(), 403, RBAC_DENIED);
    try {
      await h.lab.kube.apply(service('false'));
      await eventually(ask(), 200);
    } finally {
      await h.lab.kube.apply(service('true'));
    }
    await eventually(ask(), 403, RBAC_DENIED);
  });
});
