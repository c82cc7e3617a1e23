import type { Manifest } from '../kube.ts';
import type { Acceptance } from './accept.ts';
import type { Outcome } from './bench.ts';

/** What a run has seen, in numbers. */
export interface Tally {
  sets: number;
  refusedPolicies: number;
  /** Policies of which engine and cluster do not say alike whether they are taken. */
  acceptance: (Acceptance & { policy: Manifest })[];
  outcomes: Record<Outcome, number>;
  answers: Map<string, number>;
  unknowns: Map<string, number>;
}

export const count = (map: Map<string, number>, key: string) =>
  map.set(key, (map.get(key) ?? 0) + 1);

export function createTally(): Tally {
  return {
    sets: 0,
    refusedPolicies: 0,
    acceptance: [],
    outcomes: { agree: 0, status: 0, body: 0, details: 0, unknown: 0 },
    answers: new Map(),
    unknowns: new Map(),
  };
}

export const totalOf = ({ outcomes }: Tally) =>
  Object.values(outcomes).reduce((sum, each) => sum + each, 0);

export function printTally(
  tally: Tally,
  seconds: number,
  say: (line: string) => void,
): void {
  const { outcomes } = tally;
  const total = totalOf(tally);
  say('');
  say(
    `${total} decisions on ${tally.sets} policy sets in ${seconds.toFixed(
      0,
    )} s (${Math.round((total / seconds) * 60)} a minute)`,
  );
  say(`  agree              ${outcomes.agree}`);
  say(`  status differs     ${outcomes.status}`);
  say(`  only body differs  ${outcomes.body}`);
  say(`  only details differ ${outcomes.details}`);
  say(`  engine: unknown    ${outcomes.unknown}`);
  say(
    `  policies that the cluster refused: ${tally.refusedPolicies}, the engine says otherwise of ${tally.acceptance.length}`,
  );
  say("Envoy's answers:");
  for (const [answer, times] of [...tally.answers].sort(
    (a, b) => b[1] - a[1],
  )) {
    say(`  ${String(times).padStart(6)}  ${answer}`);
  }
  if (tally.unknowns.size > 0) say('Why the engine did not know:');
  for (const [why, times] of tally.unknowns) {
    say(`  ${String(times).padStart(6)}  ${why}`);
  }
}
