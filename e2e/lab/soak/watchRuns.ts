import { sleep } from '../wait.ts';
import { sleepUnless } from './faults.ts';
import type { RunEnd } from './judge.ts';
import type { PortalApi, Run } from './PortalApi.ts';

/** The backend gives up a run after 10 minutes. */
const ENDS_WITHIN_MS = 11 * 60_000;

export interface Runs {
  ends: { entity: string; end: RunEnd }[];
  /** Answers to a start that was refused, by status. */
  refused: Map<number, number>;
  /** Observations by their result. */
  results: Map<string, number>;
}

export const createRuns = (): Runs => ({
  ends: [],
  refused: new Map(),
  results: new Map(),
});

const describeEnd = ({
  id,
  status,
  total,
  observations,
  error,
}: Run): RunEnd => ({
  id,
  status,
  total,
  observations: observations.length,
  error,
});

/** Starts run after run of an entity, and waits for the end of each. */
export async function runProbes(
  api: PortalApi,
  entity: string,
  runs: Runs,
  pauseMs: number,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const started = await api.startRun(entity).catch(() => 0);
    if (typeof started === 'number') {
      runs.refused.set(started, (runs.refused.get(started) ?? 0) + 1);
    } else {
      const run = await waitForEnd(api, entity, started);
      for (const { result } of run.observations) {
        runs.results.set(result, (runs.results.get(result) ?? 0) + 1);
      }
      runs.ends.push({ entity, end: describeEnd(run) });
    }
    await sleepUnless(isOver, pauseMs);
  }
}

/** Reads each run once more, with what it observed. */
export async function readAgain(api: PortalApi, runs: Runs): Promise<void> {
  for (const { entity, end } of runs.ends) {
    const run = await api.readRun(entity, end.id);
    end.observationsLater = run?.observations.length;
  }
}

/** Runs of scheduled rounds: they end by themselves, and are listed without observations. */
export async function readScheduled(
  api: PortalApi,
  entity: string,
  runs: Runs,
): Promise<number> {
  const own = new Set(runs.ends.map(({ end }) => end.id));
  const scheduled = (await api.listRuns(entity)).filter(
    ({ id }) => !own.has(id),
  );
  for (const { id } of scheduled) {
    const run = await api.readRun(entity, id);
    if (!run) continue;
    const ended = await waitForEnd(api, entity, run);
    runs.ends.push({ entity, end: describeEnd(ended) });
  }
  return scheduled.length;
}

async function waitForEnd(
  api: PortalApi,
  entity: string,
  started: Run,
): Promise<Run> {
  const deadline = Date.now() + ENDS_WITHIN_MS;
  let run = started;
  while (run.status === 'running' && Date.now() < deadline) {
    await sleep(1000);
    run = (await api.readRun(entity, run.id)) ?? run;
  }
  return run;
}
