import { ShadowReading } from '../../shadow/ShadowReader';
import { ShadowCounters } from '../../shadow/readShadowCounters';
import { addNote, OperationRun } from '../OperationRun';
import { StepDefinition } from './StepDefinition';

/** While the policy is tried, counts what it would have made of the traffic that really comes. */
export const COUNT_SHADOW: StepDefinition = {
  id: 'shadow-counted',
  phase: 'shadowing',
  title: 'Count what it would have refused of real traffic',
  run: async (run, step) => {
    const { shadow } = run.tools;
    if (shadow.mode === 'off') {
      addNote(step, 'Not counted: istioJwt.enablement.shadow is off.');
      return;
    }
    const before = await awaitCounters(run);
    if (!before.ok) {
      addNote(step, `Not counted: ${before.reason}`);
      return;
    }
    // Nothing of this operation's own is sent meanwhile.
    const until = Date.now() + shadow.windowMs;
    while (Date.now() < until) {
      await run.checkpoint();
      await run.pause();
    }
    const after = await run.tools.shadowReader.read(run.operation, run.signal);
    addNote(
      step,
      after.ok
        ? describeCounted(before, after, shadow.windowMs)
        : `Not counted: ${after.reason}`,
    );
  },
};

/** The counters are there once the proxies have the policy: until then nothing is counted. */
async function awaitCounters(run: OperationRun): Promise<ShadowReading> {
  const { shadowReader, deadlines } = run.tools;
  const until = Date.now() + deadlines.propagationMs;
  for (;;) {
    const reading = await shadowReader.read(run.operation, run.signal);
    if (reading.ok || !reading.notYet || Date.now() >= until) return reading;
    await run.checkpoint();
    await run.pause();
  }
}

type Read = Extract<ShadowReading, { ok: true }>;

/** Of the Pods that were read both times. A counter that shrank began anew. */
export function countBetween(before: Read, after: Read): ShadowCounters {
  const total: ShadowCounters = { denied: 0, allowed: 0 };
  for (const [pod, now] of after.byPod) {
    const then = before.byPod.get(pod);
    if (!then) continue;
    for (const kind of ['denied', 'allowed'] as const) {
      total[kind] +=
        now[kind] >= then[kind] ? now[kind] - then[kind] : now[kind];
    }
  }
  return total;
}

function describeCounted(before: Read, after: Read, windowMs: number): string {
  const { denied, allowed } = countBetween(before, after);
  const proxies = [...after.byPod.keys()].filter(pod => before.byPod.has(pod));
  const seconds = Math.round(windowMs / 1000);
  const where = `${proxies.length} of ${after.pods} ${
    after.pods === 1 ? 'Pod' : 'Pods'
  }`;
  const told = `In ${seconds} s, ${where} counted ${
    denied + allowed
  } requests to all hosts of the proxy: the policy would have refused ${denied} and let ${allowed} pass.`;
  return denied > 0
    ? `${told} Whoever sends these will be refused: make sure that they are meant to be. Probes of the portal’s own rounds can be among them.`
    : told;
}
