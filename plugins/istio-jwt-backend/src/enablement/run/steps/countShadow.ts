import { countBetween } from '../../shadow/countBetween';
import { ShadowReading } from '../../shadow/ShadowReader';
import { addNote, note, OperationRun } from '../OperationRun';
import { StepDefinition } from './StepDefinition';

/** What a window of time showed. */
type Counted =
  | {
      kind: 'counted';
      denied: number;
      allowed: number;
      /** Pods that counted, of all. */
      pods: number;
      of: number;
      /** Whether requests of the portal's own may be among them. */
      own: boolean;
    }
  | { kind: 'unread'; reason: string };

/** Windows in which probes of the portal's own may spoil the count. */
const MAX_WINDOWS = 3;

/** While the policy is tried, counts what it would have made of the traffic that really comes. */
export const COUNT_SHADOW: StepDefinition = {
  id: 'shadow-counted',
  phase: 'shadowing',
  title: 'Count what it would have refused of real traffic',
  run: async (run, step) => {
    const { shadow, deadlines } = run.tools;
    if (shadow.mode === 'off') {
      addNote(step, 'Not counted: istioJwt.enablement.shadow is off.');
      return;
    }
    let counted = await countOnce(run);
    for (
      let windows = 1;
      shadow.mode === 'hold' && isSpoilt(counted) && windows < MAX_WINDOWS;
      windows++
    ) {
      note(step, 'Probes of the portal’s own came meanwhile. Counting again.');
      counted = await countOnce(run);
    }
    const told = describeCounted(counted, shadow.windowMs);
    addNote(step, told);
    const isHarmless =
      counted.kind === 'counted' &&
      counted.denied === 0 &&
      counted.pods === counted.of;
    if (shadow.mode === 'hold' && !isHarmless) {
      const now = Date.now();
      run.operation.phase = 'held';
      run.operation.hold = {
        reason: told,
        since: now,
        expiresAt: now + deadlines.holdMs,
      };
    }
  },
};

function isSpoilt(counted: Counted): boolean {
  return counted.kind === 'counted' && counted.denied > 0 && counted.own;
}

async function countOnce(run: OperationRun): Promise<Counted> {
  const { shadow, shadowReader } = run.tools;
  const before = await awaitCounters(run);
  if (!before.ok) return { kind: 'unread', reason: before.reason };
  // Nothing of this operation's own is sent meanwhile.
  const from = Date.now();
  while (Date.now() < from + shadow.windowMs) {
    await run.checkpoint();
    await run.pause();
  }
  const after = await shadowReader.read(run.operation, run.signal);
  const to = Date.now();
  if (!after.ok) return { kind: 'unread', reason: after.reason };
  const { denied, allowed, pods } = countBetween(before, after);
  return {
    kind: 'counted',
    denied,
    allowed,
    pods,
    of: after.pods,
    own: denied > 0 && (await hadOwnProbes(run, from, to)),
  };
}

/** The counters are there once the proxies have the policy: until then nothing is counted. */
async function awaitCounters(run: OperationRun): Promise<ShadowReading> {
  const { shadowReader, deadlines } = run.tools;
  const until = Date.now() + deadlines.propagationMs;
  for (;;) {
    const reading = await shadowReader.read(run.operation, run.signal);
    if (!reading.notYet || Date.now() >= until) return reading;
    await run.checkpoint();
    await run.pause();
  }
}

/** What a run asked is known once it is over. Whatever is not known counts as yes. */
async function hadOwnProbes(
  run: OperationRun,
  from: number,
  to: number,
): Promise<boolean> {
  const { ownProbes, deadlines } = run.tools;
  const until = to + deadlines.propagationMs;
  for (;;) {
    await run.checkpoint();
    const found = await ownProbes
      .find(run.operation, from, to)
      .catch(() => 'some' as const);
    if (found !== 'running' || Date.now() >= until) return found !== 'none';
    await run.pause();
  }
}

function describeCounted(counted: Counted, windowMs: number): string {
  if (counted.kind === 'unread') return `Not counted: ${counted.reason}`;
  const { denied, allowed, pods, of, own } = counted;
  const seconds = Math.round(windowMs / 1000);
  const where = `${pods} of ${of} ${of === 1 ? 'Pod' : 'Pods'}`;
  return [
    `In ${seconds} s, ${where} counted ${
      denied + allowed
    } requests to all hosts of the proxy: the policy would have refused ${denied} and let ${allowed} pass.`,
    ...(denied > 0
      ? [
          'Whoever sends these will be refused: make sure that they are meant to be.',
        ]
      : []),
    ...(own ? ['Probes of the portal’s own can be among them.'] : []),
    ...(pods < of ? ['What the other Pods counted is not known.'] : []),
  ].join(' ');
}
