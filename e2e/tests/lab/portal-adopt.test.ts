import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import type {
  AdoptableObject,
  ApiError,
  EnablementApi,
} from '../../lab/portal/EnablementApi.ts';
import { watchAnswers } from '../../lab/portal/watchHosts.ts';
import { waitFor } from '../../lab/wait.ts';
import { BACKEND_HOST, eventually, RBAC_DENIED } from './support.ts';
import { listOurs, ownLabOnly, usePortal } from './portalSupport.ts';

const OURS = 'backstage-istio-jwt';
const BACKEND = { matchLabels: { app: 'backend' } };
const named = (kind: string, name: string): Manifest => ({
  apiVersion: 'security.istio.io/v1',
  kind,
  metadata: { name, namespace: 'default' },
});
const TRUST = named('RequestAuthentication', 'backend-jwt');
const POLICY = named('AuthorizationPolicy', 'backend-jwt-policy');

interface ManagedFields {
  manager: string;
  operation: 'Apply' | 'Update';
  fieldsV1: Record<string, Record<string, unknown>>;
}

/** Who owns what of an object: labels, annotations and the fields of its spec. */
function listOwners({ metadata }: Manifest): string[] {
  return (metadata?.managedFields as ManagedFields[])
    .map(({ manager, operation, fieldsV1 }) => {
      const fields = [
        ...Object.keys(fieldsV1['f:metadata'] ?? {}),
        ...Object.keys(fieldsV1['f:spec'] ?? {}),
      ]
        .filter(field => field !== '.')
        .map(field => field.replace('f:', ''));
      return `${manager} ${operation}: ${fields.sort().join(', ')}`;
    })
    .sort();
}

/** What is to be the same after giving back, who owns it included. */
const describeObject = ({ metadata = {}, ...object }: Manifest) => {
  const { resourceVersion, managedFields, ...rest } = metadata;
  return { ...object, metadata: rest, owners: listOwners({ metadata }) };
};

describe('policies that a person wrote, on the lab', ownLabOnly, () => {
  const used = usePortal();

  afterEach(() => used.h.lab.kube.remove([TRUST, POLICY]));

  const atHost = async (withToken: boolean) =>
    used.h.atGateway(
      BACKEND_HOST,
      withToken ? { token: await used.h.lab.sample.mint() } : {},
    );

  async function read(object: Manifest): Promise<Manifest> {
    const found = await used.h.lab.kube.get(object);
    assert.ok(found, `${object.kind} is not there`);
    return found;
  }
  const readBoth = () => Promise.all([TRUST, POLICY].map(read));

  async function kubectl(args: string[], object: Manifest): Promise<string> {
    const { code, stdout, stderr } = await used.h.lab.kubectl(
      [...args, '-f', '-'],
      JSON.stringify(object),
    );
    return code === 0 ? stdout : `exit code ${code}: ${stderr}`;
  }

  const policyFor = (paths: string[] = []): Manifest => ({
    ...POLICY,
    spec: {
      selector: BACKEND,
      action: 'ALLOW',
      rules: [
        {
          from: [
            {
              source: {
                requestPrincipals: [`${used.h.lab.sample.issuer}/*`],
              },
            },
          ],
        },
        ...(paths.length > 0 ? [{ to: [{ operation: { paths } }] }] : []),
      ],
    },
  });

  const describeTrust = (): Manifest => ({
    ...TRUST,
    metadata: { ...TRUST.metadata, labels: { team: 'shop' } },
    spec: { selector: BACKEND, jwtRules: [used.h.jwtRule] },
  });

  /** As tutorials do: one with server-side apply, one without. */
  async function writeByHand(): Promise<void> {
    assert.match(
      await kubectl(['apply', '--server-side'], describeTrust()),
      /serverside-applied/,
    );
    assert.match(await kubectl(['apply'], policyFor()), /created/);
    await eventually(() => atHost(false), 403, RBAC_DENIED);
    await eventually(() => atHost(true), 200);
  }

  /** Both, once the portal sees them as they stand. */
  async function findAdoptable(api: EnablementApi): Promise<AdoptableObject[]> {
    const live = await readBoth();
    return waitFor('the policies to be seen', async () => {
      const { services } = await api.readOptions();
      const { adoptable = [] } = services[0];
      const isSeen = live.every(({ metadata }) =>
        adoptable.some(
          ({ uid, resourceVersion }) =>
            uid === metadata?.uid &&
            resourceVersion === metadata?.resourceVersion,
        ),
      );
      return isSeen ? adoptable : undefined;
    });
  }

  /** 20 requests a second: none without a token may pass, none with one be refused. */
  function watch() {
    return watchAnswers(
      [
        { name: 'no token', ask: () => atHost(false), wanted: 403 },
        { name: 'valid token', ask: () => atHost(true), wanted: 200 },
      ],
      20,
    );
  }

  async function adopt(api: EnablementApi): Promise<string> {
    const plan = await api.planAdoption(await findAdoptable(api));
    assert.equal(plan.kind, 'planned', plan.reason);
    const adopted = await api.run(plan);
    assert.equal(adopted.phase, 'done', adopted.outcome);
    return adopted.id;
  }

  test('are left alone unless somebody names them as they stand', async () => {
    await writeByHand();
    const api = await used.portal.open('backend');
    const seen = await findAdoptable(api);
    assert.deepEqual(
      seen.map(({ kind, name, authors }) => [
        `${kind} ${name}`,
        authors.map(({ manager }) => manager),
      ]),
      [
        ['RequestAuthentication backend-jwt', ['kubectl']],
        [
          'AuthorizationPolicy backend-jwt-policy',
          ['kubectl-client-side-apply'],
        ],
      ],
    );
    // A plan that was seen before somebody wrote again is not started.
    const early = await api.planAdoption(seen);
    assert.equal(early.kind, 'planned', early.reason);
    await kubectl(['apply'], policyFor(['/healthz']));
    await findAdoptable(api);
    const before = await readBoth();
    await assert.rejects(api.start(early), ({ status, message }: ApiError) => {
      assert.equal(status, 409);
      assert.match(message, /changed since/);
      return true;
    });
    const late = await api.planAdoption(seen);
    assert.equal(late.kind, 'refused');
    assert.match(late.reason ?? '', /changed since/);
    // Nor is a token required by writing into what is a person's.
    const { changes = [] } = await api.plan({ kind: 'in-mesh' });
    for (const { metadata } of before) {
      assert.ok(
        !JSON.stringify(changes).includes(`"name":"${metadata?.name}"`),
        JSON.stringify(changes),
      );
    }
    assert.deepEqual(await readBoth(), before);
    assert.deepEqual(await listOurs(used.h), []);
  });

  test('are adopted, and given back as they were, and no request is answered otherwise', async t => {
    await writeByHand();
    const before = await readBoth();
    const api = await used.portal.open('backend');
    const traffic = watch();
    t.after(() => traffic.stop());
    const id = await adopt(api);
    const adopted = await readBoth();
    assert.deepEqual(
      adopted.map(({ spec }) => spec),
      before.map(({ spec }) => spec),
    );
    assert.deepEqual(adopted.map(listOwners), [
      [
        `${OURS} Apply: annotations, jwtRules, labels, selector`,
        'kubectl Apply: jwtRules, labels, selector',
      ],
      [
        `${OURS} Apply: action, annotations, labels, rules, selector`,
        'kubectl-client-side-apply Update: action, annotations, rules, selector',
      ],
    ]);
    // What is the same for both is nobody's alone: no conflict.
    assert.match(await kubectl(['apply'], policyFor()), /configured|unchanged/);

    const release = await api.planRelease(id);
    const released = await api.run(release);
    assert.equal(released.phase, 'done', released.outcome);
    assert.deepEqual(
      (await readBoth()).map(describeObject),
      before.map(describeObject),
    );
    const { asked, differing } = await traffic.stop();
    t.diagnostic(`${asked} requests, ${differing.length} answered otherwise`);
    assert.deepEqual(differing, []);
    assert.ok(asked > 100);
    // Theirs again: nobody is in the way of the next apply.
    const next = { ...describeTrust(), spec: { selector: BACKEND } };
    assert.match(
      await kubectl(['apply', '--server-side'], next),
      /serverside-applied/,
    );
    assert.deepEqual((await read(TRUST)).spec, next.spec);
  });

  test('are changed, by taking their fields, while nothing is open or refused for a moment', async t => {
    await writeByHand();
    const api = await used.portal.open('backend');
    const traffic = watch();
    t.after(() => traffic.stop());
    const id = await adopt(api);
    const change = await api.planChange(id, { exemptPaths: ['/healthz'] });
    assert.equal(change.kind, 'planned', change.reason);
    const changed = await api.run(change);
    assert.equal(changed.phase, 'done', changed.outcome);
    const healthz = () => used.h.atGateway(BACKEND_HOST, { path: '/healthz' });
    await eventually(healthz, 200);
    const [, policy] = await readBoth();
    assert.deepEqual(listOwners(policy), [
      `${OURS} Apply: action, annotations, labels, rules, selector`,
      'kubectl-client-side-apply Update: action, annotations, selector',
    ]);
    // Whoever goes on as before is told, instead of both writing in turns.
    const refused = await kubectl(['apply', '--server-side'], policyFor());
    assert.match(refused, new RegExp(`conflict with "${OURS}"`));
    const { asked, differing } = await traffic.stop();
    t.diagnostic(`${asked} requests, ${differing.length} answered otherwise`);
    assert.deepEqual(differing, []);
    assert.ok(asked > 100);

    const disable = await api.planDisable(changed.id);
    assert.match(disable.warnings?.join() ?? '', /a person wrote/);
    const disabled = await api.run(disable);
    assert.equal(disabled.phase, 'done', disabled.outcome);
    await eventually(() => atHost(false), 200);
    for (const object of [TRUST, POLICY]) {
      assert.equal(await used.h.lab.kube.get(object), undefined);
    }
  });

  test('stay as changed when they are given back, and are their author’s to write again', async () => {
    await writeByHand();
    const api = await used.portal.open('backend');
    const id = await adopt(api);
    const changed = await api.run(
      await api.planChange(id, { exemptPaths: ['/healthz'] }),
    );
    assert.equal(changed.phase, 'done', changed.outcome);
    const specs = (await readBoth()).map(({ spec }) => spec);
    const released = await api.run(await api.planRelease(changed.id));
    assert.equal(released.phase, 'done', released.outcome);
    const left = await readBoth();
    assert.deepEqual(
      left.map(({ spec }) => spec),
      specs,
    );
    assert.deepEqual(await listOurs(used.h), []);
    // What it changed is still its own for the API server: whoever takes it back has to say so.
    assert.deepEqual(listOwners(left[1]), [
      `${OURS} Apply: action, rules, selector`,
      'kubectl-client-side-apply Update: action, annotations, selector',
    ]);
    const serverSide = ['apply', '--server-side'];
    assert.match(
      await kubectl(serverSide, policyFor()),
      new RegExp(`conflict with "${OURS}"`),
    );
    const taken = await kubectl(
      [...serverSide, '--force-conflicts'],
      policyFor(),
    );
    assert.match(taken, /serverside-applied/);
    const [service] = (await api.readOptions()).services;
    assert.equal(service.inForce, undefined);
  });
});
