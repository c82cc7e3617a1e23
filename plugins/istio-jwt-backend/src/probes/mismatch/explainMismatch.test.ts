import { TestDatabases } from '@backstage/backend-test-utils';
import { MismatchExplanation } from 'backstage-plugin-istio-jwt-common';
import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { eventually, FakeApiServer } from '../../testing/FakeApiServer';
import { serveShop, SHOP_ENTITY } from '../../testing/shopCluster';
import { StartedRunner, startRunner } from '../../__testUtils__/startRunner';
import { REPEATS } from './explainMismatch';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What Istio's gateway says where a request has no token. */
const refuse: Answer = (_, response) => {
  response.writeHead(403, { server: 'istio-envoy' });
  response.end('RBAC: access denied');
};
const admit: Answer = (_, response) => {
  response.writeHead(200, {
    server: 'istio-envoy',
    'x-envoy-upstream-service-time': '1',
  });
  response.end('hello');
};

describe('explainMismatch: a gateway that requires tokens, and answers that do not', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let api: FakeApiServer;
  let gateway: Server;
  let started: StartedRunner;
  /** Answers to a plain request without a token; everything else is refused as configured. */
  let answer: Answer;
  let asked: number;

  beforeEach(async () => {
    asked = 0;
    gateway = createServer((request, response) => {
      if (isPlain(request)) {
        asked += 1;
        answer(request, response);
      } else {
        refuse(request, response);
      }
    });
    await new Promise<void>(resolve => {
      gateway.listen(0, '127.0.0.1', resolve);
    });
    api = await FakeApiServer.start();
  });

  async function start(gateways: (port: number) => object[] = () => []) {
    const { port } = gateway.address() as AddressInfo;
    serveShop(api, { nodePort: port, enforced: true });
    const knex = await databases.init('SQLITE_3');
    started = await startRunner(api, knex, {
      cluster: { gateways: gateways(port) },
      probes: { ratePerGateway: 100 },
      allowedAddresses: ['127.0.0.1/32'],
    });
  }

  afterEach(async () => {
    await started.stop();
    await api.stop();
    gateway.closeAllConnections();
    await new Promise(resolve => {
      gateway.close(resolve);
    });
  });

  async function explain(): Promise<MismatchExplanation | undefined> {
    expect(
      await started.runner.start(SHOP_ENTITY, 'user:default/me'),
    ).toMatchObject({
      kind: 'started',
    });
    await eventually(() => expect(started.seen?.status).toBe('done'), 40_000);
    return started.seen?.targets.find(({ wayInId }) => wayInId !== 'mesh.80')
      ?.mismatch;
  }

  const findingOf = (mismatch: MismatchExplanation | undefined, id: string) =>
    mismatch?.causes.find(cause => cause.id === id)?.finding;

  it('points to what stands in front where a plain server answers', async () => {
    answer = (_, response) => {
      response.end('hello');
    };
    await start();
    const mismatch = await explain();
    expect(mismatch).toMatchObject({
      vector: 'no-token',
      causes: expect.arrayContaining([
        expect.objectContaining({ id: 'in-front', finding: 'likely' }),
      ]),
    });
    expect(mismatch?.causes[0].id).toBe('in-front');
    expect(findingOf(mismatch, 'snapshot-stale')).toBe('ruled-out');
    expect(findingOf(mismatch, 'envoy-filter')).toBe('ruled-out');
    expect(findingOf(mismatch, 'another-gateway')).toBe('ruled-out');
  });

  it('names the headers that a CDN left', async () => {
    answer = (_, response) => {
      response.writeHead(200, {
        server: 'istio-envoy',
        via: '1.1 cdn',
        'cf-ray': 'secret-value',
      });
      response.end();
    };
    await start();
    const mismatch = await explain();
    const [first] = mismatch!.causes;
    expect(first).toMatchObject({
      id: 'in-front',
      finding: 'likely',
      evidence: expect.stringContaining('via, cf-ray'),
    });
    expect(JSON.stringify(started.seen)).not.toContain('secret-value');
  });

  it('points to replicas out of sync where connections are answered differently', async () => {
    // The probe and its second look are admitted; of the repetitions, every other one.
    answer = (request, response) =>
      (asked > 2 && asked % 2 === 0 ? refuse : admit)(request, response);
    await start();
    const mismatch = await explain();
    expect(mismatch?.causes[0]).toMatchObject({
      id: 'proxy-not-in-sync',
      finding: 'likely',
      evidence: expect.stringContaining('2 were answered as configured'),
      next: expect.stringContaining('istioctl proxy-status -n istio-system'),
    });
    expect(findingOf(mismatch, 'in-front')).toBe('ruled-out');
  });

  it('points to propagation where every later answer is as configured', async () => {
    answer = (request, response) =>
      (asked > 2 ? refuse : admit)(request, response);
    await start();
    const mismatch = await explain();
    expect(mismatch?.causes[0]).toMatchObject({
      id: 'propagation',
      finding: 'likely',
      evidence: expect.stringContaining(`${REPEATS} times of ${REPEATS}`),
    });
    expect(findingOf(mismatch, 'proxy-not-in-sync')).toBe('ruled-out');
  });

  it('doubts an address that was set by hand', async () => {
    answer = admit;
    await start(port => [
      {
        match: { namespace: 'istio-system', name: 'gateway' },
        address: `127.0.0.1:${port}`,
      },
    ]);
    const mismatch = await explain();
    expect(findingOf(mismatch, 'another-gateway')).toBe('possible');
    expect(findingOf(mismatch, 'proxy-not-in-sync')).toBe('possible');
  });

  it('says nothing of answers that tell nothing', async () => {
    gateway.removeAllListeners('request');
    gateway.on('request', (_, response) => response.writeHead(503).end());
    await start();
    expect(await explain()).toBeUndefined();
  });
});

/** The probe `no-token` and its repetitions. */
function isPlain({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    url === '/' &&
    headers.host === 'shop.example.com' &&
    headers.authorization === undefined &&
    headers.cookie === undefined
  );
}
