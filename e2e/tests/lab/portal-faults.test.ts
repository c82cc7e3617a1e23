import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import type {
  EnablementApi,
  Operation,
} from '../../lab/portal/EnablementApi.ts';
import {
  describeGrant,
  ensurePortalAccount,
} from '../../lab/portal/account.ts';
import { sleep, waitFor } from '../../lab/wait.ts';
import { serveRefusingWebhook } from '../../lab/webhook.ts';
import { BACKEND_HOST, eventually } from './support.ts';
import {
  expectEnforced,
  listOurs,
  NEIGHBOURS,
  ownLabOnly,
  removeOurs,
  usePortal,
  waitForStep,
} from './portalSupport.ts';

/** What is given up after this long. */
const GIVES_UP = '30s';

describe(
  'an operation of the portal on the lab that meets trouble',
  ownLabOnly,
  () => {
    const used = usePortal({
      deadlines: { propagation: GIVES_UP, rollback: GIVES_UP },
    });
    let api: EnablementApi;

    beforeEach(async () => {
      api = await used.portal.open('backend');
    });
    afterEach(async () => {
      const { h } = used;
      await h.lab.startPart('kube-apiserver');
      await h.lab.startPart('istiod');
      await h.lab.startPart('node-ports');
      await ensurePortalAccount(h.lab.kube);
      await removeOurs(h);
      await eventually(() => h.atGateway(BACKEND_HOST), 200);
    });

    const plan = () => api.plan({ kind: 'gateway', hosts: [BACKEND_HOST] });

    /** Starts to enable, does something at a step, and waits for the end. */
    async function meddle(
      step: string,
      act: (id: string) => Promise<unknown>,
    ): Promise<Operation> {
      const id = await api.start(await plan());
      await waitForStep(api, id, step);
      await act(id);
      return api.waitForEnd(id);
    }

    /** Went back, said why, and left nothing: not in the cluster, not in what is answered. */
    async function expectTakenBack(
      { phase, outcome = '' }: Operation,
      why: RegExp,
    ): Promise<void> {
      const { h } = used;
      assert.equal(phase, 'rolled-back', outcome);
      assert.match(outcome, why);
      assert.deepEqual(await listOurs(h), []);
      for (const host of [BACKEND_HOST, ...NEIGHBOURS]) {
        await eventually(() => h.atGateway(host), 200);
      }
    }

    /** What the operation could not take back is taken back by another try. */
    async function tryAgain(id: string): Promise<void> {
      await api.cancel(id);
      await expectTakenBack(await api.waitForEnd(id), /asked to take it back/);
    }

    const policyOf = async (): Promise<Manifest> => {
      const found = (await listOurs(used.h)).find(({ spec }) => spec.action);
      return {
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata: {
          name: found?.metadata?.name,
          namespace: found?.metadata?.namespace,
        },
        spec: found?.spec,
      };
    };

    test('the API server stays away: it says what stands there still, and another try takes it back', async () => {
      const id = await api.start(await plan());
      await waitForStep(api, id, 'tokens-checked');
      await used.h.lab.stopPart('kube-apiserver');
      const { phase, outcome = '' } = await api.waitForEnd(id);
      assert.equal(phase, 'failed', outcome);
      assert.match(outcome, /API server could not be reached/);
      assert.match(outcome, /could NOT be taken back/);
      assert.match(outcome, /RequestAuthentication istio-system\/istio-jwt-/);
      await used.h.lab.startPart('kube-apiserver');
      await tryAgain(id);
      // It backs off as well, and for longer than operations wait here.
      await used.h.lab.restartIstiod();
    });

    test('somebody else writes at the same moments (409): it goes on, or goes back and says so', async () => {
      const { kube } = used.h.lab;
      let isOver = false;
      let writes = 0;
      const hammer = (async () => {
        for (let round = 0; !isOver; round += 1) {
          for (const { metadata, spec } of await listOurs(used.h).catch(
            () => [],
          )) {
            const plural = spec.jwtRules
              ? 'requestauthentications'
              : 'authorizationpolicies';
            await kube
              .send(
                'PATCH',
                `/apis/security.istio.io/v1/namespaces/${metadata?.namespace}/${plural}/${metadata?.name}?fieldManager=kubectl`,
                { metadata: { labels: { touched: String(round) } } },
                'application/merge-patch+json',
              )
              .catch(() => {});
            writes += 1;
          }
        }
      })();
      try {
        const operation = await meddle('tokens-checked', async () => {});
        assert.ok(writes > 20, `${writes} writes`);
        if (operation.phase === 'done') await expectEnforced(used.h, operation);
        else
          await expectTakenBack(operation, /Somebody else changed .*\(409\)/);
      } finally {
        isOver = true;
        await hammer;
      }
    });

    test('the right to write is withdrawn midway (403): it goes back', async () => {
      const grant = describeGrant('enable');
      const operation = await meddle('tokens-checked', () =>
        used.h.lab.kube.apply(
          grant.map(object =>
            object.kind === 'Role'
              ? {
                  ...object,
                  rules: object.rules.map((rule: { verbs: string[] }) => ({
                    ...rule,
                    verbs: ['get', 'delete'],
                  })),
                }
              : object,
          ),
        ),
      );
      await expectTakenBack(
        operation,
        /service account may not write.*\(403\)/,
      );
    });

    test('every right is withdrawn midway: it says what stands there still, and another try takes it back', async () => {
      const { kube } = used.h.lab;
      const operation = await meddle('tokens-checked', () =>
        kube.remove(describeGrant('enable')),
      );
      assert.equal(operation.phase, 'failed', operation.outcome);
      assert.match(operation.outcome ?? '', /\(403\).*could NOT be taken back/);
      await kube.apply(describeGrant('enable'));
      await tryAgain(operation.id);
    });

    test('a validating webhook refuses: it goes back, without the words of the webhook', async () => {
      const { kube } = used.h.lab;
      const webhook = await serveRefusingWebhook('secret text of a webhook');
      await kube.apply(webhook.object);
      try {
        const operation = await api.run(await plan());
        assert.ok(webhook.refused() > 0);
        await expectTakenBack(operation, /AuthorizationPolicy .*\((400|403)\)/);
        assert.doesNotMatch(JSON.stringify(operation), /secret text/);
      } finally {
        await kube.remove(webhook.object);
        webhook.stop();
      }
    });

    test('keys that cannot be had: nothing is written', async () => {
      const { jwks } = used.h.lab;
      await jwks.set('sample', { status: 500 });
      try {
        const operation = await api.run(await plan());
        await expectTakenBack(
          operation,
          /keys of .* cannot be had.*Nothing had been written/,
        );
      } finally {
        await jwks.set('sample', { status: 200 });
      }
    });

    test('keys that cannot be had any more: nothing is enforced', async () => {
      const { h } = used;
      const answers: number[] = [];
      let isOver = false;
      const asking = (async () => {
        while (!isOver) {
          answers.push((await h.atGateway(BACKEND_HOST)).status);
          await sleep(50);
        }
      })();
      try {
        const operation = await meddle('shadow-watched', () =>
          h.lab.jwks.set('sample', { status: 500 }),
        );
        await expectTakenBack(operation, /keys of .* cannot be had/);
      } finally {
        isOver = true;
        await asking;
        await h.lab.jwks.set('sample', { status: 200 });
        // It waits for a minute after a set that it could not read.
        await h.lab.restartIstiod();
      }
      assert.deepEqual(new Set(answers), new Set([200]));
    });

    test('istiod is away: what is written never takes effect, and goes back', async () => {
      await used.h.lab.stopPart('istiod');
      await expectTakenBack(
        await api.run(await plan()),
        /“Bearer credentials that are no JWT” is answered 200; expected was 401/,
      );
    });

    test('somebody edits the policy midway: it is left alone, and taken back once they gave it up', async () => {
      const { h } = used;
      const operation = await meddle('enforced', async () => {
        const policy = await policyOf();
        await h.lab.kube.apply({
          ...policy,
          spec: {
            ...policy.spec,
            rules: [{ to: [{ operation: { paths: ['/mine'] } }] }],
          },
        });
      });
      assert.equal(operation.phase, 'failed', operation.outcome);
      assert.match(operation.outcome ?? '', /changed by somebody else/);
      const policy = await policyOf();
      assert.match(JSON.stringify(policy.spec), /mine/);
      await h.lab.kube.remove(policy);
      await tryAgain(operation.id);
    });

    test('the gateway cannot be reached: nobody could see, so it goes back and says so', async () => {
      const { h } = used;
      const id = await api.start(await plan());
      await waitForStep(api, id, 'tokens-checked');
      await h.lab.stopPart('node-ports');
      const ended = await api.waitForEnd(id);
      await h.lab.startPart('node-ports');
      await waitFor('the gateway', async () =>
        (await h.atGateway(BACKEND_HOST)).status === 200 ? true : undefined,
      );
      await expectTakenBack(ended, /Yet not everything is answered as before/);
    });
  },
);
