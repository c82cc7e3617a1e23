import { ParseError, WayInAssessment } from 'istio-jwt-policy-engine';
import { nameKind, WatchedKind } from '../cluster/kinds';

const POLICY_KINDS = new Set([
  'RequestAuthentication',
  'AuthorizationPolicy',
  'PeerAuthentication',
  'Gateway',
  'VirtualService',
  'HTTPRoute',
  'GRPCRoute',
]);

/** What is known to be missing from the picture that a verdict was computed from. */
export interface Blindness {
  unreadKinds: WatchedKind[];
  /** The first reading of the cluster has not ended: what is missing comes within moments. */
  reading: boolean;
  malformed: ParseError[];
  /** Its policies reach every workload. */
  rootNamespace: string;
}

/**
 * Takes back a verdict that rests on an incomplete picture. "Protected" is taken back when anything
 * could undo it; every state is, when even the policies or workloads are unknown, and until a cluster
 * was read for the first time.
 */
export function distrustVerdict(
  wayIn: WayInAssessment,
  { unreadKinds, reading, malformed, rootNamespace }: Blindness,
): WayInAssessment {
  const unread = unreadKinds.filter(
    ({ neededFor }) =>
      neededFor === 'everything' ||
      (neededFor === 'protection' && (reading || claimsProtection(wayIn))),
  );
  if (unread.length > 0) {
    return {
      ...wayIn,
      state: 'unknown',
      reason: `Not decidable: ${unread
        .map(nameKind)
        .join(', ')} could not be read so far.`,
    };
  }
  const malformedHere = malformed.filter(error =>
    reaches(error, wayIn, rootNamespace),
  );
  if (malformedHere.length > 0 && claimsProtection(wayIn)) {
    const { resource } = malformedHere[0];
    return {
      ...wayIn,
      state: 'unknown',
      reason: `Not decidable: ${resource?.kind} ${resource?.namespace}/${resource?.name} is malformed and may apply here.`,
    };
  }
  return wayIn;
}

/** Whether a malformed object stands where it could reach a way in. */
export function reaches(
  error: ParseError,
  wayIn: WayInAssessment,
  rootNamespace: string,
): boolean {
  const { resource } = error;
  return (
    POLICY_KINDS.has(resource?.kind ?? '') &&
    (resource?.namespace === rootNamespace ||
      wayIn.hops.some(({ proxy }) => proxy.namespace === resource?.namespace) ||
      wayIn.gateway?.namespace === resource?.namespace)
  );
}

function claimsProtection({ state }: WayInAssessment): boolean {
  return state === 'enforced' || state === 'over-blocked';
}
