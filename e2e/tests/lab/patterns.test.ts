import { after, afterEach, before, describe, test } from 'node:test';
import type { Answer } from '../../lab/client.ts';
import type { Manifest } from '../../lab/kube.ts';
import {
  authorizationPolicy,
  BACKEND_HOST,
  describeBaseMesh,
  ECHO_HOST,
  eventually,
  expectAnswer,
  INGRESS_SELECTOR,
  openHarness,
  RBAC_DENIED,
  requestAuthentication,
  type Harness,
} from './support.ts';

/** On another cluster Istio deploys the gateway itself, at an address that is not known beforehand. */
const ownLabOnly = { skip: Boolean(process.env.LAB_KUBECONFIG) };

/** The four ways to require a token for one service, and what each does to its neighbours. */
describe('patterns of enabling JWT for backend beside echo', () => {
  let h: Harness;
  const issuers = ['testing@secure.istio.io/*'];
  const hosts = [BACKEND_HOST, `${BACKEND_HOST}:*`];
  const authentication = () =>
    requestAuthentication('istio-system', 'enable', {
      selector: INGRESS_SELECTOR,
      jwtRules: [{ ...h.jwtRule, forwardOriginalToken: true }],
    });
  const enable = (spec: object) =>
    authorizationPolicy('istio-system', 'enable', {
      selector: INGRESS_SELECTOR,
      ...spec,
    });
  const backend = (token?: string) => () =>
    h.atGateway(BACKEND_HOST, { token });
  const echo = (token?: string) => () => h.atGateway(ECHO_HOST, { token });

  before(async () => {
    h = await openHarness();
    await h.apply(...describeBaseMesh(), authentication());
    await eventually(backend('junk'), 401);
  });
  afterEach(async () => {
    await h.remove(
      enable({}),
      authorizationPolicy('istio-system', 'neighbour', {}),
    );
    await eventually(backend(), 200);
    await eventually(echo(), 200);
  });
  after(() => h.cleanUp());

  async function expectBackendEnforced() {
    const token = h.lab.sampleToken;
    await eventually(backend(), 403, RBAC_DENIED);
    await expectAnswer(backend(token), 200);
    await expectAnswer(backend('junk'), 401);
  }

  test('A, gateway-wide ALLOW: locks every other host', async () => {
    await h.apply(
      enable({
        rules: [{ from: [{ source: { requestPrincipals: issuers } }] }],
      }),
    );
    await expectBackendEnforced();
    await expectAnswer(echo(), 403, RBAC_DENIED);
    await expectAnswer(echo(h.lab.sampleToken), 200);
  });

  test('B, host-scoped ALLOW: locks the others even for good tokens, unless an ALLOW covers them', async () => {
    await h.apply(
      enable({
        rules: [
          {
            from: [{ source: { requestPrincipals: issuers } }],
            to: [{ operation: { hosts } }],
          },
        ],
      }),
    );
    await expectBackendEnforced();
    await expectAnswer(echo(), 403, RBAC_DENIED);
    await expectAnswer(echo(h.lab.sampleToken), 403, RBAC_DENIED);
    await h.apply(
      authorizationPolicy('istio-system', 'neighbour', {
        selector: INGRESS_SELECTOR,
        rules: [
          { to: [{ operation: { hosts: [ECHO_HOST, `${ECHO_HOST}:*`] } }] },
        ],
      }),
    );
    await eventually(echo(), 200);
    await expectBackendEnforced();
  });

  test('C, host-scoped DENY: others untouched, beats a sibling ALLOW, exempt paths and preflights pass', async () => {
    await h.apply(
      enable({
        action: 'DENY',
        rules: [
          {
            from: [{ source: { notRequestPrincipals: issuers } }],
            to: [
              {
                operation: {
                  hosts,
                  ports: ['8080'],
                  notPaths: ['/healthz'],
                  notMethods: ['OPTIONS'],
                },
              },
            ],
          },
          {
            from: [{ source: { notRequestPrincipals: issuers } }],
            to: [
              { operation: { hosts, ports: ['8080'], methods: ['OPTIONS'] } },
            ],
            when: [
              {
                key: 'request.headers[access-control-request-method]',
                notValues: ['*'],
              },
            ],
          },
        ],
      }),
    );
    await expectBackendEnforced();
    await expectAnswer(echo(), 200);
    await expectAnswer(echo(h.lab.sampleToken), 200);
    await expectAnswer(
      () => h.atGateway(`${BACKEND_HOST}:8080`),
      403,
      RBAC_DENIED,
    );
    await expectAnswer(
      () => h.atGateway(BACKEND_HOST, { path: '/healthz' }),
      200,
    );
    await expectAnswer(
      () => h.atGateway(BACKEND_HOST, { method: 'OPTIONS' }),
      403,
      RBAC_DENIED,
    );
    await expectAnswer(
      () =>
        h.atGateway(BACKEND_HOST, {
          method: 'OPTIONS',
          headers: {
            origin: 'https://shop.example',
            'access-control-request-method': 'GET',
          },
        }),
      200,
    );
    await h.apply(
      authorizationPolicy('istio-system', 'neighbour', {
        selector: INGRESS_SELECTOR,
        rules: [{}],
      }),
    );
    await expectBackendEnforced();
  });

  test('C: a token of another issuer in use at the neighbour is refused by the RequestAuthentication', async () => {
    await h.apply(
      enable({
        action: 'DENY',
        rules: [
          {
            from: [{ source: { notRequestPrincipals: issuers } }],
            to: [{ operation: { hosts } }],
          },
        ],
      }),
    );
    await expectBackendEnforced();
    await expectAnswer(echo('opaque-token-of-another-system'), 401);
  });

  describe(
    'D, targetRefs on a Gateway of the service itself',
    ownLabOnly,
    () => {
      const gatewayApi: Manifest[] = [
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'Gateway',
          metadata: { name: 'backend-api', namespace: 'default' },
          spec: {
            gatewayClassName: 'istio',
            listeners: [
              {
                name: 'http',
                port: 80,
                protocol: 'HTTP',
                allowedRoutes: { namespaces: { from: 'Same' } },
              },
            ],
          },
        },
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          metadata: { name: 'backend', namespace: 'default' },
          spec: {
            parentRefs: [{ name: 'backend-api' }],
            hostnames: [BACKEND_HOST],
            rules: [{ backendRefs: [{ name: 'backend', port: 80 }] }],
          },
        },
      ];
      const targetRefs = [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: 'backend-api',
        },
      ];
      const own = (token?: string) => (): Promise<Answer> =>
        h.lab.ask(h.lab.gateways.gatewayApi, '/', {
          host: BACKEND_HOST,
          headers: token ? { authorization: `Bearer ${token}` } : {},
        });
      const requirement = {
        from: [{ source: { requestPrincipals: issuers } }],
      };

      before(async () => {
        await h.apply(...gatewayApi);
        await eventually(own(), 200);
      });

      test('the own gateway requires a token, the shared one and its hosts are untouched', async () => {
        await h.apply(
          requestAuthentication('default', 'own', {
            targetRefs,
            jwtRules: [h.jwtRule],
          }),
          authorizationPolicy('default', 'own', {
            targetRefs,
            rules: [requirement],
          }),
        );
        await eventually(own(), 403, RBAC_DENIED);
        await eventually(own(h.lab.sampleToken), 200);
        await expectAnswer(own('junk'), 401);
        await expectAnswer(backend(), 200);
        await expectAnswer(echo(), 200);
      });

      test('a selector works on it as well, a policy with targetRefs not on a classic gateway', async () => {
        await h.remove(authorizationPolicy('default', 'own', {}));
        await eventually(own(), 200);
        await h.apply(
          authorizationPolicy('default', 'own-by-selector', {
            selector: {
              matchLabels: {
                'gateway.networking.k8s.io/gateway-name': 'backend-api',
              },
            },
            rules: [requirement],
          }),
        );
        await eventually(own(), 403, RBAC_DENIED);
        await expectAnswer(backend(), 200);
      });
    },
  );
});
