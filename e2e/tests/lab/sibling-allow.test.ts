import { after, before, describe, test } from 'node:test';
import {
  authorizationPolicy,
  describeBaseMesh,
  eventually,
  expectAnswer,
  mintExpired,
  openHarness,
  RBAC_DENIED,
  requestAuthentication,
  type Harness,
} from './support.ts';

/**
 * "Since 1.27 sidecars skip JWT for mutual TLS traffic in the mesh" is wrong. What answers 200 is
 * another ALLOW policy; these probes tell the two apart.
 */
describe('JWT in the mesh beside another ALLOW', () => {
  let h: Harness;
  let token: string;
  let expired: string;
  const selector = { matchLabels: { app: 'backend' } };
  const requestPrincipals = ['testing@secure.istio.io/*'];
  const principals = ['cluster.local/ns/default/sa/frontend'];
  const jwtPolicy = authorizationPolicy('default', 'backend-jwt-policy', {
    selector,
    rules: [{ from: [{ source: { requestPrincipals } }] }],
  });
  const sibling = authorizationPolicy('default', 'backend-allow-frontend', {
    selector,
    rules: [{ from: [{ source: { principals } }] }],
  });

  before(async () => {
    h = await openHarness();
    token = await h.lab.sample.mint();
    expired = await mintExpired(h.lab);
    await h.apply(
      ...describeBaseMesh(),
      requestAuthentication('default', 'backend-jwt', {
        selector,
        jwtRules: [h.jwtRule],
      }),
      jwtPolicy,
    );
    await eventually(() => h.fromPod('frontend'), 403, RBAC_DENIED);
    await eventually(() => h.fromPod('frontend', { token }), 200);
  });
  after(() => h.cleanUp());

  [1, 2, 3].forEach(round => {
    test(`round ${round}: the sibling opens the workload, taking it away closes it`, async () => {
      await h.apply(sibling);
      await eventually(() => h.fromPod('frontend'), 200);
      await h.remove(sibling);
      await eventually(() => h.fromPod('frontend'), 403, RBAC_DENIED);
    });
  });

  test('probe 1, the filter is attached: an expired token of the frontend is 401', async () => {
    await h.apply(sibling);
    await eventually(() => h.fromPod('frontend'), 200);
    await expectAnswer(
      () => h.fromPod('frontend', { token: expired }),
      401,
      'Jwt is expired',
    );
  });

  test('probe 2, it is the identity that admits: a stranger without a token is 403', async () => {
    await expectAnswer(() => h.fromPod('stranger'), 403, RBAC_DENIED);
    await expectAnswer(() => h.fromPod('stranger', { token }), 200);
  });

  test('probe 3, the policy requires it: without the sibling the frontend is 403', async () => {
    await h.remove(sibling);
    await eventually(() => h.fromPod('frontend'), 403, RBAC_DENIED);
    await expectAnswer(() => h.fromPod('frontend', { token }), 200);
  });

  test('probe 4, AND needs one rule: both identities in it, and each alone is 403', async () => {
    await h.apply(
      authorizationPolicy('default', 'backend-jwt-policy', {
        selector,
        rules: [{ from: [{ source: { principals, requestPrincipals } }] }],
      }),
    );
    await eventually(() => h.fromPod('stranger', { token }), 403, RBAC_DENIED);
    await expectAnswer(() => h.fromPod('frontend'), 403, RBAC_DENIED);
    await expectAnswer(() => h.fromPod('frontend', { token }), 200);
  });
});
