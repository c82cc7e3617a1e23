import { CoverageCounts } from 'backstage-plugin-istio-jwt-common';
import { ProtectionState, STATES_WORST_FIRST } from 'istio-jwt-policy-engine';

/** Sums up rows that were counted by state. */
export function countStates(
  rows: {
    state: ProtectionState;
    /** SQLite gives numbers. */
    excepted: boolean | number;
    count: number | string;
  }[],
): CoverageCounts {
  const states = countNothing();
  const excepted = countNothing();
  for (const row of rows) {
    states[row.state] += Number(row.count);
    if (row.excepted) {
      excepted[row.state] += Number(row.count);
    }
  }
  return seal(states, excepted);
}

export function addCounts(
  a: CoverageCounts | undefined,
  b: CoverageCounts,
): CoverageCounts {
  if (!a) {
    return b;
  }
  const states = countNothing();
  const excepted = countNothing();
  for (const state of STATES_WORST_FIRST) {
    states[state] = a.states[state] + b.states[state];
    excepted[state] = a.excepted[state] + b.excepted[state];
  }
  return seal(states, excepted);
}

export function countNothing(): Record<ProtectionState, number> {
  return Object.fromEntries(
    STATES_WORST_FIRST.map(state => [state, 0]),
  ) as Record<ProtectionState, number>;
}

function seal(
  states: CoverageCounts['states'],
  excepted: CoverageCounts['excepted'],
): CoverageCounts {
  const total = Object.values(states).reduce((sum, count) => sum + count, 0);
  return {
    total,
    states,
    excepted,
    shareEnforced: total === 0 ? null : states.enforced / total,
  };
}
