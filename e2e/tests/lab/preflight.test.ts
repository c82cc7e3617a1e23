import { after, before, describe, test } from 'node:test';
import {
  authorizationPolicy,
  BACKEND_HOST,
  describeBaseMesh,
  eventually,
  expectAnswer,
  INGRESS_SELECTOR,
  openHarness,
  RBAC_DENIED,
  requestAuthentication,
  type Harness,
} from './support.ts';

describe('CORS preflights', () => {
  let h: Harness;
  const notRequestPrincipals = ['testing@secure.istio.io/*'];
  const preflight = (token?: string) => () =>
    h.atGateway(BACKEND_HOST, {
      token,
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'GET',
      },
    });
  const plainOptions = (token?: string) => () =>
    h.atGateway(BACKEND_HOST, { token, method: 'OPTIONS' });
  const deny = (rules: object[]) =>
    authorizationPolicy('istio-system', 'require-token', {
      selector: INGRESS_SELECTOR,
      action: 'DENY',
      rules,
    });

  before(async () => {
    h = await openHarness();
    await h.apply(
      ...describeBaseMesh(),
      requestAuthentication('istio-system', 'preflight', {
        selector: INGRESS_SELECTOR,
        jwtRules: [h.jwtRule],
      }),
      deny([{ from: [{ source: { notRequestPrincipals } }] }]),
    );
    await eventually(() => h.atGateway(BACKEND_HOST), 403);
    await eventually(
      () => h.atGateway(BACKEND_HOST, { token: h.lab.sampleToken }),
      200,
    );
  });
  after(() => h.cleanUp());

  test('a policy that requires a token blocks the preflight, which has none', async () => {
    await expectAnswer(preflight(), 403, RBAC_DENIED);
  });

  test('a preflight with a bad token is answered by RBAC, a plain OPTIONS by jwt_authn', async () => {
    const forged = `${(await h.lab.sample.mint()).slice(0, -8)}AAAAAAAA`;
    await expectAnswer(preflight(forged), 403, RBAC_DENIED);
    await expectAnswer(plainOptions(forged), 401);
  });

  test('an exemption for OPTIONS lets every OPTIONS through', async () => {
    await h.apply(
      deny([
        {
          from: [{ source: { notRequestPrincipals } }],
          to: [{ operation: { notMethods: ['OPTIONS'] } }],
        },
      ]),
    );
    await eventually(preflight(), 200);
    await expectAnswer(plainOptions(), 200);
    await expectAnswer(() => h.atGateway(BACKEND_HOST), 403, RBAC_DENIED);
  });

  test('a second rule denies an OPTIONS that is no preflight', async () => {
    await h.apply(
      deny([
        {
          from: [{ source: { notRequestPrincipals } }],
          to: [{ operation: { notMethods: ['OPTIONS'] } }],
        },
        {
          from: [{ source: { notRequestPrincipals } }],
          to: [{ operation: { methods: ['OPTIONS'] } }],
          when: [
            {
              key: 'request.headers[access-control-request-method]',
              notValues: ['*'],
            },
          ],
        },
      ]),
    );
    await eventually(plainOptions(), 403, RBAC_DENIED);
    await expectAnswer(preflight(), 200);
    await expectAnswer(plainOptions(h.lab.sampleToken), 200);
    await expectAnswer(() => h.atGateway(BACKEND_HOST), 403, RBAC_DENIED);
  });
});
