import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  describeBaseMesh,
  eventually,
  INGRESS_SELECTOR,
  ingressGateway,
  openHarness,
  requestAuthentication,
  type Harness,
} from './support.ts';

const HOST = 'by-header.example.com';
/** Answered by the gateway itself. */
const BY_HEADER = 299;
const OTHER = 298;

describe('a route by a header that claims are written to', () => {
  let h: Harness;
  const statusOf = async (options: Parameters<Harness['atGateway']>[1]) =>
    (await h.atGateway(HOST, options)).status;

  before(async () => {
    h = await openHarness();
    await h.apply(
      ...describeBaseMesh(),
      ingressGateway('by-header', [HOST]),
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'by-header', namespace: 'default' },
        spec: {
          hosts: [HOST],
          gateways: ['by-header'],
          http: [
            {
              match: [{ headers: { 'x-role': { exact: 'admin' } } }],
              directResponse: { status: BY_HEADER },
            },
            { directResponse: { status: OTHER } },
          ],
        },
      },
      requestAuthentication('istio-system', 'by-header', {
        selector: INGRESS_SELECTOR,
        jwtRules: [
          {
            ...h.jwtRule,
            outputClaimToHeaders: [{ header: 'x-role', claim: 'role' }],
          },
        ],
      }),
    );
    await eventually(() => h.atGateway(HOST), OTHER);
    const forged = { token: 'a.b.c' };
    await eventually(() => h.atGateway(HOST, forged), 401);
  });
  after(() => h.cleanUp());

  test('takes the header as it came, unless a token was verified', async () => {
    const mint = (role: string) => h.lab.sample.mint({ role });
    const headers = { 'x-role': 'admin' };
    const preflight = {
      method: 'OPTIONS',
      headers: {
        ...headers,
        origin: 'https://shop.example',
        'access-control-request-method': 'GET',
      },
    };
    assert.equal(await statusOf({}), OTHER);
    // jwt_authn takes the header out, but only after the route was picked.
    assert.equal(await statusOf({ headers }), BY_HEADER);
    assert.equal(await statusOf(preflight), BY_HEADER);
    assert.equal(await statusOf({ token: await mint('admin') }), BY_HEADER);
    const user = await mint('user');
    assert.equal(await statusOf({ token: user }), OTHER);
    assert.equal(await statusOf({ token: user, headers }), OTHER);
  });
});
