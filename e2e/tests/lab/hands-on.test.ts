import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  authorizationPolicy,
  eventually,
  expectAnswer,
  INGRESS_SELECTOR,
  ingressGateway,
  mintExpired,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  readReceived,
  requestAuthentication,
  routeTo,
  type Harness,
} from './support.ts';

/** The case of many tutorials: a token on the workload, then on the gateway, step by step. */
describe('the hands-on case', () => {
  let h: Harness;
  let expired: string;
  const anyHost = 'anything.example';
  const selector = { matchLabels: { app: 'backend' } };
  const fromIssuer = {
    rules: [
      {
        from: [
          { source: { requestPrincipals: ['testing@secure.istio.io/*'] } },
        ],
      },
    ],
  };
  const sibling = authorizationPolicy('default', 'backend-allow-frontend', {
    selector,
    action: 'ALLOW',
    rules: [
      {
        from: [
          { source: { principals: ['cluster.local/ns/default/sa/frontend'] } },
        ],
      },
    ],
  });
  const workloadPolicy = authorizationPolicy('default', 'backend-jwt-policy', {
    selector,
    action: 'ALLOW',
    ...fromIssuer,
  });
  const gatewayPolicy = authorizationPolicy(
    'istio-system',
    'ingress-jwt-policy',
    { selector: INGRESS_SELECTOR, action: 'ALLOW', ...fromIssuer },
  );
  const onWorkload = () =>
    requestAuthentication('default', 'backend-jwt', {
      selector,
      jwtRules: [h.jwtRule],
    });
  const onGateway = (more: object = {}) =>
    requestAuthentication('istio-system', 'ingress-jwt', {
      selector: INGRESS_SELECTOR,
      jwtRules: [{ ...h.jwtRule, ...more }],
    });
  const entry = [
    ingressGateway('backend-gateway', ['*']),
    routeTo('backend', {
      name: 'backend-vs',
      host: '*',
      gateway: 'backend-gateway',
    }),
  ];

  before(async () => {
    h = await openHarness();
    expired = await mintExpired(h.lab);
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      sibling,
    );
    await eventually(() => h.fromPod('stranger'), 403, RBAC_DENIED);
    await eventually(() => h.fromPod('frontend'), 200);
  });
  after(() => h.cleanUp());

  test('1 and 2: with the earlier ALLOW the frontend needs no token, a stranger does', async () => {
    await h.apply(onWorkload(), workloadPolicy);
    const token = h.lab.sampleToken;
    await eventually(
      () => h.fromPod('frontend', { token: expired }),
      401,
      'Jwt is expired',
    );
    await eventually(() => h.fromPod('stranger', { token }), 200);
    await expectAnswer(() => h.fromPod('frontend'), 200);
    await expectAnswer(() => h.fromPod('frontend', { token }), 200);
    await expectAnswer(() => h.fromPod('stranger'), 403, RBAC_DENIED);
  });

  test('2: without the earlier ALLOW the frontend needs a token as well', async () => {
    await h.remove(sibling);
    await eventually(() => h.fromPod('frontend'), 403, RBAC_DENIED);
    await expectAnswer(
      () => h.fromPod('frontend', { token: h.lab.sampleToken }),
      200,
    );
    await h.apply(sibling);
    await eventually(() => h.fromPod('frontend'), 200);
  });

  test('3: the gateway lets anything through; the workload decides', async () => {
    await h.apply(...entry);
    const token = h.lab.sampleToken;
    await eventually(() => h.atGateway(anyHost), 403, RBAC_DENIED);
    await eventually(() => h.atGateway(anyHost, { token }), 200);
    await h.remove(onWorkload(), workloadPolicy, sibling);
    await eventually(() => h.atGateway(anyHost), 200);
    await expectAnswer(() => h.atGateway(anyHost, { token: 'junk' }), 200);
  });

  test('4 and 6: through the gateway no token is 403 and the sample token 200', async () => {
    const token = h.lab.sampleToken;
    await h.apply(onGateway(), gatewayPolicy);
    await eventually(() => h.atGateway(anyHost), 403, RBAC_DENIED);
    await eventually(() => h.atGateway(anyHost, { token }), 200);
    await expectAnswer(
      () => h.atGateway(anyHost, { token: expired }),
      401,
      'Jwt is expired',
    );
  });

  test('4: every host of that gateway is locked', async () => {
    const lock = (host: string) =>
      expectAnswer(() => h.atGateway(host), 403, RBAC_DENIED);
    await Promise.all(['a.example', 'b.example', 'c.example:81'].map(lock));
  });

  test('5: the address is a node address and the NodePort of port 80', async t => {
    if (h.lab.mode === 'existing') return t.skip('a load balancer may be here');
    const service = await h.lab.kube.get({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'istio-ingressgateway', namespace: 'istio-system' },
    });
    const [node] = await h.lab.kube.list('/api/v1/nodes');
    const port = service!.spec.ports.find(
      (each: { port: number }) => each.port === 80,
    ).nodePort;
    const ip = node.status.addresses.find(
      (each: { type: string }) => each.type === 'InternalIP',
    ).address;
    assert.equal(h.lab.gateways.ingress.url, `http://${ip}:${port}`);
    return undefined;
  });

  test('4 on top of 1: the gateway strips the token, so the workload refuses a good one', async () => {
    const token = h.lab.sampleToken;
    await h.apply(onWorkload(), workloadPolicy);
    await eventually(() => h.fromPod('stranger'), 403);
    await eventually(() => h.fromPod('stranger', { token }), 200);
    await eventually(() => h.atGateway(anyHost, { token }), 403, RBAC_DENIED);
  });

  test('8: with forwardOriginalToken the workload accepts it, and claims arrive as headers', async () => {
    const token = h.lab.sampleToken;
    await h.apply(
      onGateway({
        forwardOriginalToken: true,
        outputClaimToHeaders: [{ header: 'x-token-foo', claim: 'foo' }],
      }),
    );
    const answer = await eventually(
      () => h.atGateway(anyHost, { token, headers: { 'x-token-foo': 'me' } }),
      200,
    );
    assert.deepEqual(readReceived(answer)['x-token-foo'], ['bar']);
  });

  test('7: what the sample token says', () => {
    const payload = JSON.parse(
      Buffer.from(h.lab.sampleToken.split('.')[1], 'base64url').toString(),
    );
    assert.deepEqual(payload, {
      exp: 4685989700,
      foo: 'bar',
      iat: 1532389700,
      iss: 'testing@secure.istio.io',
      sub: 'testing@secure.istio.io',
    });
  });
});
