import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import {
  describeGrant,
  ensurePortalAccount,
} from '../../lab/portal/account.ts';
import type { Manifest } from '../../lab/kube.ts';
import type { ApiError } from '../../lab/portal/EnablementApi.ts';
import { waitFor } from '../../lab/wait.ts';
import { BACKEND_HOST } from './support.ts';
import { listOurs, ownLabOnly, usePortal } from './portalSupport.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** A grant's Roles and ClusterRoles with other rules. */
const withRules = (
  objects: Manifest[],
  change: (rules: Rule[]) => Rule[],
): Manifest[] =>
  objects
    .filter(({ kind }) => /Role$/.test(kind!))
    .map(role => ({ ...role, rules: change(role.rules) }));

const nameOf = (resource: string, group: string) =>
  group ? `${resource}.${group}` : resource;

describe(
  'the portal with the rights of the shipped manifests',
  ownLabOnly,
  () => {
    const used = usePortal();
    const shared = { kind: 'gateway' as const, hosts: [BACKEND_HOST] };

    afterEach(async () => {
      await ensurePortalAccount(used.h.lab.kube);
    });

    async function readCluster(): Promise<{
      state: { kind: string };
      missingKinds: { kind: string; fix: string }[];
    }> {
      const answer = await fetch(
        `${used.portal.url}/api/istio-jwt/v1/clusters`,
        { headers: { authorization: `Bearer ${await used.portal.signIn()}` } },
      );
      return (await answer.json())[0];
    }

    test('they suffice to read, to enable and to take back', async () => {
      const { h, portal } = used;
      const api = await portal.open('backend');
      const plan = await api.plan(shared);
      assert.deepEqual(plan.writing, { mode: 'direct' });
      const { missingKinds } = await readCluster();
      assert.deepEqual(missingKinds, []);
      const enabled = await api.run(plan);
      assert.equal(enabled.phase, 'done', enabled.outcome);
      assert.equal((await listOurs(h)).length, 2);
      const disabled = await api.run(await api.planDisable(enabled.id));
      assert.equal(disabled.phase, 'done', disabled.outcome);
      assert.deepEqual(await listOurs(h), []);
    });

    test('without rights to write, the plan names them and is for copying', async () => {
      const { h, portal } = used;
      await ensurePortalAccount(h.lab.kube, ['read', 'probe']);
      const api = await portal.open('backend');
      const plan = await api.plan(shared);
      assert.equal(plan.kind, 'planned');
      assert.equal(plan.writing?.mode, 'copy');
      for (const kind of ['requestauthentications', 'authorizationpolicies']) {
        assert.match(
          plan.writing?.reason ?? '',
          new RegExp(
            `get, create, patch, delete ${kind}\\.security\\.istio\\.io in istio-system`,
          ),
        );
      }
      await assert.rejects(api.start(plan), (error: ApiError) => {
        assert.equal(error.status, 403);
        assert.match(error.message, /service account may not/);
        return true;
      });
      assert.deepEqual(await listOurs(h), []);
    });

    test('each right to write is missed by its name', async () => {
      const { h, portal } = used;
      const api = await portal.open('backend');
      const grant = describeGrant('enable');
      const [{ resources, verbs }] = grant[0].rules as Rule[];
      for (const resource of resources) {
        for (const verb of verbs) {
          await h.lab.kube.apply(
            withRules(grant, rules =>
              rules.flatMap(rule => [
                {
                  ...rule,
                  resources: rule.resources.filter(name => name !== resource),
                },
                {
                  ...rule,
                  resources: [resource],
                  verbs: rule.verbs.filter(name => name !== verb),
                },
              ]),
            ),
          );
          const { writing } = await api.plan(shared);
          assert.match(
            writing?.reason ?? '',
            new RegExp(
              `may not: ${verb} ${resource}\\.security\\.istio\\.io in istio-system\\.`,
            ),
          );
        }
      }
    });

    test('each kind that may not be read is missed by its name', async () => {
      const { h, portal } = used;
      const grant = describeGrant('read');
      const granted = grant.flatMap(({ rules = [] }) =>
        (rules as Rule[]).flatMap(({ apiGroups: [group], resources }) =>
          resources.map(resource => nameOf(resource, group)),
        ),
      );
      await portal.kill();
      await portal.resume({
        beforeStart: () =>
          h.lab.kube.apply(withRules(grant, () => [])).then(() => {}),
      });
      const missing = await waitFor('kinds to be missed', async () => {
        const { missingKinds } = await readCluster();
        return missingKinds.length >= granted.length ? missingKinds : undefined;
      });
      assert.deepEqual(
        missing.map(({ kind }) => kind).sort(),
        [...granted].sort(),
      );
    });
  },
);
