import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sleep } from '../../lab/wait.ts';
import {
  authorizationPolicy,
  describeBaseMesh,
  eventually,
  openHarness,
  type Harness,
} from './support.ts';

/** Probes hold nothing against a proxy for as long as this after a change. */
const SETTLE_MS = 60_000;
const PAUSE_MS = 500;
/** Rounds without an answer of before, in a row. */
const STEADY_ROUNDS = 6;
const ROUNDS = 4;

let h: Harness;

before(async () => {
  h = await openHarness();
  await h.apply(...describeBaseMesh());
  await eventually(() => h.fromPod('stranger'), 200);
});
after(() => h.cleanUp());

const askAsAnother = () => h.fromPod('frontend');

/** Statuses of what one Pod asks at once, so that its proxy has as many connections. */
async function askAtOnce(pod: string, count: number): Promise<number[]> {
  const answers = await Promise.all(
    // An answer that kubectl lost says nothing.
    Array.from({ length: count }, () => h.fromPod(pod).catch(() => undefined)),
  );
  return answers.flatMap(answer => answer?.status ?? []);
}

/** @returns how many answers came by what stood before, and after how many ms the last of them */
async function watchUntilSteady(
  wanted: number,
): Promise<{ stale: number; lastMs: number }> {
  const began = Date.now();
  const seen = { stale: 0, lastMs: 0 };
  for (let steady = 0; steady < STEADY_ROUNDS; ) {
    const statuses = await askAtOnce('stranger', 4);
    const stale = statuses.filter(status => status !== wanted).length;
    steady = stale === 0 ? steady + 1 : 0;
    if (stale > 0) {
      seen.stale += stale;
      seen.lastMs = Date.now() - began;
    }
    if (Date.now() - began > SETTLE_MS) return seen;
    await sleep(PAUSE_MS);
  }
  return seen;
}

test('a sidecar answers as before on connections that another keeps to it, and within a minute on none', async () => {
  const deny = authorizationPolicy('default', 'kept', {
    selector: { matchLabels: { app: 'backend' } },
    action: 'DENY',
    rules: [{}],
  });
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const isDenied = round % 2 === 0;
    await askAtOnce('stranger', 12);
    await (isDenied ? h.apply(deny) : h.remove(deny));
    const wanted = isDenied ? 403 : 200;
    // By now the sidecar of `backend` has the configuration: another caller says so.
    await eventually(askAsAnother, wanted);
    rounds.push(await watchUntilSteady(wanted));
  }
  console.log(
    rounds
      .map(({ stale, lastMs }) => `${stale} as before, until ${lastMs} ms`)
      .join('; '),
  );
  assert.ok(rounds.some(({ stale }) => stale > 0));
  assert.ok(rounds.every(({ lastMs }) => lastMs < SETTLE_MS));
});
