import { createServer, Server } from 'node:http';
import { AddressInfo, connect } from 'node:net';
import { countBetween } from './countBetween';
import { parseShadowCounters, readShadowCounters } from './readShadowCounters';

const STATS = `http.admin.rbac.allowed: 9
http.outbound_0.0.0.0_8080;.rbac.istio_dry_run_allow_.shadow_allowed: 1
http.outbound_0.0.0.0_8080;.rbac.istio_dry_run_allow_.shadow_denied: 5
http.outbound_0.0.0.0_8080;.rbac.istio_dry_run_deny_.shadow_allowed: 2
http.outbound_0.0.0.0_8080;.rbac.istio_dry_run_deny_.shadow_denied: 3
http.outbound_0.0.0.0_8443;.rbac.istio_dry_run_deny_.shadow_denied: 4
http.outbound_0.0.0.0_8080;.rbac.shadow_denied: 70
`;

describe('what proxies count of policies that are tried', () => {
  let server: Server;
  let answer: { status: number; body: string };
  const paths: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      paths.push(request.url ?? '');
      response.statusCode = answer.status;
      response.end(answer.body);
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterAll(() => server.close());

  const read = () =>
    readShadowCounters(
      connect((server.address() as AddressInfo).port, '127.0.0.1'),
      'DENY',
      AbortSignal.timeout(5000),
    );

  it('adds up the listeners of one action', async () => {
    answer = { status: 200, body: STATS };
    expect(await read()).toEqual({ denied: 7, allowed: 2 });
    expect(paths[0]).toBe('/stats?filter=rbac.*shadow_(allowed%7Cdenied)%24');
    expect(parseShadowCounters(STATS, 'ALLOW')).toEqual({
      denied: 5,
      allowed: 1,
    });
  });

  it('does not take a proxy that keeps no such statistics for one that counts none', async () => {
    answer = { status: 200, body: 'http.x.rbac.allowed: 3\n' };
    expect(await read()).toBeUndefined();
  });

  it('takes neither an error nor endless text', async () => {
    answer = { status: 404, body: '' };
    await expect(read()).rejects.toThrow('No statistics');
    answer = { status: 200, body: 'x'.repeat(1024 * 1024 + 1) };
    await expect(read()).rejects.toThrow('Too many statistics');
  });

  it('counts Pods that were read twice, and counters that began anew', () => {
    const reading = (entries: [string, number, number][]) => ({
      ok: true as const,
      pods: entries.length,
      byPod: new Map(
        entries.map(([pod, denied, allowed]) => [pod, { denied, allowed }]),
      ),
    });
    expect(
      countBetween(
        reading([
          ['a', 5, 10],
          ['b', 7, 0],
          ['gone', 1, 1],
        ]),
        reading([
          ['a', 8, 30],
          ['b', 2, 1],
          ['new', 100, 100],
        ]),
      ),
    ).toEqual({ denied: 5, allowed: 21, pods: 2 });
  });
});
