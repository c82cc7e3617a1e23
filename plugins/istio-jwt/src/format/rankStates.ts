import { ProtectionState } from 'istio-jwt-policy-engine';

/* Same order as the engine's `STATES_WORST_FIRST`, repeated so that pages do not load the engine. */
export const STATES_WORST_FIRST: ProtectionState[] = [
  'drift',
  'open',
  'validated-only',
  'partial',
  'unknown',
  'over-blocked',
  'enforced',
];

function rank(state: ProtectionState): number {
  const index = STATES_WORST_FIRST.indexOf(state);
  return index < 0 ? STATES_WORST_FIRST.indexOf('unknown') : index;
}

/** Keeps the order within a state. */
export function sortWorstFirst<T extends { state: ProtectionState }>(
  items: readonly T[],
): T[] {
  return [...items].sort((a, b) => rank(a.state) - rank(b.state));
}

/** The worst of `states`, or `unknown` for none. */
export function findWorst(states: ProtectionState[]): ProtectionState {
  return (
    [...states].sort((a, b) => rank(a) - rank(b))[0] ?? ('unknown' as const)
  );
}
