import {
  digestEntityRef,
  EntityStatus,
  IstioJwtSignal,
} from 'backstage-plugin-istio-jwt-common';
import { buildStatus, ENTITY_REF } from '../__testUtils__/fixtures';
import { refuse } from '../__testUtils__/refuse';
import { StatusFeed } from './StatusFeed';

interface Request {
  signal: AbortSignal;
  answer(status: EntityStatus): Promise<void>;
  fail(error: unknown): Promise<void>;
}

function createFeed() {
  const requests: Request[] = [];
  const listeners = new Set<(signal: IstioJwtSignal) => void>();
  const feed = new StatusFeed({
    entityRef: ENTITY_REF,
    load: signal =>
      new Promise((resolve, reject) => {
        const settle = () => jest.advanceTimersByTimeAsync(0).then(() => {});
        requests.push({
          signal,
          answer: status => {
            resolve(status);
            return settle();
          },
          fail: error => {
            reject(error);
            return settle();
          },
        });
      }),
    listen: onSignal => {
      listeners.add(onSignal);
      return () => listeners.delete(onSignal);
    },
  });
  const send = (signal: IstioJwtSignal) =>
    listeners.forEach(listener => listener(signal));
  return { feed, requests, listeners, send };
}

const changed = (revision: string, entityRef = ENTITY_REF): IstioJwtSignal => ({
  type: 'status-changed',
  entity: digestEntityRef(entityRef),
  revision,
});

describe('StatusFeed', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('asks once somebody looks, and not before', async () => {
    const { feed, requests } = createFeed();
    expect(requests).toHaveLength(0);
    feed.subscribe(() => {});
    expect(feed.getSnapshot()).toEqual({ kind: 'loading' });
    await requests[0].answer(buildStatus());
    expect(feed.getSnapshot()).toMatchObject({
      kind: 'ready',
      status: { revision: 'r1' },
    });
  });

  it('refetches within 200 ms of a signal and keeps the old picture meanwhile', async () => {
    const { feed, requests, send } = createFeed();
    feed.subscribe(() => {});
    await requests[0].answer(buildStatus());
    send(changed('r2'));
    send(changed('r3'));
    await jest.advanceTimersByTimeAsync(200);
    expect(requests).toHaveLength(2);
    expect(feed.getSnapshot()).toMatchObject({ status: { revision: 'r1' } });
    await requests[1].answer(buildStatus({ revision: 'r3', state: 'open' }));
    expect(feed.getSnapshot()).toMatchObject({ status: { state: 'open' } });
  });

  it('ignores signals about other entities and about what it has', async () => {
    const { feed, requests, send } = createFeed();
    feed.subscribe(() => {});
    await requests[0].answer(buildStatus());
    send(changed('r2', 'component:default/other'));
    send(changed('r1'));
    await jest.advanceTimersByTimeAsync(1000);
    expect(requests).toHaveLength(1);
  });

  it('never lets an older answer replace a newer one', async () => {
    const { feed, requests, send } = createFeed();
    feed.subscribe(() => {});
    send(changed('r2'));
    await jest.advanceTimersByTimeAsync(200);
    expect(requests).toHaveLength(2);
    await requests[1].answer(buildStatus({ revision: 'r2', state: 'open' }));
    expect(requests[0].signal.aborted).toBe(true);
    await requests[0].answer(buildStatus({ revision: 'r1' }));
    expect(feed.getSnapshot()).toMatchObject({
      status: { revision: 'r2', state: 'open' },
    });
  });

  it('keeps at most two requests under way and asks again afterwards', async () => {
    const { feed, requests, send } = createFeed();
    feed.subscribe(() => {});
    for (const revision of ['r2', 'r3', 'r4', 'r5']) {
      send(changed(revision));
      await jest.advanceTimersByTimeAsync(250);
    }
    expect(requests).toHaveLength(2);
    await requests[0].answer(buildStatus());
    expect(requests).toHaveLength(3);
  });

  it('polls every 30 s where no signal comes', async () => {
    const { feed, requests } = createFeed();
    feed.subscribe(() => {});
    await requests[0].answer(buildStatus());
    await jest.advanceTimersByTimeAsync(26_000);
    expect(requests).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(4_000);
    expect(requests).toHaveLength(2);
  });

  it('shows what it has when a refresh fails, and tries again sooner', async () => {
    const { feed, requests } = createFeed();
    feed.subscribe(() => {});
    await requests[0].answer(buildStatus());
    feed.refresh();
    await requests[1].fail(new Error('connection refused'));
    expect(feed.getSnapshot()).toMatchObject({
      kind: 'ready',
      status: { revision: 'r1' },
      refreshFailure: expect.stringContaining('connection refused'),
    });
    await jest.advanceTimersByTimeAsync(2000);
    expect(requests).toHaveLength(3);
    await requests[2].answer(buildStatus({ revision: 'r2' }));
    expect(feed.getSnapshot()).not.toHaveProperty('refreshFailure');
  });

  it('says so when the first answer fails, and recovers', async () => {
    const { feed, requests } = createFeed();
    feed.subscribe(() => {});
    await requests[0].fail(new Error('connection refused'));
    expect(feed.getSnapshot()).toEqual({
      kind: 'failed',
      message:
        'The portal’s backend could not be reached (connection refused).',
      retrying: false,
    });
    feed.refresh();
    expect(feed.getSnapshot()).toMatchObject({ retrying: true });
    await requests[1].answer(buildStatus());
    expect(feed.getSnapshot()).toMatchObject({ kind: 'ready' });
  });

  it('drops what it has when the permission is withdrawn', async () => {
    const { feed, requests } = createFeed();
    feed.subscribe(() => {});
    await requests[0].answer(buildStatus());
    feed.refresh();
    const denied = await refuse(403, 'NotAllowedError', 'No.').catch(e => e);
    await requests[1].fail(denied);
    expect(feed.getSnapshot()).toEqual({ kind: 'denied', message: 'No.' });
  });

  it('ends requests, timers and subscriptions with the last observer', async () => {
    const { feed, requests, listeners } = createFeed();
    const leave = feed.subscribe(() => {});
    leave();
    expect(requests[0].signal.aborted).toBe(true);
    expect(listeners.size).toBe(0);
    await requests[0].answer(buildStatus());
    expect(feed.getSnapshot()).toEqual({ kind: 'loading' });
    expect(jest.getTimerCount()).toBe(0);
  });
});
