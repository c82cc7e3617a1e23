import { mockServices } from '@backstage/backend-test-utils';
import { IssuerHealth, Observation } from 'backstage-plugin-istio-jwt-common';
import { IssuerUse, Mesh, parseObjects } from 'istio-jwt-policy-engine';
import { Knex } from 'knex';
import { readIstioJwtConfig } from '../config';
import { AddressGuard } from '../probes/AddressGuard';
import { TokenHeader } from '../probes/tokenSources';
import { eventually } from '../testing/FakeApiServer';
import { KeyServer } from '../testing/KeyServer';
import { describeOnDatabases } from '../__testUtils__/describeOnDatabases';
import { DatabaseKeySetStore } from './DatabaseKeySetStore';
import { IssuerKeys } from './IssuerKeys';

const ISSUER = 'https://issuer.example';
const RSA = { kty: 'RSA', n: 'AQ', e: 'AQAB' };
describeOnDatabases('IssuerKeys', connect => {
  let knex: Knex;
  let server: KeyServer;
  let running: IssuerKeys[];

  beforeEach(async () => {
    knex = await connect();
    server = await KeyServer.start();
    server.sendKeys({ ...RSA, kid: 'one' });
    running = [];
  });
  afterEach(async () => {
    running.forEach(keys => keys.stop());
    await server.stop();
  });

  function makeMesh(rule: object): Mesh {
    const mesh = new Mesh();
    parseObjects([
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'RequestAuthentication',
        metadata: { name: 'jwt', namespace: 'istio-system' },
        spec: { jwtRules: [{ issuer: ISSUER, ...rule }] },
      },
    ]).resources.forEach(resource => mesh.apply(resource));
    return mesh;
  }

  function start({
    rule = { jwksUri: server.url } as object,
    allowedHosts = [server.origin],
    allowedAddresses = ['127.0.0.1/32'],
    headers = [] as TokenHeader[],
  } = {}) {
    const { jwks: config } = readIstioJwtConfig(
      mockServices.rootConfig({
        data: { istioJwt: { jwks: { allowedHosts, allowedAddresses } } },
      }),
    );
    const mirror = {
      config: { name: 'c' },
      mesh: makeMesh(rule),
      revision: 1,
    };
    const keys = new IssuerKeys({
      registry: { list: () => [mirror] },
      store: new DatabaseKeySetStore(knex),
      logger: mockServices.logger.mock(),
      config: { ...config, intervalMs: 100 },
      guard: new AddressGuard(allowedAddresses, undefined, 'the list'),
      listTokenHeaders: () => headers,
      timing: { tickMs: 10, syncMs: 20 },
    });
    running.push(keys);
    keys.start();
    const { jwksUri, jwks } = rule as { jwksUri?: string; jwks?: string };
    const use: IssuerUse = {
      issuer: (rule as { issuer?: string }).issuer ?? ISSUER,
      audiences: [],
      jwks: jwksUri
        ? { kind: 'uri', uri: jwksUri }
        : { kind: jwks ? 'inline' : 'discovery' },
      forwardOriginalToken: false,
      requestAuthentication: {
        kind: 'RequestAuthentication',
        namespace: 'istio-system',
        name: 'jwt',
      },
    };
    const view = (observations: Observation[] = []) => {
      const views = keys.view([{ mirror, use }], observations);
      expect(views).toHaveLength(1);
      return keys.refresh(views)[0];
    };
    return { keys, view, use };
  }

  async function expectHealth(
    { view }: { view(): { health: IssuerHealth } },
    expected: object,
  ): Promise<void> {
    await eventually(() => expect(view().health).toMatchObject(expected), 9000);
  }

  it('tells keys, size, time, and takes nothing private in', async () => {
    server.sendKeys(
      { ...RSA, kid: 'one', alg: 'RS256', use: 'sig' },
      { ...RSA, kid: 'leaked', d: 'c2VjcmV0', p: 'cHJpbWU' },
      { kty: 'oct', kid: 'shared', k: 'aHVudGVyMg' },
      { kty: 'EC', crv: 'secp256k1', x: 'AQ', y: 'AQ' },
    );
    const started = start();
    expect(started.view().health).toEqual({ kind: 'checking' });
    await expectHealth(started, { kind: 'healthy', warnings: [] });
    const { health } = started.view();
    expect(health).toMatchObject({
      keySet: {
        keyCount: 4,
        bytes: expect.any(Number),
        durationMs: expect.any(Number),
        keys: [
          { kid: 'one', kty: 'RSA', alg: 'RS256', use: 'sig', private: false },
          { kid: 'leaked', private: true },
          { kid: 'shared', private: true },
          { crv: 'secp256k1', unusable: expect.stringContaining('secp256k1') },
        ],
      },
    });
    expect(started.keys.listPublicKeys(started.use)).toEqual(
      expect.arrayContaining([{ ...RSA, kid: 'leaked' }]),
    );
    const stored = JSON.stringify(await knex('istio_jwt_key_sets').select());
    expect(stored).toContain('leaked');
    for (const secret of ['c2VjcmV0', 'cHJpbWU', 'aHVudGVyMg']) {
      expect(stored).not.toContain(secret);
    }
  });

  it.each<[string, string, () => void | Promise<void>]>([
    ['stopped', 'unreachable', () => server.stop()],
    ['answering 500', 'http-status', () => server.send(500, 'oops')],
    [
      'answering 10 MB',
      'too-large',
      () => server.send(200, ' '.repeat(10 * 1024 * 1024)),
    ],
    [
      'answering HTML',
      'not-a-key-set',
      () => server.send(200, '<html>', { 'content-type': 'text/html' }),
    ],
    [
      'breaking off',
      'unreachable',
      () => server.onRequest(response => response.destroy()),
    ],
    ['without keys', 'no-usable-key', () => server.sendKeys()],
  ])('sees a server that is %s, and its recovery', async (__, code, break_) => {
    const started = start();
    await expectHealth(started, { kind: 'healthy' });
    const before = started.keys.version;
    await break_();
    await expectHealth(started, {
      kind: 'failing',
      failure: { code, document: 'keys' },
      lastGood: { keySet: { keys: [{ kid: 'one' }] } },
    });
    expect(started.keys.version).toBeGreaterThan(before);
    const { health } = started.view();
    const since = health.kind === 'failing' ? health.since : '';
    const seen = server.requests.length;
    await eventually(() => {
      const now = started.view().health;
      expect(now.kind === 'failing' && now.checkedAt > since).toBe(true);
      expect(now).toMatchObject({ since });
    });
    server.sendKeys({ ...RSA, kid: 'one' });
    if (code === 'unreachable' && server.requests.length === seen) {
      await server.stop();
      await server.resume();
    }
    await expectHealth(started, { kind: 'healthy' });
  });

  it('sees a server that takes longer than istiod waits', async () => {
    const started = start();
    await expectHealth(started, { kind: 'healthy' });
    server.onRequest(response => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"keys":[');
    });
    await expectHealth(started, {
      kind: 'failing',
      failure: { code: 'timeout', reason: expect.stringContaining('5 s') },
    });
    server.sendKeys({ ...RSA, kid: 'one' });
    await expectHealth(started, { kind: 'healthy' });
    expect(started.view().health).not.toHaveProperty('failure');
  });

  it('waits as long as the rule has istiod wait', async () => {
    server.onRequest(() => {});
    await expectHealth(
      start({ rule: { jwksUri: server.url, timeout: '0.5s' } }),
      {
        kind: 'failing',
        failure: { code: 'timeout', brief: 'no answer within 0.5 s' },
      },
    );
  });

  it('remembers a rotation over a restart', async () => {
    const first = start();
    await expectHealth(first, { kind: 'healthy' });
    server.sendKeys({ ...RSA, kid: 'one' }, { ...RSA, kid: 'two' });
    await expectHealth(first, {
      keySet: { rotatedAt: expect.any(String), keyCount: 2 },
    });
    const { health } = first.view();
    const rotatedAt = health.kind === 'healthy' && health.keySet.rotatedAt;
    first.keys.stop();
    await expectHealth(start(), {
      kind: 'healthy',
      keySet: { rotatedAt, keyCount: 2 },
    });
  });

  it('lets one replica ask, and all know', async () => {
    const replicas = [start(), start(), start()];
    for (const replica of replicas) {
      await expectHealth(replica, { kind: 'healthy' });
    }
    const startedAt = Date.now();
    const before = server.requests.length;
    await new Promise(resolve => {
      setTimeout(resolve, 1000);
    });
    // 100 ms between two checks, with jitter that shortens, and time to take over.
    const most = (Date.now() - startedAt) / 90 + 2;
    expect(server.requests.length - before).toBeLessThanOrEqual(most);
    server.send(500, '');
    for (const replica of replicas) {
      await expectHealth(replica, { kind: 'failing' });
    }
  });

  it('discovers the key set as istiod does, and tells another issuer', async () => {
    const issuer = `${server.origin}/realm/`;
    const serve = (document: object) =>
      server.onRequest((response, path) =>
        response.end(
          JSON.stringify(
            path === '/realm/.well-known/openid-configuration'
              ? document
              : { keys: [{ ...RSA, kid: 'one' }] },
          ),
        ),
      );
    serve({ issuer, jwks_uri: server.url });
    const started = start({ rule: { issuer } });
    await expectHealth(started, { kind: 'healthy', warnings: [] });
    expect(started.view().uri).toBe(
      `${server.origin}/realm/.well-known/openid-configuration`,
    );
    serve({ issuer: 'https://other.example', jwks_uri: server.url });
    await expectHealth(started, {
      kind: 'healthy',
      warnings: [expect.stringContaining('https://other.example')],
    });
    serve({ issuer });
    await expectHealth(started, {
      kind: 'failing',
      failure: { document: 'discovery' },
    });
    serve({ issuer, jwks_uri: 'http://169.254.169.254/latest' });
    await expectHealth(started, {
      kind: 'not-checked',
      fix: expect.stringContaining('http://169.254.169.254'),
    });
  });

  it.each([
    ['a host that is not listed', { allowedHosts: [] }, /allowedHosts/],
    [
      'a listed host without http://',
      { allowedHosts: ['127.0.0.1'] },
      /'http:\/\/127\.0\.0\.1:\d+'/,
    ],
    [
      'loopback that is not listed',
      { allowedAddresses: ['10.0.0.0/8'] },
      /allowedAddresses/,
    ],
  ])('does not ask %s, and says how to allow it', async (__, options, fix) => {
    const started = start(options);
    await expectHealth(started, {
      kind: 'not-checked',
      fix: expect.stringMatching(fix),
    });
    expect(server.requests).toEqual([]);
  });

  it('follows no redirect', async () => {
    const secret = await KeyServer.start();
    secret.sendKeys({ ...RSA, kid: 'inside' });
    server.send(302, '', { location: secret.url });
    await expectHealth(start(), {
      kind: 'not-checked',
      reason: expect.stringContaining('redirect'),
    });
    expect(secret.requests).toEqual([]);
    await secret.stop();
  });

  it('leaves a failing server alone for longer while nobody looks', async () => {
    server.send(500, '');
    const { keys, use } = start();
    await eventually(() => expect(keys.getRecord(use)?.failures).toBe(5), 9000);
    const before = server.requests.length;
    await new Promise(resolve => {
      setTimeout(resolve, 700);
    });
    expect(server.requests.length).toBe(before);
    keys.refresh([
      { ...use, usedBy: [], tokens: [], health: { kind: 'checking' } },
    ]);
    await eventually(
      () => expect(server.requests.length).toBeGreaterThan(before),
      400,
    );
  });

  it('holds the key id of valid tokens against the published ones', async () => {
    const started = start({
      headers: [
        { issuer: ISSUER, kid: 'gone', alg: 'RS256' },
        { issuer: 'https://other.example', kid: 'x', alg: 'RS256' },
      ],
    });
    await eventually(() =>
      expect(started.view().tokens).toEqual([
        { kid: 'gone', alg: 'RS256', published: false },
      ]),
    );
    server.sendKeys({ ...RSA, kid: 'gone' });
    await eventually(() =>
      expect(started.view().tokens[0].published).toBe(true),
    );
  });

  it('suspects istiod where good keys are published and valid tokens are refused', async () => {
    const started = start();
    await expectHealth(started, { kind: 'healthy' });
    const observe = (body: string): Observation => ({
      vector: 'valid-token',
      title: '',
      wayInId: 'w',
      issuer: ISSUER,
      expected: { status: ['not-401-403'], why: '' },
      observed: { kind: 'answer', status: 401, body, durationMs: 1 },
      result: 'disagrees',
      at: '2026-01-01T00:00:00.000Z',
    });
    expect(started.view().suspicion).toBeUndefined();
    expect(
      started.view([observe('Jwt verification fails')]).suspicion?.message,
    ).toMatch(/istiod failed to read the keys/);
    expect(
      started.view([
        observe("Jwks doesn't have key to match kid or alg from Jwt"),
      ]).suspicion?.message,
    ).toMatch(/older set/);
    expect(started.view([observe('Jwt is expired')]).suspicion).toBeUndefined();
  });

  it('reads inline keys without asking anybody', async () => {
    const jwks = JSON.stringify({ keys: [{ ...RSA, kid: 'in', d: 'AQ' }] });
    expect(start({ rule: { jwks } }).view().health).toEqual({
      kind: 'inline',
      keyCount: 1,
      keys: [{ kid: 'in', kty: 'RSA', private: true }],
    });
  });
});
