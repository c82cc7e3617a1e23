/**
 * The portal's backend on the lab for a long time, while the mesh changes and parts of it fail:
 * `yarn lab soak --minutes 120 --seed 1`.
 */
import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { connectLab } from '../client.ts';
import { createRandom } from '../compare/random.ts';
import { labDir, logsDir } from '../paths.ts';
import { PortalBackend } from '../portal/PortalBackend.ts';
import { Churn } from './churn.ts';
import { FaultTurns, healAll, sleepUnless } from './faults.ts';
import type { Sample } from './judge.ts';
import { PortalApi } from './PortalApi.ts';
import { readLog } from './readLog.ts';
import { judgeSoak, printTable } from './report.ts';
import { CoverageWatch } from './watchCoverage.ts';
import {
  createRuns,
  readAgain,
  readScheduled,
  runProbes,
} from './watchRuns.ts';

/** Four in five seconds of a minute without a fault, and each of the four once in seven minutes. */
const FAULT_LASTS_MS = 20_000;
const FAULT_RESTS_MS = 80_000;
const CHURN_EVERY_MS = 8_000;
const PROBES_PAUSE_MS = 20_000;
const ASK_EVERY_MS = 500;
const ENTITIES = ['backend', 'echo'];

const logFile = join(logsDir, 'soak-backend.log');
const reportFile = join(logsDir, 'soak-samples.jsonl');

function readSamples(): Sample[] {
  return readFileSync(reportFile, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line));
}

const startPortal = () =>
  PortalBackend.start({
    config: {
      istioJwt_schedule_enabled: true,
      istioJwt_schedule_interval: { minutes: 1 },
    },
    nodeArgs: [
      '--expose-gc',
      '--import',
      pathToFileURL(join(labDir, 'soak', 'selfReport.ts')).href,
    ],
    env: { SOAK_REPORT: reportFile },
    logFile,
  });

function readArgs(args: string[]): { minutes: number; seed: number } {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: 'string' }, seed: { type: 'string' } },
  });
  const minutes = Number(values.minutes ?? 120);
  const seed = Number(values.seed ?? randomInt(1_000_000));
  if (!(minutes > 0) || !Number.isInteger(seed)) {
    throw new Error('--minutes is a number above 0, --seed a whole number');
  }
  return { minutes, seed };
}

/** @returns exit code */
export async function soak(
  args: string[],
  say: (line: string) => void,
): Promise<number> {
  const { minutes, seed } = readArgs(args);
  say(`soak: --minutes ${minutes} --seed ${seed}`);
  const lab = await connectLab();
  mkdirSync(logsDir, { recursive: true });
  for (const file of [logFile, reportFile]) rmSync(file, { force: true });
  await healAll(lab);
  const churn = new Churn(lab, createRandom(seed));
  const runs = createRuns();
  let portal: PortalBackend | undefined;
  try {
    await churn.begin();
    portal = await startPortal();
    const running = portal;
    const api = new PortalApi(portal);
    await api.signIn();
    const faults = new FaultTurns(lab, FAULT_LASTS_MS, FAULT_RESTS_MS);
    const coverage = new CoverageWatch(api, faults);
    // What it did to start is not looked at.
    const begun = Date.now();
    const until = begun + minutes * 60_000;
    const isOver = () => Date.now() >= until || !running.isRunning;
    let churnRefused = 0;
    const change = async () => {
      while (!isOver()) {
        try {
          const seen = await churn.step();
          if (seen) coverage.expect(seen);
        } catch {
          // The API server is away, by a fault.
          churnRefused += 1;
        }
        await sleepUnless(isOver, CHURN_EVERY_MS);
      }
    };
    const ask = async () => {
      for (let round = 0; !isOver(); round += 1) {
        await api.readStatus(ENTITIES[round % ENTITIES.length]);
        if (round % 5 === 0) await api.signIn();
        await sleepUnless(isOver, ASK_EVERY_MS);
      }
    };
    const tell = async () => {
      while (!isOver()) {
        await sleepUnless(isOver, 60_000);
        const last = readSamples().at(-1);
        if (last) {
          say(
            `RSS ${Math.round(last.rss / 2 ** 20)} MiB, heap ${Math.round(
              last.heap / 2 ** 20,
            )} MiB, lag p99 ${last.lagP99Ms} ms, ${runs.ends.length} runs, ${
              coverage.seen.lags.length
            } Services followed${
              faults.current ? `; now: ${faults.current}` : ''
            }`,
          );
        }
      }
    };
    await Promise.all([
      change(),
      ask(),
      tell(),
      faults.run(isOver),
      coverage.run(isOver),
      ...ENTITIES.map(entity =>
        runProbes(api, entity, runs, PROBES_PAUSE_MS, isOver),
      ),
    ]);
    say('over; what was begun is waited for, and read again');
    const survived = portal.isRunning;
    let scheduled = 0;
    if (survived) {
      await coverage.settle();
      for (const entity of ENTITIES) {
        scheduled += await readScheduled(api, entity, runs);
      }
      await readAgain(api, runs);
    }
    const seen = {
      minutes,
      survived,
      samples: readSamples().filter(({ at }) => at >= begun),
      log: readLog(logFile),
      runs,
      scheduled,
      coverage: coverage.seen,
      asked: api.asked,
      churn: churn.counts,
      churnRefused,
      faults: faults.counts,
    };
    printTable(seen, say);
    const complaints = judgeSoak(seen);
    for (const complaint of complaints) say(`FAILED: ${complaint}`);
    say(complaints.length === 0 ? 'verdict: ok' : 'verdict: failed');
    return complaints.length === 0 ? 0 : 1;
  } finally {
    await portal?.stop();
    await healAll(lab);
    await churn.end();
  }
}
