import { after, before, describe, test } from 'node:test';
import {
  authorizationPolicy,
  BACKEND_HOST,
  describeBaseMesh,
  eventually,
  expectAnswer,
  INGRESS_SELECTOR,
  ingressGateway,
  openHarness,
  RBAC_DENIED,
  routeTo,
  type Harness,
} from './support.ts';

describe('matching of hosts, ports and paths', () => {
  let h: Harness;
  const deny = (operation: object) =>
    authorizationPolicy('istio-system', 'deny', {
      selector: INGRESS_SELECTOR,
      action: 'DENY',
      rules: [{ to: [{ operation }] }],
    });
  const ask =
    (host: string, path = '/') =>
    () =>
      h.atGateway(host, { path });

  before(async () => {
    h = await openHarness();
    await h.apply(...describeBaseMesh());
    await eventually(ask(BACKEND_HOST), 200);
  });
  after(() => h.cleanUp());

  test('a host without a port does not match the same host with one', async () => {
    await h.apply(deny({ hosts: [BACKEND_HOST] }));
    await eventually(ask(BACKEND_HOST), 403, RBAC_DENIED);
    await expectAnswer(ask('Backend.EXAMPLE.com'), 403, RBAC_DENIED);
    // Routing ignores the port, so this is a way round the policy.
    await expectAnswer(ask(`${BACKEND_HOST}:8081`), 200);
    await expectAnswer(ask(`${BACKEND_HOST}:80`), 200);
  });

  test('host and host:* together close it', async () => {
    await h.apply(deny({ hosts: [BACKEND_HOST, `${BACKEND_HOST}:*`] }));
    await eventually(ask(`${BACKEND_HOST}:8081`), 403, RBAC_DENIED);
    await expectAnswer(ask(BACKEND_HOST), 403, RBAC_DENIED);
    await expectAnswer(ask('echo.example.com'), 200);
  });

  test('a dot at the end escapes the policy and finds no route', async () => {
    await expectAnswer(ask(`${BACKEND_HOST}.`), 404);
  });

  test('a dot at the end escapes the policy where the route takes any host', async () => {
    const wildcard = [
      ingressGateway('wildcard', ['*']),
      routeTo('backend', { name: 'wildcard', host: '*', gateway: 'wildcard' }),
    ];
    await h.apply(...wildcard);
    await eventually(ask(`${BACKEND_HOST}.`), 200);
    await expectAnswer(ask(BACKEND_HOST), 403, RBAC_DENIED);
    await h.remove(...wildcard);
    await eventually(ask(`${BACKEND_HOST}.`), 404);
  });

  test('ports are the ports on which the proxy listens, not those of the Service', async t => {
    if (h.lab.mode === 'existing') return t.skip('target ports differ');
    await h.apply(deny({ ports: ['8080'] }));
    await eventually(ask('echo.example.com'), 403, RBAC_DENIED);
    await h.apply(deny({ ports: ['80'] }));
    await eventually(ask('echo.example.com'), 200);
    return undefined;
  });

  test('paths are normalised before they are matched, slashes are not merged', async () => {
    await h.apply(deny({ notPaths: ['/healthz'] }));
    await eventually(ask(BACKEND_HOST), 403, RBAC_DENIED);
    for (const path of [
      '/healthz',
      '/healthz?x',
      '/x/../healthz',
      '/%68ealthz',
    ]) {
      await expectAnswer(ask(BACKEND_HOST, path), 200);
    }
    for (const path of ['//healthz', '/healthz/', '/HEALTHZ', '/healthz;x']) {
      await expectAnswer(ask(BACKEND_HOST, path), 403, RBAC_DENIED);
    }
  });

  test('the policy answers before the route: 403 where there is none', async () => {
    await expectAnswer(ask('nobody.example.com', '/none'), 403, RBAC_DENIED);
    await expectAnswer(ask('nobody.example.com', '/healthz'), 404);
  });
});
