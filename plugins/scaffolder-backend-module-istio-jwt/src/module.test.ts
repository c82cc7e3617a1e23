import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import {
  createTemplateAction,
  scaffolderActionsExtensionPoint,
  serializeDirectoryContents,
} from '@backstage/plugin-scaffolder-node';
// Both are real here: the module is nothing without what it calls.
// eslint-disable-next-line @backstage/no-mixed-plugin-imports
import istioJwtPlugin from 'backstage-plugin-istio-jwt-backend';
import { DEMO_ISSUERS, Sandbox, startSandbox } from 'istio-jwt-sandbox';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { parse } from 'yaml';
import scaffolderModuleIstioJwt from '.';

const ALICE = mockCredentials.user.header('user:default/alice');
const REVIEWS = 'component:default/reviews';
const PULL_REQUEST = 'https://github.com/shop/clusters/pull/7';

const reviews: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'reviews',
    namespace: 'default',
    annotations: {
      'backstage.io/kubernetes-id': 'reviews',
      'backstage.io/kubernetes-namespace': 'reviews',
    },
  },
  spec: { type: 'service', owner: 'group:default/reviews-team' },
};

interface Published {
  input: Record<string, any>;
  files: Record<string, string>;
  plan: string;
}

/** The real scaffolder with the real backend on the sandbox; only the Git host is made up. */
describe('the template', () => {
  let sandbox: Sandbox;
  let server: Parameters<typeof request>[0];
  let stop: () => Promise<unknown>;
  const published: Published[] = [];

  const PLANS = '/api/istio-jwt/v1/entities/component/default/reviews';

  const call = (method: 'get' | 'post', path: string, body?: object) =>
    request(server)[method](path).set('authorization', ALICE).send(body);

  const gitHost = createBackendModule({
    pluginId: 'scaffolder',
    moduleId: 'git-host',
    register(reg) {
      reg.registerInit({
        deps: { scaffolder: scaffolderActionsExtensionPoint },
        async init({ scaffolder }) {
          scaffolder.addActions(
            createTemplateAction({
              id: 'publish:github:pull-request',
              description: 'Keeps what would be published',
              schema: {
                input: z => z.record(z.string(), z.any()),
                output: { remoteUrl: z => z.string() },
              },
              async handler(ctx) {
                const folder = join(
                  ctx.workspacePath,
                  String(ctx.input.sourcePath),
                );
                const files = await serializeDirectoryContents(folder);
                published.push({
                  input: ctx.input,
                  files: Object.fromEntries(
                    files.map(({ path, content }) => [
                      path,
                      content.toString('utf8'),
                    ]),
                  ),
                  plan: await readFile(
                    join(ctx.workspacePath, 'PLAN.md'),
                    'utf8',
                  ),
                });
                ctx.output('remoteUrl', PULL_REQUEST);
              },
            }),
          );
        },
      });
    },
  });

  beforeAll(async () => {
    sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    // It has the sidecar refuse tokens of every issuer but one.
    await fetch(
      `${sandbox.apiUrl}/apis/security.istio.io/v1/namespaces/reviews/requestauthentications/reviews-jwt`,
      { method: 'DELETE' },
    );
    const template = parse(
      await readFile(join(__dirname, '../templates/github.yaml'), 'utf8'),
    );
    template.metadata.namespace = 'default';
    const started = await startTestBackend({
      features: [
        istioJwtPlugin,
        scaffolderPlugin,
        scaffolderModuleIstioJwt,
        gitHost,
        catalogServiceMock.factory({ entities: [reviews, template] }),
        mockServices.rootConfig.factory({
          data: {
            integrations: { github: [{ host: 'github.com' }] },
            istioJwt: {
              clusters: [
                { name: 'sandbox', sandbox: true, url: sandbox.apiUrl },
              ],
              probes: { allowedAddresses: ['127.0.0.1/32'] },
              enablement: {
                enabled: true,
                writeMode: 'pull-request',
                issuers: DEMO_ISSUERS.map(({ name, issuer, jwksUri }) => ({
                  name,
                  issuer,
                  jwksUri,
                })),
              },
            },
          },
        }),
      ],
    });
    server = started.server;
    stop = () => started.stop();
    await eventually(async () => {
      const { body } = await call('get', '/api/istio-jwt/v1/clusters');
      if (body[0].state.kind !== 'synced') throw new Error('Still being read');
    });
  });

  afterAll(async () => {
    await stop?.();
    await sandbox?.stop();
  });

  beforeEach(() => {
    published.length = 0;
  });

  async function runTemplate(values: object) {
    const { body, status } = await call('post', '/api/scaffolder/v2/tasks', {
      templateRef: 'template:default/istio-jwt-pull-request',
      values: {
        entityRef: REVIEWS,
        repoUrl: 'github.com?owner=shop&repo=clusters',
        directory: 'clusters/prod/istio-jwt',
        readKustomization: false,
        ...values,
      },
    });
    expect([status, body.error]).toEqual([201, undefined]);
    let task: any;
    await eventually(async () => {
      task = (await call('get', `/api/scaffolder/v2/tasks/${body.id}`)).body;
      expect(['completed', 'failed']).toContain(task.status);
    });
    const events = (
      await call('get', `/api/scaffolder/v2/tasks/${body.id}/events?after=0`)
    ).body;
    return {
      status: task.status as string,
      log: JSON.stringify(events, null, 1),
    };
  }

  it('plans, writes files and a description, and has the portal wait', async () => {
    const { status, log } = await runTemplate({ issuer: 'istio-testing' });
    expect([status, status === 'failed' && log]).toEqual(['completed', false]);
    const [{ input, files, plan }] = published;
    const [operation] = (await call('get', `${PLANS}/enablements`)).body.items;
    expect(operation).toMatchObject({
      phase: 'proposed',
      startedBy: 'user:default/alice',
      proposal: { url: PULL_REQUEST },
    });
    const full = (await call('get', `${PLANS}/enablements/${operation.id}`))
      .body;
    expect(Object.values(files).sort()).toEqual(
      full.changes.map(({ after }: { after: string }) => after).sort(),
    );
    expect(Object.keys(files).sort()).toEqual([
      expect.stringMatching(
        /^clusters\/prod\/istio-jwt\/authorizationpolicy\.edge\.istio-jwt-reviews-/,
      ),
      expect.stringMatching(
        /^clusters\/prod\/istio-jwt\/requestauthentication\.edge\.istio-jwt-reviews-/,
      ),
    ]);
    expect(input).toMatchObject({
      repoUrl: 'github.com?owner=shop&repo=clusters',
      branchName: `istio-jwt-${operation.id}`,
      title: 'Require a token at reviews/reviews in sandbox',
      filesToDelete: [],
    });
    expect(plan).toBe(`# ${input.title}\n\n${input.description}`);
    expect(input.description).toContain(
      '| No token | 200 | **403 RBAC: access denied** |',
    );
    expect(input.description).toContain('## Who else is on the same proxies');
    expect(input.description).toContain('kind: RequestAuthentication');
    expect(log).not.toMatch(/eyJ/);
  });

  it('takes a plan that was made on the tab, and no other caller’s', async () => {
    const options = (await call('get', `${PLANS}/enablement-options`)).body;
    const [{ cluster, namespace, name, waysIn }] = options.services;
    const body = {
      intent: 'enable',
      service: { cluster, namespace, name },
      waysIn: waysIn
        .filter(({ kind }: { kind: string }) => kind === 'gateway')
        .map(({ id }: { id: string }) => id),
      issuer: 'login',
      exemptPaths: ['/healthz'],
      preflights: 'refuse',
    };
    const { planId } = (await call('post', `${PLANS}/enablement-plans`, body))
      .body;
    const { status, log } = await runTemplate({ planId });
    expect([status, status === 'failed' && log]).toEqual(['completed', false]);
    expect(published[0].input.branchName).toBe(`istio-jwt-${planId}`);

    const foreign = (
      await request(server)
        .post(`${PLANS}/enablement-plans`)
        .set('authorization', mockCredentials.user.header('user:default/bob'))
        .send(body)
    ).body;
    const refused = await runTemplate({ planId: foreign.planId });
    expect(refused.status).toBe('failed');
    expect(refused.log).toContain('There is no such plan of yours');
    expect(published).toHaveLength(1);
  });

  it.each([
    [{ issuer: undefined }, /Give issuer: .*login or /],
    [
      { issuer: 'nobody' },
      /There is no plan\. No issuer .*nobody.* is allowed/,
    ],
    [
      { issuer: 'login', directory: '../../etc' },
      /directory is .*\.\.\/\.\.\/etc/,
    ],
    [{ issuer: 'login', entityRef: 'component:default/ghost' }, /No entity/],
  ])('says what is wrong with %j', async (values, message) => {
    const { status, log } = await runTemplate(values);
    expect(status).toBe('failed');
    expect(log).toMatch(message);
    expect(published).toHaveLength(0);
  });
});

async function eventually(check: () => Promise<void>): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await sleep(100);
  }
}
