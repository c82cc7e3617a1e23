import { Mesh, parseYaml } from 'istio-jwt-policy-engine';
import { lookup } from 'node:dns/promises';
import { ClusterMirror } from '../cluster';
import { AddressGuard } from './AddressGuard';
import { createApiServerLister } from './listApiServers';

jest.mock('node:dns/promises', () => ({ lookup: jest.fn() }));
const resolve = lookup as unknown as jest.Mock;

const KUBERNETES = `
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: default}
spec: {clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1, 'fd12::1'], ports: [{name: https, port: 443, targetPort: 6443}]}
`;

function registryOf(host: string, text = '') {
  const mesh = new Mesh();
  parseYaml(text).resources.forEach(resource => mesh.apply(resource));
  const mirror = {
    mesh,
    config: { name: 'prod' },
    connection: { serverAddress: { host, port: 6443 } },
  } as unknown as ClusterMirror;
  return { list: () => [mirror] };
}

describe('createApiServerLister', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('knows the address from outside and those from inside', async () => {
    const list = createApiServerLister(registryOf('203.0.113.1', KUBERNETES));
    const guard = new AddressGuard([], list);
    for (const [ip, port] of [
      ['203.0.113.1', 6443],
      ['10.96.0.1', 443],
      ['fd12::1', 443],
    ] as const) {
      expect(await guard.check(ip, port)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('API server'),
      });
    }
    expect(await guard.check('10.96.0.2', 443)).toEqual({ ok: true });
  });

  it('keeps what a name resolved to last', async () => {
    const list = createApiServerLister(registryOf('api.example'));
    resolve.mockResolvedValueOnce([{ address: '203.0.113.1' }]);
    await list();
    resolve.mockRejectedValue(new Error('SERVFAIL'));
    jest.advanceTimersByTime(31_000);
    expect(await list()).toEqual([{ ip: '203.0.113.1', port: 6443 }]);
  });

  it('lets nothing pass while a name was never resolved, and asks again', async () => {
    const list = createApiServerLister(registryOf('api.example'));
    const guard = new AddressGuard([], list);
    resolve.mockRejectedValueOnce(new Error('SERVFAIL'));
    expect(await guard.check('10.0.0.1', 80)).toEqual({
      ok: false,
      reason: expect.stringContaining('API server of cluster prod'),
    });
    resolve.mockResolvedValueOnce([{ address: '203.0.113.1' }]);
    expect(await guard.check('10.0.0.1', 80)).toEqual({ ok: true });
  });
});
