import {
  coreServices,
  createServiceFactory,
  RootLoggerService,
} from '@backstage/backend-plugin-api';
import { actionsRegistryServiceRef } from '@backstage/backend-plugin-api/alpha';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { actionsRegistryServiceMock } from '@backstage/backend-test-utils/alpha';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import {
  EnablementPlanView,
  PlannedEnablementView,
  ProbeRun,
} from 'backstage-plugin-istio-jwt-common';
import { compactVerify, CryptoKey, exportJWK, generateKeyPair } from 'jose';
import { Knex } from 'knex';
import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import request from 'supertest';
import { parse } from 'yaml';
import plugin from '.';
import { eventually, FakeApiServer } from './testing/FakeApiServer';
import {
  GATEWAY_POLICIES,
  serveShop,
  SHOP_ENTITY,
} from './testing/shopCluster';

const b64 = (value: object) =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
const makeToken = (iss: string, signature: string) =>
  `${b64({ alg: 'RS256' })}.${b64({ iss, sub: 's', exp: 4e9 })}.${signature}`;

const STATIC = 'https://static.example.com';
const SIGNING = 'https://signing.example.com';
const OAUTH = 'https://oauth.example.com';
const STATIC_SIGNATURE = 'c3RhdGljLXRva2VuLXNpZ25hdHVyZQ';
const OAUTH_SIGNATURE = 'b2F1dGgtdG9rZW4tc2lnbmF0dXJl';
const CLIENT_SECRET = 'client-secret-4711';
const CLUSTER_TOKEN = 'cluster-service-account-token';
const PULL_REQUEST_SECRET = 'glpat-0815';
const DAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
];

/**
 * Everything that the plugin says, writes down or asks for, held against every secret that it knows,
 * while whoever it talks to tries to have the secrets written down.
 */
describe('secrets', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let api: FakeApiServer;
  let gateway: Server;
  let tokens: Server;
  let stop: (() => Promise<void>) | undefined;
  const urls: string[] = [];
  const arrived: string[] = [];
  const said: string[] = [];
  const secrets = new Set<string>();
  /** Of the cluster's lists. */
  let version = 1;

  const keep = (...parts: unknown[]) =>
    said.push(parts.map(part => toText(part)).join(' '));

  afterEach(async () => {
    await stop?.();
    await api.stop();
    for (const server of [gateway, tokens]) {
      server.closeAllConnections();
      await new Promise(resolve => {
        server.close(resolve);
      });
    }
  });

  it('reach no log, error, answer, signal, event, row or URL', async () => {
    const knex = await databases.init('SQLITE_3');
    const { jwk, publicKey } = await startPeers({ enforced: true });
    const { call } = await startBackend(knex, jwk);

    const run = await runProbes(call);
    // The tokens were really sent, so that their absence elsewhere means something.
    expect(arrived.some(header => header.includes(STATIC_SIGNATURE))).toBe(
      true,
    );
    expect(arrived.some(header => header.includes(OAUTH_SIGNATURE))).toBe(true);
    const valid = run.observations.filter(
      ({ vector }) => vector === 'valid-token',
    );
    expect(valid.map(({ observed }) => observed.kind)).toEqual(
      expect.arrayContaining(['answer', 'answer', 'answer']),
    );
    expect(urls).toContain('/broken');
    const signed = await findSignatures(arrived, publicKey);
    expect(signed).not.toEqual([]);
    signed.forEach(signature => secrets.add(signature));
    await call('get', '/entities/component/default/nothing/status');
    await call('post', '/entities/component/default/shop/probe-runs');
    await call('get', '/entities/component/default/shop/history');
    await call('get', '/clusters');

    const rows = await dump(knex);
    expect(rows).toContain('valid-token');
    expect(said.join()).toContain('probe-run-create');
    expectNoLeak(rows);
  });

  it('reach no plan, proposal, action, difference, notice or digest', async () => {
    const knex = await databases.init('SQLITE_3');
    const { jwk, publicKey } = await startPeers({ enforced: false });
    secrets.add(PULL_REQUEST_SECRET);
    const backend = await startBackend(knex, jwk);
    const { call, invoke, scheduler } = backend;
    const path = '/entities/component/default/shop';

    let planned!: EnablementPlanView;
    await eventually(async () => {
      const { body } = await call('get', `${path}/enablement-options`);
      const [{ cluster, namespace, name, waysIn }] = body.services;
      planned = (
        await call('post', `${path}/enablement-plans`, {
          intent: 'enable',
          service: { cluster, namespace, name },
          waysIn: waysIn
            .filter(({ kind }: { kind: string }) => kind === 'gateway')
            .map(({ id }: { id: string }) => id),
          issuer: 'static',
          exemptPaths: ['/healthz'],
          preflights: 'let-through',
        })
      ).body;
      expect(planned.kind).toBe('planned');
    });
    const { planId, changes } = planned as PlannedEnablementView;
    await call('get', `${path}/enablement-plans/${planId}`);
    for (const [url, status] of [
      [`https://u:${PULL_REQUEST_SECRET}@git.example.com/1`, 400],
      [`https://git.example.com/1?private_token=${PULL_REQUEST_SECRET}`, 202],
    ]) {
      const answer = await call(
        'post',
        `${path}/enablement-plans/${planId}/proposal`,
        { url },
      );
      expect(answer.status).toBe(status);
    }

    // What was planned is merged. The gateway answers otherwise, with the token that it was sent.
    serveWritten(changes.map(({ after }) => parse(after!)));
    const operation = async () =>
      (await call('get', `${path}/enablements/${planId}`)).body;
    await eventually(async () => {
      await scheduler.triggerTask('istio-jwt-proposals');
      expect((await operation()).outcome).toMatch(/could not be proved: /);
    });
    expect(arrived.some(header => header.includes(STATIC_SIGNATURE))).toBe(
      true,
    );
    (await findSignatures(arrived, publicKey)).forEach(signature =>
      secrets.add(signature),
    );

    for (const [name, input] of [
      ['status', {}],
      ['plan', { issuer: 'static' }],
      ['plan', { issuer: 'nobody' }],
      ['enable', { planId }],
      ['operation', { operationId: planId }],
    ] as const) {
      await invoke(name, input);
    }

    await pretendDone(knex, planId);
    serveWritten(
      changes.map(({ after }) => {
        const object = parse(after!);
        object.spec.selector = { matchLabels: { app: 'other' } };
        return object;
      }),
    );
    await eventually(async () => {
      const { body } = await call('get', `${path}/enablement-options`);
      expect(body.services[0].drift).toHaveLength(1);
    });
    await eventually(async () => {
      await scheduler.triggerTask('istio-jwt-notices');
      expect(said.join()).toContain('is not what the portal wrote');
      const { body } = await call('get', '/coverage/summary');
      expect(body.total).toBeGreaterThan(0);
    });
    await call('get', `${path}/history`);
    for (const what of ['services', 'export?format=csv', 'owner-notices']) {
      await call('get', `/coverage/${what}`);
    }
    const told = await call('post', '/coverage/owner-notices', {
      filter: { claimed: true },
      atMost: 10,
    });
    expect(told.body).toMatchObject({ told: 1 });
    const ending = await call('post', '/exceptions', {
      scope: { cluster: 'c', namespace: 'default', name: 'shop' },
      reason: 'Callers move first',
      expiresAt: new Date(Date.now() + 3 * 86_400_000).toISOString(),
    });
    const { id, revision } = ending.body;
    const approved = await call('patch', `/exceptions/${id}`, {
      revision,
      approve: true,
    });
    expect(approved.status).toBe(200);
    await scheduler.triggerTask('istio-jwt-coverage-digest');
    const scopes = /istio-jwt:digest:[\w:/-]+/g;
    expect(said.join().match(scopes)).toEqual([
      'istio-jwt:digest:all',
      'istio-jwt:digest:group:default/shop-team',
    ]);

    await pretendWaiting(knex, planId);
    await call('get', `${path}/enablements/${planId}/plan`);
    for (const [reason, status] of [
      [`Try ${makeToken(STATIC, STATIC_SIGNATURE)}`, 400],
      ['After the sale', 202],
    ]) {
      const answer = await call(
        'post',
        `${path}/enablements/${planId}/decline`,
        { reason },
      );
      expect(answer.status).toBe(status);
    }
    expect(said.join()).toContain('what you asked for is declined');

    const rows = await dump(knex);
    expect(rows).toContain('https://git.example.com/1');
    expectNoLeak(rows);
  });

  function expectNoLeak(rows: string) {
    for (const secret of secrets) {
      for (const [place, texts] of Object.entries({
        said,
        urls,
        rows: [rows],
      })) {
        const leak = texts.find(text => text.includes(secret));
        expect([place, leak]).toEqual([place, undefined]);
      }
    }
  }

  /** Has the cluster hold these policies. */
  function serveWritten(objects: any[]) {
    version += 1;
    const resourceVersion = String(version);
    const type = version === 2 ? 'ADDED' : 'MODIFIED';
    for (const [kind, plural] of [
      ['RequestAuthentication', 'requestauthentications'],
      ['AuthorizationPolicy', 'authorizationpolicies'],
    ]) {
      const list = `/apis/security.istio.io/v1/${plural}`;
      const standing = objects
        .filter(object => object.kind === kind)
        .map(object => ({
          ...object,
          metadata: {
            ...object.metadata,
            uid: object.metadata.name,
            resourceVersion,
          },
        }));
      api.serve(list, standing, resourceVersion);
      for (const object of standing) {
        const { namespace, name } = object.metadata;
        api.on(
          list
            .replace('/v1/', `/v1/namespaces/${namespace}/`)
            .concat('/', name),
          (_, response) => {
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify(object));
          },
        );
        api.send(list, type, object);
      }
    }
  }

  async function startPeers({ enforced }: { enforced: boolean }) {
    version = 1;
    for (const kept of [urls, arrived, said]) kept.length = 0;
    secrets.clear();
    const { privateKey, publicKey } = await generateKeyPair('RS256', {
      extractable: true,
    });
    gateway = await listen((message, response) => {
      urls.push(message.url ?? '');
      const authorization = String(message.headers.authorization ?? '');
      arrived.push(authorization);
      if (message.url?.includes('reset')) message.socket.destroy();
      // A gateway that wants the token to be kept: as name, as reason and as body.
      const echo =
        authorization.replace(/^Bearer /, '') || 'RBAC: access denied';
      response.setHeader('server', echo.slice(-60));
      response.setHeader('via', echo.slice(0, 2000));
      response.writeHead(403, echo.slice(0, 100).replace(/[^\w.-]/g, ''));
      response.end(echo);
    });
    tokens = await listen((message, response) => {
      urls.push(message.url ?? '');
      response.setHeader('content-type', 'application/json');
      if (message.url === '/broken') {
        response.statusCode = 500;
        response.end(
          JSON.stringify({
            error: 'server_error',
            error_description: `refused ${message.headers.authorization} ${CLIENT_SECRET}`,
          }),
        );
        return;
      }
      response.end(
        JSON.stringify({
          access_token: makeToken(OAUTH, OAUTH_SIGNATURE),
          token_type: 'Bearer',
          expires_in: 300,
        }),
      );
    });
    api = await FakeApiServer.start();
    serveShop(api, { nodePort: portOf(gateway), enforced });
    if (enforced) {
      api.serve('/apis/security.istio.io/v1/requestauthentications', [
        {
          ...GATEWAY_POLICIES.authentication,
          spec: {
            ...GATEWAY_POLICIES.authentication.spec,
            jwtRules: [STATIC, SIGNING, OAUTH].map(issuer => ({
              issuer,
              jwksUri: `${issuer}/keys`,
            })),
          },
        },
      ]);
    }
    const jwk = { ...(await exportJWK(privateKey)), alg: 'RS256' };
    for (const secret of [
      STATIC_SIGNATURE,
      OAUTH_SIGNATURE,
      CLIENT_SECRET,
      CLUSTER_TOKEN,
      String(jwk.d),
    ]) {
      secrets.add(secret);
    }
    return { jwk, publicKey };
  }

  async function startBackend(knex: Knex, jwk: object) {
    const credentials = (path: string) => ({
      tokenUrl: `http://127.0.0.1:${portOf(tokens)}${path}`,
      clientId: 'probe',
      clientSecret: CLIENT_SECRET,
    });
    const registry = actionsRegistryServiceMock();
    const scheduler = mockServices.scheduler();
    const capture = (service: any, make: () => object) =>
      createServiceFactory({ service, deps: {}, factory: make as any });
    const started = await startTestBackend({
      features: [
        plugin,
        catalogServiceMock.factory({
          entities: [
            {
              ...SHOP_ENTITY,
              relations: [
                { type: 'ownedBy', targetRef: 'group:default/shop-team' },
              ],
            },
          ],
        }),
        capture(coreServices.scheduler, () => scheduler),
        capture(actionsRegistryServiceRef, () => registry),
        mockServices.database.factory({ knex } as any),
        capture(coreServices.rootLogger, () => captureLogger(keep)),
        capture(signalsServiceRef, () => ({
          publish: async (m: any) => keep(m),
        })),
        capture(notificationService, () => ({
          send: async (m: any) => keep(m),
        })),
        capture(eventsServiceRef, () => ({
          publish: async (m: any) => keep(m),
          subscribe: async () => {},
        })),
        mockServices.rootConfig.factory({
          data: {
            istioJwt: {
              clusters: [
                {
                  name: 'c',
                  url: api.url,
                  skipTLSVerify: true,
                  serviceAccountToken: CLUSTER_TOKEN,
                },
              ],
              probes: {
                allowedAddresses: ['127.0.0.1/32'],
                ratePerGateway: 100,
              },
              notifications: { holdFor: { milliseconds: 1 } },
              coverage: {
                exceptions: { allowSelfApproval: true },
                digest: {
                  day: DAYS[new Date().getUTCDay()],
                  time: '00:00',
                  platformTeam: ['group:default/platform'],
                },
              },
              enablement: {
                enabled: true,
                writeMode: 'pull-request',
                issuers: [
                  {
                    name: 'static',
                    issuer: STATIC,
                    jwksUri: `${STATIC}/keys`,
                  },
                ],
                deadlines: { propagation: '500ms' },
              },
              tokenSources: [
                { issuer: STATIC, static: makeToken(STATIC, STATIC_SIGNATURE) },
                { issuer: SIGNING, signingJwk: JSON.stringify(jwk) },
                // Asked first, and fails.
                { issuer: OAUTH, clientCredentials: credentials('/broken') },
                { issuer: OAUTH, clientCredentials: credentials('/token') },
              ],
            },
          },
        }),
      ],
    });
    stop = () => started.stop();
    const call = async (
      method: 'get' | 'post' | 'patch',
      path: string,
      body?: object,
    ) => {
      const response = await request(started.server)
        [method](`/api/istio-jwt/v1${path}`)
        .set('authorization', mockCredentials.user.header())
        .send(body);
      keep(response.status, response.text, response.headers);
      return response;
    };
    const invoke = async (name: string, input: object) => {
      try {
        const { output } = await registry.invoke({
          id: `test:${name}`,
          input: { entityRef: 'component:default/shop', ...input } as never,
          credentials: mockCredentials.user(),
        });
        keep(name, output);
      } catch (error) {
        keep(name, error);
      }
    };
    return { call, invoke, scheduler };
  }

  type Call = Awaited<ReturnType<typeof startBackend>>['call'];

  async function runProbes(call: Call): Promise<ProbeRun> {
    const path = '/entities/component/default/shop';
    let id = '';
    await eventually(async () => {
      const { status, body } = await call('post', `${path}/probe-runs`);
      expect(status).toBe(202);
      id = body.id;
    });
    let run: ProbeRun | undefined;
    await eventually(async () => {
      run = (await call('get', `${path}/probe-runs/${id}`)).body;
      expect(run?.status).toBe('done');
    });
    await call('get', `${path}/status`);
    return run!;
  }
});

/** Proxies never answer as planned here, so an operation is made to look as if they had. */
function pretendDone(knex: Knex, id: string): Promise<void> {
  return rewrite(knex, id, {
    phase: 'done',
    finishedAt: Date.now() - 60_000,
  });
}

/** The portal writes nothing here, so an operation is made to look as if it waited to be approved. */
function pretendWaiting(knex: Knex, id: string): Promise<void> {
  return rewrite(knex, id, {
    phase: 'awaiting-approval',
    startedBy: 'user:default/alice',
  });
}

async function rewrite(
  knex: Knex,
  id: string,
  change: { phase: string; [key: string]: unknown },
): Promise<void> {
  const [row] = await knex('istio_jwt_enablements').where({ id });
  const operation = { ...JSON.parse(row.operation), ...change };
  await knex('istio_jwt_enablements')
    .where({ id })
    .update({ phase: change.phase, operation: JSON.stringify(operation) });
}

/** Signatures that the issuer's own key made; forged ones are no secret. */
async function findSignatures(
  headers: string[],
  key: CryptoKey,
): Promise<string[]> {
  const found = await Promise.all(
    headers.map(async header => {
      const token = header.replace(/^Bearer /, '');
      const verified = await compactVerify(token, key).catch(() => undefined);
      return verified ? [token.split('.')[2]] : [];
    }),
  );
  return found.flat();
}

function captureLogger(keep: (...parts: unknown[]) => void): RootLoggerService {
  const logger: RootLoggerService = {
    error: keep,
    warn: keep,
    info: keep,
    debug: keep,
    child: meta => {
      keep(meta);
      return logger;
    },
  };
  return logger;
}

async function dump(knex: Knex): Promise<string> {
  const tables: { name: string }[] = await knex('sqlite_master').where({
    type: 'table',
  });
  const rows = await Promise.all(tables.map(({ name }) => knex(name)));
  return JSON.stringify(rows);
}

function toText(value: unknown): string {
  return value instanceof Error
    ? `${value.stack} ${JSON.stringify(value)}`
    : JSON.stringify(value) ?? '';
}

async function listen(
  answer: (
    message: IncomingMessage,
    response: import('node:http').ServerResponse,
  ) => void,
): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
