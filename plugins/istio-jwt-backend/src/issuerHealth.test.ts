import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  SignalsService,
  signalsServiceRef,
} from '@backstage/plugin-signals-node';
import {
  EntityStatus,
  IstioJwtSignal,
} from 'backstage-plugin-istio-jwt-common';
import { Sandbox, startSandbox } from 'istio-jwt-sandbox';
import request from 'supertest';
import plugin from '.';
import { eventually } from './testing/FakeApiServer';
import { KeyServer } from './testing/KeyServer';

const KEY = { kty: 'RSA', kid: 'one', n: 'AQ', e: 'AQAB' };
/** Its private part stands in RFC 7515. */
const KNOWN_KEY = {
  kty: 'EC',
  kid: 'three',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};

describe('issuer health of an entity', () => {
  let sandbox: Sandbox;
  let keys: KeyServer;
  let signals: IstioJwtSignal[];
  let stop: () => Promise<void>;
  let getStatus: () => Promise<EntityStatus>;

  beforeEach(async () => {
    keys = await KeyServer.start();
    keys.sendKeys(KEY);
    sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    const path = `${sandbox.apiUrl}/apis/security.istio.io/v1/namespaces/istio-system/requestauthentications`;
    const created = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'security.istio.io/v1',
        kind: 'RequestAuthentication',
        metadata: { name: 'checked', namespace: 'istio-system' },
        spec: {
          selector: { matchLabels: { istio: 'ingressgateway' } },
          jwtRules: [{ issuer: 'https://checked.example', jwksUri: keys.url }],
        },
      }),
    });
    if (created.status !== 201) throw new Error('The policy was not taken');
    signals = [];
    const started = await startTestBackend({
      features: [
        plugin,
        catalogServiceMock.factory({
          entities: [
            {
              apiVersion: 'backstage.io/v1alpha1',
              kind: 'Component',
              metadata: {
                name: 'backend',
                namespace: 'default',
                annotations: {
                  'backstage.io/kubernetes-label-selector': 'app=backend',
                  'backstage.io/kubernetes-namespace': 'default',
                },
              },
            },
          ],
        }),
        createServiceFactory({
          service: signalsServiceRef,
          deps: {},
          factory: (): SignalsService => ({
            publish: async ({ message }) => {
              signals.push(message as unknown as IstioJwtSignal);
            },
          }),
        }),
        mockServices.rootConfig.factory({
          data: {
            istioJwt: {
              clusters: [
                { name: 'sandbox', sandbox: true, url: sandbox.apiUrl },
              ],
              jwks: {
                interval: '10s',
                allowedHosts: [keys.origin],
                allowedAddresses: ['127.0.0.1/32'],
              },
            },
          },
        }),
      ],
    });
    stop = () => started.stop();
    getStatus = async () => {
      const { body } = await request(started.server)
        .get('/api/istio-jwt/v1/entities/component/default/backend/status')
        .set('authorization', mockCredentials.user.header());
      return body;
    };
  });

  afterEach(async () => {
    await stop();
    await sandbox.stop();
    await keys.stop();
  });

  const viewChecked = ({ issuerHealth }: EntityStatus) =>
    issuerHealth.find(({ issuer }) => issuer === 'https://checked.example');

  it('is told with the status, and by a signal when it changes', async () => {
    let before!: EntityStatus;
    await eventually(async () => {
      before = await getStatus();
      expect(viewChecked(before)?.health.kind).toBe('healthy');
    });
    expect(
      before.issuerHealth
        .filter(({ issuer }) => issuer !== 'https://checked.example')
        .map(({ health }) => health.kind),
    ).toEqual(['not-checked']);
    // A check that finds the same is no news; the cluster's own may come in between.
    await eventually(async () => {
      before = await getStatus();
      const checks = keys.requests.length;
      await eventually(
        () => expect(keys.requests.length).toBeGreaterThan(checks),
        15_000,
      );
      expect((await getStatus()).revision).toBe(before.revision);
    }, 40_000);

    signals = [];
    keys.send(500, 'oops');
    await eventually(
      () =>
        expect(signals).toContainEqual(
          expect.objectContaining({ type: 'status-changed' }),
        ),
      15_000,
    );
    const failing = await getStatus();
    expect(viewChecked(failing)?.health).toMatchObject({
      kind: 'failing',
      failure: { code: 'http-status', brief: 'HTTP 500' },
    });
    expect(failing.revision).not.toBe(before.revision);
    expect(failing.services[0].findings).toContainEqual(
      expect.objectContaining({
        id: 'jwks-unreachable',
        message: expect.stringContaining('HTTP 500'),
        resource: expect.objectContaining({ name: 'checked' }),
      }),
    );

    signals = [];
    keys.sendKeys({ ...KEY, kid: 'two', d: 'AQ' });
    await eventually(() => expect(signals).not.toEqual([]), 15_000);
    const back = await getStatus();
    expect(viewChecked(back)?.health).toMatchObject({
      kind: 'healthy',
      keySet: { rotatedAt: expect.any(String), keys: [{ kid: 'two' }] },
    });
    expect(back.services[0].findings.map(({ id }) => id)).toContain(
      'jwks-private-key',
    );
    expect(back.services[0].findings.map(({ id }) => id)).not.toContain(
      'jwks-unreachable',
    );

    signals = [];
    keys.sendKeys(KNOWN_KEY);
    await eventually(() => expect(signals).not.toEqual([]), 15_000);
    const known = await getStatus();
    expect(viewChecked(known)?.health).toMatchObject({
      keySet: { keys: [{ kid: 'three', knownFrom: 'RFC 7515, appendix A.3' }] },
    });
    expect(known.services[0].findings).toContainEqual(
      expect.objectContaining({
        id: 'jwks-known-key',
        message: expect.stringContaining('RFC 7515, appendix A.3'),
      }),
    );
  });
});
