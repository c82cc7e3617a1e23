import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigReader } from '@backstage/config';
import { readIstioJwtConfig } from '../config';
import { AddressGuard } from './AddressGuard';
import { GatewayClient } from './GatewayClient';
import { BackOff, GatewayPacer, PacedRun, startPacedRun } from './GatewayPacer';
import { ProbeAnswer } from './ProbeClient';
import { readRetryAfter } from './readRetryAfter';

describe('GatewayPacer with a real gateway', () => {
  let server: Server;
  let client: GatewayClient;
  let arrivals: number[];
  /** Answers in order; then 200. */
  let answers: { status: number; retryAfter?: string }[];
  let backOffs: BackOff[];
  let run: PacedRun;

  beforeEach(async () => {
    arrivals = [];
    backOffs = [];
    run = startPacedRun(new AbortController().signal);
    server = createServer((_, response) => {
      arrivals.push(Date.now());
      const { status, retryAfter } = answers.shift() ?? { status: 200 };
      response
        .writeHead(status, retryAfter ? { 'retry-after': retryAfter } : {})
        .end();
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    client = new GatewayClient({
      target: {
        kind: 'address',
        host: '127.0.0.1',
        port: (server.address() as AddressInfo).port,
      },
      protocol: 'http',
      host: 'shop.example',
      guard: new AddressGuard(['127.0.0.1/32']),
      config: readIstioJwtConfig(new ConfigReader({})).probes,
    });
  });

  afterEach(async () => {
    await client.close();
    await new Promise(resolve => {
      server.close(resolve);
    });
  });

  const makePacer = (overrides = {}) =>
    new GatewayPacer({
      maxConcurrency: 4,
      ratePerGateway: 100,
      firstPauseMs: 200,
      onBackOff: backOff => backOffs.push(backOff),
      ...overrides,
    });
  const send = (pacer: GatewayPacer) =>
    pacer.send('gw:80', run, () =>
      client.send({
        method: 'GET',
        host: 'shop.example',
        path: '/',
        headers: {},
      }),
    );

  it('waits as long as the gateway asks, then sends again', async () => {
    answers = [{ status: 429, retryAfter: '1' }];
    const answer = await send(makePacer());
    expect(answer).toMatchObject({ kind: 'answer', status: 200 });
    expect(answer).not.toHaveProperty('retryAfterMs');
    expect(arrivals[1] - arrivals[0]).toBeGreaterThanOrEqual(990);
    expect(backOffs).toEqual([{ status: 429, waitMs: 1000 }]);
    expect([...run.notes]).toEqual(['gw:80 answered 429: left alone for 1 s.']);
  });

  it('holds all runs back, not only the one that was turned away', async () => {
    answers = [{ status: 429, retryAfter: '1' }];
    const pacer = makePacer();
    const first = send(pacer);
    while (backOffs.length === 0) {
      await new Promise(resolve => {
        setTimeout(resolve, 5);
      });
    }
    const second = send(pacer);
    await Promise.all([first, second]);
    expect(arrivals[1] - arrivals[0]).toBeGreaterThanOrEqual(990);
  });

  it('gives up where the gateway asks for more than a probe may wait', async () => {
    answers = [{ status: 503, retryAfter: '3600' }];
    const pacer = makePacer();
    expect(await send(pacer)).toMatchObject({
      kind: 'error',
      code: 'BACKED_OFF',
      message: expect.stringContaining('503'),
    });
    expect(await send(pacer)).toMatchObject({ code: 'BACKED_OFF' });
    expect(arrivals).toHaveLength(1);
    // However much it asks for.
    expect(backOffs).toEqual([{ status: 503, waitMs: 300_000 }]);
  });

  it('is patient once per run, not once per probe', async () => {
    answers = Array.from({ length: 50 }, () => ({ status: 503 }));
    const pacer = makePacer({ maxWaitMs: 1000 });
    const started = Date.now();
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 20; i++) {
      const answer = await send(pacer);
      codes.push(answer.kind === 'error' ? answer.code : undefined);
    }
    expect(codes.slice(-10)).toEqual(Array(10).fill('BACKED_OFF'));
    expect(Date.now() - started).toBeLessThan(4000);
  });

  it('takes one failure for the application, and three in a row for the gateway', async () => {
    answers = [500, 500, 200, 500, 500, 500].map(status => ({ status }));
    const pacer = makePacer();
    for (let count = 0; count < 5; count++) {
      await send(pacer);
    }
    expect(backOffs).toEqual([]);
    expect(await send(pacer)).toMatchObject({ status: 200 });
    expect(backOffs).toEqual([{ status: 500, waitMs: 200 }]);
    expect(arrivals[6] - arrivals[5]).toBeGreaterThanOrEqual(195);
  });

  it('stops waiting when the run is cancelled', async () => {
    answers = [{ status: 429, retryAfter: '30' }];
    const abort = new AbortController();
    run = startPacedRun(abort.signal);
    const startedAt = Date.now();
    setTimeout(() => abort.abort(), 100);
    await send(makePacer());
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });

  it('holds the rate over all runs together', async () => {
    answers = [];
    const pacer = makePacer({ ratePerGateway: 20 });
    const startedAt = Date.now();
    await Promise.all(Array.from({ length: 10 }, () => send(pacer)));
    // The first may arrive late on a busy machine.
    expect(arrivals[9] - startedAt).toBeGreaterThanOrEqual(400);
  });
});

describe('GatewayPacer with gateways that answer as late as they can', () => {
  const signal = new AbortController();
  const answer = { kind: 'answer', status: 401, durationMs: 1 } as const;
  const timeout = { kind: 'error', code: 'TIMEOUT', message: '' } as const;
  const quick = async () => answer;
  /** What waits for an answer. Time passes at their ends alone, so that a busy machine is no slow gateway. */
  let held: (() => void)[];
  let now: number;
  const late = () =>
    new Promise<ProbeAnswer>(resolve => {
      held.push(() => resolve(timeout));
    });
  const makePacer = (maxConcurrency = 4) =>
    new GatewayPacer({ maxConcurrency, ratePerGateway: 1e6, slowMs: 50 });
  /** Each of its own run, so that none is given up. */
  const flood = (pacer: GatewayPacer, gateways: number) =>
    Array.from({ length: gateways }, (_, index) =>
      Array.from({ length: 5 }, () =>
        pacer.send(`late-${index}`, startPacedRun(signal.signal), late),
      ),
    ).flat();
  /** Ends what waits, until nothing comes after it. */
  async function endAll(meanwhile = async () => {}) {
    for (;;) {
      // The rate may have one wait for a moment.
      await sleep(20);
      if (held.length === 0) return;
      await meanwhile();
      now += 200;
      held.splice(0).forEach(end => end());
    }
  }

  beforeEach(() => {
    held = [];
    now = 1_000_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    jest.spyOn(Date, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  it('sends to those that are known to be fast meanwhile', async () => {
    const pacer = makePacer();
    await pacer.send('good', startPacedRun(signal.signal), quick);
    const flooding = flood(pacer, 5);
    let sent = 0;
    await endAll(async () => {
      // One that waited for a single one of them would wait for ever.
      for (let count = 0; count < 10; count++) {
        await pacer.send('good', startPacedRun(signal.signal), quick);
        sent += 1;
      }
    });
    expect(sent).toBeGreaterThan(50);
    await Promise.all(flooding);
  });

  it('is not fooled by quick answers in between', async () => {
    const pacer = makePacer();
    await pacer.send('good', startPacedRun(signal.signal), quick);
    const alternate = async (gateway: string) => {
      for (const send of [late, quick, late, quick, late]) {
        await pacer.send(gateway, startPacedRun(signal.signal), send);
      }
    };
    const flooding = ['a', 'b', 'c', 'd', 'e'].map(alternate);
    let most = 0;
    let rounds = 0;
    await endAll(async () => {
      await pacer.send('good', startPacedRun(signal.signal), quick);
      // At first nobody knows them.
      if (rounds++ > 1) most = Math.max(most, held.length);
    });
    expect(most).toBe(2);
    await Promise.all(flooding);
  });

  it('lets a gateway that nobody knows yet have its turn', async () => {
    const pacer = makePacer();
    const flooding = flood(pacer, 5);
    let ended = 0;
    const answered = pacer
      .send('new', startPacedRun(signal.signal), quick)
      .then(() => ended);
    await endAll(async () => {
      ended += 1;
    });
    expect(await answered).toBeLessThanOrEqual(2);
    expect(ended).toBeGreaterThan(5);
    await Promise.all(flooding);
  });

  it('keeps a slot for operations', async () => {
    const pacer = makePacer(1);
    const flooding = flood(pacer, 2);
    await sleep(20);
    const run = startPacedRun(signal.signal, 'operation');
    expect(await pacer.send('late-0', run, quick)).toEqual(answer);
    expect(held).toHaveLength(1);
    await endAll();
    await Promise.all(flooding);
  });

  it('uses all slots for a single gateway', async () => {
    const pacer = makePacer();
    await pacer.send('good', startPacedRun(signal.signal), quick);
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 12 }, () =>
        pacer.send('good', startPacedRun(signal.signal), async () => {
          most = Math.max(most, ++running);
          await sleep(20);
          running--;
          return answer;
        }),
      ),
    );
    expect(most).toBe(4);
  });

  it('are given up for the rest of a run after three requests in a row', async () => {
    const pacer = makePacer();
    const run = startPacedRun(signal.signal);
    const codes: string[] = [];
    const lost = async () => timeout;
    for (const send of [lost, lost, quick, lost, lost, lost, quick, quick]) {
      const got = await pacer.send('late', run, send);
      codes.push(got.kind === 'error' ? got.code : 'answer');
    }
    expect(codes).toEqual([
      'TIMEOUT',
      'TIMEOUT',
      'answer',
      'TIMEOUT',
      'TIMEOUT',
      'TIMEOUT',
      'GIVEN_UP',
      'GIVEN_UP',
    ]);
    expect([...run.notes]).toEqual([
      expect.stringContaining('late: The gateway did not answer in time'),
    ]);
    const other = startPacedRun(signal.signal);
    expect(await pacer.send('late', other, quick)).toEqual(answer);
  });
});

describe('readRetryAfter', () => {
  it.each([
    ['2', 2000],
    ['Thu, 01 Jan 1970 00:00:09 GMT', 4000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, expected) => {
    expect(readRetryAfter(header, 5000)).toBe(expected);
  });
});
