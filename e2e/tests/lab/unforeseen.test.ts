import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assessService } from '../../lab/compare/engine.ts';
import { readMesh } from './planOnLab.ts';
import {
  authorizationPolicy,
  BACKEND_HOST,
  describeBaseMesh,
  ECHO_HOST,
  eventually,
  expectAnswer,
  INGRESS_SELECTOR,
  openHarness,
  requestAuthentication,
  type Harness,
} from './support.ts';

const ECHO = { namespace: 'default', name: 'echo' };

describe('policies that their proxies do not carry out', () => {
  let h: Harness;
  const authentication = (more: object) =>
    requestAuthentication('istio-system', 'unforeseen', {
      selector: INGRESS_SELECTOR,
      jwtRules: [{ ...h.jwtRule, ...more }],
    });
  const stateAtGateway = async () =>
    assessService(await readMesh(h.lab.kube), ECHO).waysIn.find(
      ({ kind }) => kind === 'gateway',
    )?.state;

  before(async () => {
    h = await openHarness();
    await h.apply(...describeBaseMesh());
    await eventually(() => h.atGateway(ECHO_HOST), 200);
  });
  after(() => h.cleanUp());

  test('a line break in a prefix: Envoy goes on with the listener it had', async () => {
    const require = authorizationPolicy('istio-system', 'unforeseen', {
      selector: INGRESS_SELECTOR,
      rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
    });
    const places = [{ name: 'authorization', prefix: 'Bearer \n' }];
    await h.apply(authentication({ fromHeaders: places }));
    await h.apply(require);
    // Nothing arrives, so there is nothing to wait for.
    await sleep(5_000);
    await expectAnswer(() => h.atGateway(ECHO_HOST), 200);
    assert.equal(await stateAtGateway(), 'unknown');

    await h.apply(authentication({}));
    await eventually(() => h.atGateway(ECHO_HOST), 403);
    assert.equal(await stateAtGateway(), 'enforced');
    await h.remove(require);
    await eventually(() => h.atGateway(ECHO_HOST), 200);
  });

  test('claims that are written to the header host: no policy for a host compares it', async () => {
    const deny = authorizationPolicy('istio-system', 'unforeseen', {
      selector: INGRESS_SELECTOR,
      action: 'DENY',
      rules: [
        {
          from: [{ source: { notRequestPrincipals: ['*'] } }],
          to: [{ operation: { hosts: [ECHO_HOST, `${ECHO_HOST}:*`] } }],
        },
      ],
    });
    await h.apply(authentication({}), deny);
    await eventually(() => h.atGateway(ECHO_HOST), 403);
    await expectAnswer(() => h.atGateway(BACKEND_HOST), 200);
    assert.equal(await stateAtGateway(), 'enforced');

    const outputs = [{ header: 'host', claim: 'sub' }];
    await h.apply(authentication({ outputClaimToHeaders: outputs }));
    // Past the gateway, to a sidecar that asks for a host. An application of its own may not.
    await eventually(() => h.atGateway(ECHO_HOST), 400);
    assert.equal(await stateAtGateway(), 'unknown');
  });
});
