import { AdoptableObject } from 'backstage-plugin-istio-jwt-common';
import { Resource, ResourceRef } from 'istio-jwt-policy-engine';
import { AssessedService } from '../../status/assessEntity';
import { keyOf } from '../drift/listWritten';
import { isDryRun, isMarked } from '../marks';
import { describeKeeper } from './describeKeeper';

const MAX_OBJECTS = 20;

/**
 * Policies on the ways in of a service that may protect it and that nobody marked as the portal's.
 * Whether they do, and nobody else, is decided by a plan.
 */
export function listAdoptable({
  mirror,
  assessment,
}: AssessedService): AdoptableObject[] {
  const hosts = assessment.waysIn.map(({ host }) => host);
  const refs = new Map<string, ResourceRef>();
  for (const { hops } of assessment.waysIn) {
    for (const { policies } of hops) {
      for (const { ref } of policies) refs.set(keyOf(ref), ref);
    }
  }
  return [...refs.values()]
    .flatMap((ref): AdoptableObject[] => {
      const stored = mirror.mesh.get(ref);
      const origin = mirror.getOrigin(ref);
      if (
        !stored ||
        !origin ||
        isMarked(stored) ||
        isDryRun(stored) ||
        !mayConcern(stored, hosts)
      ) {
        return [];
      }
      const { kind, namespace = '', name } = ref;
      const keeper = describeKeeper(stored);
      return [
        {
          kind: kind as AdoptableObject['kind'],
          namespace,
          name,
          uid: origin.uid,
          resourceVersion: origin.resourceVersion,
          authors: origin.authors,
          ...(keeper
            ? {
                disabledReason: `${keeper}, and would undo what is written directly.`,
              }
            : {}),
        },
      ];
    })
    .slice(0, MAX_OBJECTS);
}

/** Whether some rule may be about one of the hosts: cheap, and rather once too often. */
function mayConcern({ kind, spec }: Resource, hosts: readonly string[]) {
  if (kind !== 'AuthorizationPolicy') return true;
  const { rules } = (spec ?? {}) as {
    rules?: { to?: { operation?: { hosts?: string[] } }[] }[];
  };
  if (!Array.isArray(rules) || rules.length === 0) return true;
  return rules.some(({ to }) => {
    const named = (Array.isArray(to) ? to : []).map(
      ({ operation }) => operation?.hosts,
    );
    return (
      named.length === 0 ||
      named.some(
        list =>
          !Array.isArray(list) ||
          list.some(pattern =>
            hosts.some(
              host =>
                host.includes('*') ||
                pattern.includes('*') ||
                pattern.toLowerCase() === host.toLowerCase(),
            ),
          ),
      )
    );
  });
}
