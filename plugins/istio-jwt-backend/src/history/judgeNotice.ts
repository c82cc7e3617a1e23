import { ProtectionState, STATES_WORST_FIRST } from 'istio-jwt-policy-engine';

/** What an owner is told of a state, compared with what they know. */
export type Notice = 'opened' | 'closed' | 'silent';

const BAD: readonly ProtectionState[] = [
  'drift',
  'open',
  'validated-only',
  'partial',
  'over-blocked',
];

/**
 * A state that became worse is told, and so is the return to `enforced`. What got better and is
 * still bad is no news, and `unknown` says nothing about the service.
 */
export function judgeNotice(
  from: ProtectionState | null,
  to: ProtectionState,
): Notice {
  if (to === 'enforced') {
    return from !== null && BAD.includes(from) ? 'closed' : 'silent';
  }
  if (!BAD.includes(to)) {
    return 'silent';
  }
  return from === null || !BAD.includes(from) || isWorse(to, from)
    ? 'opened'
    : 'silent';
}

function isWorse(one: ProtectionState, other: ProtectionState): boolean {
  return STATES_WORST_FIRST.indexOf(one) < STATES_WORST_FIRST.indexOf(other);
}
