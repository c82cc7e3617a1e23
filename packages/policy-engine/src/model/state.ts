/**
 * The protection state of a way in and of a service.
 *
 * - `enforced`: no request passes without a valid token, and some request with one passes
 * - `validated-only`: a token is checked when present and never required
 * - `open`: no token is looked at
 * - `over-blocked`: requests with good tokens are refused
 * - `partial`: some request classes (paths, hosts, callers) pass without a valid token
 * - `drift`: observation and verdict disagree
 * - `unknown`: not decidable, the reason says why
 *
 * @public
 */
export type ProtectionState =
  | 'enforced'
  | 'validated-only'
  | 'open'
  | 'over-blocked'
  | 'partial'
  | 'drift'
  | 'unknown';

/** Worst first. A service takes the worst state of its ways in. @public */
export const STATES_WORST_FIRST: readonly ProtectionState[] = [
  'drift',
  'open',
  'validated-only',
  'partial',
  'unknown',
  'over-blocked',
  'enforced',
];

/** The worst of `states`, or `unknown` for none. @public */
export function worstState(states: Iterable<ProtectionState>): ProtectionState {
  const present = new Set(states);
  return STATES_WORST_FIRST.find(state => present.has(state)) ?? 'unknown';
}
