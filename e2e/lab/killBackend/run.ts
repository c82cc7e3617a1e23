/**
 * Kills the portal's backend at random moments while it enables and disables, starts it again, and
 * holds each end against the cluster: `yarn lab kill-backend --times 50 --seed 1`.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { connectLab, type Lab } from '../client.ts';
import { createRandom, type Random } from '../compare/random.ts';
import { listContenders, type Contender } from './contender.ts';
import { judgeEnd, listStanding } from './judge.ts';
import type { EnablementApi, Operation } from '../portal/EnablementApi.ts';
import { PortalBackend } from '../portal/PortalBackend.ts';
import { watchHosts } from '../portal/watchHosts.ts';
import { sleep, waitFor } from '../wait.ts';

/** About as long as an operation takes; a kill after its end hits nothing. */
const SPAN_MS = 12_000;
const ASKED_PER_SECOND = 10;
const OVER = ['done', 'rolled-back', 'failed'];

interface Tally {
  kills: number;
  /** By the step that ran when the process was killed. */
  killedIn: Map<string, number>;
  ends: Map<string, number>;
  asked: number;
}

const count = (map: Map<string, number>, key: string) =>
  map.set(key, (map.get(key) ?? 0) + 1);

const describeStep = ({ steps, phase }: Operation) =>
  steps.findLast(({ status }) => status === 'running')?.id ??
  steps.at(-1)?.id ??
  phase;

class KillRun {
  private readonly lab: Lab;
  private readonly contender: Contender;
  private readonly random: Random;
  private readonly tally: Tally;
  private readonly say: (line: string) => void;
  private inForce: string | undefined;

  constructor(
    lab: Lab,
    contender: Contender,
    random: Random,
    tally: Tally,
    say: (line: string) => void,
  ) {
    this.lab = lab;
    this.contender = contender;
    this.random = random;
    this.tally = tally;
    this.say = line => say(`${contender.entity}: ${line}`);
  }

  async run(times: number): Promise<void> {
    const { lab, contender } = this;
    await lab.kube.apply(contender.objects);
    const neighbours = watchHosts(
      host => lab.ask(contender.gateway, '/', { host }),
      contender.neighbours,
      ASKED_PER_SECOND,
    );
    const portal = await PortalBackend.start();
    let seen = { asked: 0, differing: [] as string[] };
    try {
      let left = times;
      while (left > 0) left -= await this.runOne(portal, left);
      // And once more in peace, so that nothing is left over.
      if (this.inForce) await this.runOne(portal, 0);
      const standing = await listStanding(lab, contender);
      if (standing.length > 0) {
        throw new Error(`Left over: ${JSON.stringify(standing)}`);
      }
    } finally {
      await portal.stop();
      seen = await neighbours.stop();
      this.tally.asked += seen.asked;
      await lab.kube.remove(contender.objects);
    }
    const { asked, differing } = seen;
    if (differing.length > 0) {
      throw new Error(
        `Neighbours were answered otherwise ${
          differing.length
        } of ${asked} times: ${differing.slice(0, 5)}`,
      );
    }
  }

  /** @returns how often the backend was killed during it */
  private async runOne(portal: PortalBackend, most: number): Promise<number> {
    const { contender } = this;
    let api = await portal.open(contender.entity);
    const plan = this.inForce
      ? await api.planDisable(this.inForce)
      : await api.plan({ kind: 'gateway', hosts: [contender.host] });
    const id = await api.start(plan);
    let kills = 0;
    while (kills < most) {
      await sleep(this.random.int(SPAN_MS));
      // Now and then somebody cancels, so that going back is interrupted as well.
      if (this.random.chance(0.2)) await api.cancel(id).catch(() => {});
      const before = await api.get(id);
      if (OVER.includes(before.phase)) break;
      await portal.kill();
      kills += 1;
      this.tally.kills += 1;
      const step = describeStep(before);
      count(this.tally.killedIn, step);
      this.say(`killed during “${step}” of ${before.intent}`);
      await portal.resume();
      api = await portal.open(contender.entity);
      if (this.random.chance(0.5)) break;
      await waitUntilTakenUp(api, before);
    }
    const operation = await api.waitForEnd(id);
    count(this.tally.ends, `${operation.intent} ${operation.phase}`);
    this.say(
      `${operation.intent} is ${operation.phase}${
        operation.outcome ? `: ${operation.outcome}` : ''
      }`,
    );
    this.inForce = await judgeEnd(this.lab, contender, operation, this.inForce);
    return kills;
  }
}

/** The lease of the one that was killed has to end first. */
async function waitUntilTakenUp(
  api: EnablementApi,
  { id, updatedAt }: Operation,
): Promise<void> {
  await waitFor('the operation to be taken up again', async () => {
    const now = await api.get(id);
    return now.updatedAt !== updatedAt ? true : undefined;
  });
}

function describe(map: Map<string, number>): string {
  return [...map]
    .sort(([, a], [, b]) => b - a)
    .map(([key, times]) => `${key} ${times}`)
    .join(', ');
}

/** @returns exit code */
export async function killBackend(
  args: string[],
  say: (line: string) => void,
): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { times: { type: 'string' }, seed: { type: 'string' } },
  });
  const times = Number(values.times ?? 4);
  const seed = Number(values.seed ?? randomInt(1_000_000));
  if (!Number.isInteger(times) || times < 1 || !Number.isInteger(seed)) {
    throw new Error('--times and --seed are whole numbers, --times from 1');
  }
  say(`kill-backend: --times ${times} --seed ${seed}`);
  const lab = await connectLab();
  const tally: Tally = {
    kills: 0,
    killedIn: new Map(),
    ends: new Map(),
    asked: 0,
  };
  const contenders = listContenders(lab);
  const results = await Promise.allSettled(
    contenders.map((contender, index) => {
      const share =
        Math.floor(times / contenders.length) +
        (index < times % contenders.length ? 1 : 0);
      return new KillRun(
        lab,
        contender,
        createRandom(seed + index),
        tally,
        say,
      ).run(share);
    }),
  );
  say(`killed ${tally.kills} times: ${describe(tally.killedIn)}`);
  say(`ends: ${describe(tally.ends)}; neighbours asked ${tally.asked} times`);
  const failed = results.filter(result => result.status === 'rejected');
  for (const { reason } of failed) say(`FAILED: ${reason}`);
  return failed.length === 0 ? 0 : 1;
}
