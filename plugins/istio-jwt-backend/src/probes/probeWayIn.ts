import {
  MismatchExplanation,
  Observation,
} from 'backstage-plugin-istio-jwt-common';
import { setTimeout as sleep } from 'node:timers/promises';
import { askOnce } from './askOnce';
import { compose, makeRequest } from './makeRequest';
import { explainMismatch } from './mismatch/explainMismatch';
import { PlannedProbe, WayInPlan } from './planProbes';
import { ProbeTools, Reach } from './ProbeTools';

/** A disagreement is looked at again after this, for one odd answer may be chance. */
const SECOND_LOOK_MS = 1500;
const SETTLING =
  'The configuration changed within the last minute. Proxies answer connections that were open before as before, by default for up to 45 seconds: what differs is asked again after that.';

/** Sends one probe, and again where the answer is not the expected one. */
export async function runProbe(
  plan: WayInPlan,
  probe: PlannedProbe,
  reach: Reach,
  tools: ProbeTools,
): Promise<Observation> {
  const ask = async () =>
    askOnce(plan, probe, await makeRequest(plan, probe, tools), reach, tools);
  const first = await ask();
  if (first.result !== 'disagrees' || tools.signal.aborted) {
    return first;
  }
  const wait = tools.settling.measureWait(plan);
  if (wait > SECOND_LOOK_MS) tools.tell(SETTLING);
  await sleep(Math.max(SECOND_LOOK_MS, wait), undefined, {
    signal: tools.signal,
  }).catch(() => {});
  if (tools.signal.aborted) return first;
  // Tokens are made anew: one that is not valid yet may be by now.
  const second = await ask();
  return second.result === 'disagrees' &&
    second.configuration !== first.configuration
    ? {
        ...second,
        result: 'inconclusive',
        note: 'The answer differs, and the configuration has changed meanwhile: it may be that of before.',
      }
    : second;
}

/**
 * Looks into an answer that disagrees: what may be behind it, by checks that are made now.
 *
 * @param address - where the request went, `host:port`
 */
export async function explainProbe(
  plan: WayInPlan,
  probe: PlannedProbe,
  observation: Observation,
  reach: Reach,
  address: string | undefined,
  tools: ProbeTools,
): Promise<MismatchExplanation | undefined> {
  if (reach.kind !== 'client') return undefined;
  const made = await makeRequest(plan, probe, tools);
  const composed = compose(plan, probe, made, tools);
  if (composed.kind === 'not-tested') return undefined;
  return explainMismatch(
    plan,
    observation,
    composed.engine,
    address,
    async () => {
      const client = reach.client.reconnect();
      try {
        return await askOnce(
          plan,
          probe,
          made,
          { kind: 'client', client },
          tools,
        );
      } finally {
        await client.close();
      }
    },
  );
}
