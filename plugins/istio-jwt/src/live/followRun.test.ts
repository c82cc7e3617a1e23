import {
  digestEntityRef,
  IstioJwtSignal,
  ProbeRun,
} from 'backstage-plugin-istio-jwt-common';
import {
  buildObservation,
  buildRun,
  ENTITY_REF,
} from '../__testUtils__/fixtures';
import { refuse } from '../__testUtils__/refuse';
import { chooseNewerRun } from './chooseNewerRun';
import { followRun } from './followRun';

describe('followRun', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  function follow(load: (count: number) => Promise<ProbeRun>) {
    let send: (signal: IstioJwtSignal) => void = () => {};
    let count = 0;
    const seen = { runs: [] as ProbeRun[], failures: [] as string[], gone: 0 };
    const stop = followRun({
      entityRef: ENTITY_REF,
      load: () => {
        count += 1;
        return load(count);
      },
      listen: onSignal => {
        send = onSignal;
        return () => {
          send = () => {};
        };
      },
      onRun: run => seen.runs.push(run),
      onFailure: message => seen.failures.push(message),
      onGone: () => {
        seen.gone += 1;
      },
    });
    return {
      seen,
      stop,
      requests: () => count,
      progress: (entityRef = ENTITY_REF) =>
        send({
          type: 'probe-progress',
          entity: digestEntityRef(entityRef),
          done: 1,
          total: 2,
        }),
    };
  }

  it('polls once a second until the run is over', async () => {
    const { seen, requests } = follow(async count =>
      buildRun({ status: count < 3 ? 'running' : 'done' }),
    );
    await jest.advanceTimersByTimeAsync(999);
    expect(requests()).toBe(0);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(seen.runs.map(({ status }) => status)).toEqual([
      'running',
      'running',
      'done',
    ]);
  });

  it('reads at once on a progress signal of its run', async () => {
    const { requests, progress } = follow(async () =>
      buildRun({ status: 'running' }),
    );
    progress('another');
    await jest.advanceTimersByTimeAsync(0);
    expect(requests()).toBe(0);
    progress();
    await jest.advanceTimersByTimeAsync(0);
    expect(requests()).toBe(1);
  });

  it('reads once at a time, and once more for signals meanwhile', async () => {
    const pending: ((run: ProbeRun) => void)[] = [];
    const { requests, progress } = follow(
      () => new Promise(resolve => pending.push(resolve)),
    );
    progress();
    progress();
    progress();
    expect(requests()).toBe(1);
    pending[0](buildRun({ status: 'running' }));
    await jest.advanceTimersByTimeAsync(0);
    expect(requests()).toBe(2);
  });

  it('reports failures, slows down and goes on', async () => {
    const { seen, requests } = follow(async () => {
      throw new Error('gone fishing');
    });
    await jest.advanceTimersByTimeAsync(1000 + 2000 + 4000);
    expect(requests()).toBe(3);
    expect(seen.failures).toHaveLength(3);
    expect(seen.failures[0]).toContain('gone fishing');
  });

  it('gives up on a run that the backend does not know', async () => {
    const { seen, requests } = follow(() =>
      refuse(404, 'NotFoundError', 'No probe run'),
    );
    await jest.advanceTimersByTimeAsync(20_000);
    expect(requests()).toBe(1);
    expect(seen.gone).toBe(1);
  });

  it('stops when told to', async () => {
    const { seen, stop, requests } = follow(async () => buildRun());
    stop();
    await jest.advanceTimersByTimeAsync(5000);
    expect(requests()).toBe(0);
    expect(seen.runs).toEqual([]);
  });
});

describe('chooseNewerRun', () => {
  const one = buildRun({ status: 'running', observations: [] });
  const two = buildRun({
    status: 'running',
    observations: [buildObservation()],
  });

  it('prefers more progress of one run', () => {
    expect(chooseNewerRun(two, one)).toBe(two);
    expect(chooseNewerRun(one, two)).toBe(two);
  });

  it('never goes back from over to running', () => {
    const over = buildRun({ status: 'done', observations: [] });
    expect(chooseNewerRun(over, two)).toBe(over);
    expect(chooseNewerRun(two, over)).toBe(over);
  });

  it('prefers the run that started later', () => {
    const later = buildRun({
      id: 'run-2',
      startedAt: new Date(Date.now() + 1000).toISOString(),
    });
    expect(chooseNewerRun(later, two)).toBe(later);
    expect(chooseNewerRun(two, later)).toBe(later);
  });
});
