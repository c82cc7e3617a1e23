import { ShadowReading } from '../../shadow/ShadowReader';
import { ShadowCounters } from '../../shadow/readShadowCounters';
import { addNote } from '../OperationRun';
import { StepDefinition } from './StepDefinition';

/** While the policy is tried, counts what it would have made of the traffic that really comes. */
export const COUNT_SHADOW: StepDefinition = {
  id: 'shadow-counted',
  phase: 'shadowing',
  title: 'Count what it would have refused of real traffic',
  run: async (run, step) => {
    const { shadow, shadowReader } = run.tools;
    if (shadow.mode === 'off') {
      addNote(step, 'Not counted: istioJwt.enablement.shadow is off.');
      return;
    }
    const before = await shadowReader.read(run.operation, run.signal);
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
    const after = await shadowReader.read(run.operation, run.signal);
    addNote(
      step,
      after.ok
        ? describeCounted(before, after, shadow.windowMs)
        : `Not counted: ${after.reason}`,
    );
  },
};

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
    ? `${told} Those that it would have refused come without a token that it asks for, and are answered now: whoever sends them will be refused. Probes of the portal’s own rounds are among them.`
    : told;
}
