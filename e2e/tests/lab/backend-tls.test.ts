import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import { judgeStates } from './planOnLab.ts';
import { testRefusals } from './refusals.ts';
import {
  eventually,
  ingressGateway,
  openHarness,
  routeTo,
  type Harness,
} from './support.ts';

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const HOST = 'backend-tls.example.com';
const BACKEND = { group: '', kind: 'Service', name: 'backend' };
const VALIDATION = { hostname: HOST, wellKnownCACertificates: 'System' };

const policy = (target: object, annotations = {}): Manifest => ({
  apiVersion: GATEWAY_API,
  kind: 'BackendTLSPolicy',
  metadata: { name: 'backend', namespace: 'default', annotations },
  spec: { targetRefs: [target], validation: VALIDATION },
});

testRefusals(GATEWAY_API, 'BackendTLSPolicy', {
  'a Service': { targetRefs: [BACKEND], validation: VALIDATION },
  'a port': {
    targetRefs: [{ ...BACKEND, sectionName: 'http' }],
    validation: VALIDATION,
  },
  'no target': { targetRefs: [], validation: VALIDATION },
  'targets left out': { validation: VALIDATION },
  'no group': {
    targetRefs: [{ kind: 'Service', name: 'backend' }],
    validation: VALIDATION,
  },
  'no kind': {
    targetRefs: [{ group: '', name: 'backend' }],
    validation: VALIDATION,
  },
  'no validation': { targetRefs: [BACKEND] },
  'no host': {
    targetRefs: [BACKEND],
    validation: { wellKnownCACertificates: 'System' },
  },
});

describe('a BackendTLSPolicy', () => {
  let h: Harness;

  before(async () => {
    h = await openHarness();
    await h.apply(
      ingressGateway('backend-tls', [HOST]),
      routeTo('backend', {
        name: 'backend-tls',
        host: HOST,
        gateway: 'backend-tls',
      }),
    );
    await eventually(() => h.atGateway(HOST), 200);
  });
  after(() => h.cleanUp());

  const judge = () => judgeStates(h, HOST);

  test('changes how the gateway connects, which is not followed', async () => {
    assert.deepEqual(await judge(), ['open']);
    await h.apply(policy(BACKEND));
    await eventually(() => h.atGateway(HOST), 503);
    assert.deepEqual(await judge(), ['unknown']);
  });

  test('does nothing where Istio is told to ignore it', async () => {
    await h.apply(
      policy(BACKEND, { 'istio.io/ignore-policy-attachment': 'TRUE' }),
    );
    await eventually(() => h.atGateway(HOST), 200);
    assert.deepEqual(await judge(), ['open']);
  });

  test('does nothing to other ports', async () => {
    await h.apply(policy({ ...BACKEND, sectionName: 'http' }));
    await eventually(() => h.atGateway(HOST), 503);
    assert.deepEqual(await judge(), ['unknown']);
    await h.apply(policy({ ...BACKEND, sectionName: 'other' }));
    await eventually(() => h.atGateway(HOST), 200);
    assert.deepEqual(await judge(), ['open']);
  });
});
