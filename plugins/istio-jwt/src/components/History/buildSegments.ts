import { StateChange } from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';

/** One state of the entity, as long as it lasted. */
export interface Segment {
  state: ProtectionState;
  /** ISO 8601. */
  since: string;
  /** ms. */
  lasted: number;
  reason: string;
}

/**
 * The entity's own states in the order of time.
 *
 * @param changes - newest first, of any subject
 * @param now - ms since the epoch
 * @param limit - how many of the newest are wanted
 */
export function buildSegments(
  changes: StateChange[],
  now: number,
  limit: number,
): Segment[] {
  let until = now;
  return changes
    .filter(({ subject }) => subject.level === 'entity')
    .slice(0, limit)
    .flatMap(({ to, at, reason }): Segment[] => {
      const lasted = Math.max(0, until - Date.parse(at));
      until = Date.parse(at);
      return to ? [{ state: to, since: at, lasted, reason }] : [];
    })
    .reverse();
}
