import { EnablementService } from 'backstage-plugin-istio-jwt-common';
import { ClusterMirror } from '../../cluster';
import { nameKind } from '../../cluster/kinds';
import { AssessedService } from '../../status/assessEntity';
import { PlanContext } from './OperationPlan';

type FoundService =
  | { ok: true; assessed: AssessedService }
  | { ok: false; reason: string; alternatives: string[] };

/** @returns the service, where all that a plan depends on is known of its cluster */
export function findService(
  { assessed, foreign }: PlanContext,
  service: EnablementService,
): FoundService {
  const found = assessed.find(({ status }) => isSame(status, service));
  if (!found && foreign.some(each => isSame(each, service))) {
    return {
      ok: false,
      reason: `By istioJwt.ownership, ${service.cluster}/${service.namespace}/${service.name} belongs to entities of other owners.`,
      alternatives: [
        'Plan for an entity of its owners, or ask the platform team to add the owner of this one to istioJwt.ownership.',
      ],
    };
  }
  if (!found) {
    return {
      ok: false,
      reason: `The entity has no Service ${service.cluster}/${service.namespace}/${service.name} (any more).`,
      alternatives: ['Choose among the services that the entity has now.'],
    };
  }
  const reason = whyBlind(found.mirror);
  return reason === undefined
    ? { ok: true, assessed: found }
    : {
        ok: false,
        reason,
        alternatives: ['Plan again once the cluster is read in full.'],
      };
}

function isSame(a: EnablementService, b: EnablementService): boolean {
  return (
    a.cluster === b.cluster && a.namespace === b.namespace && a.name === b.name
  );
}

/** A plan on a picture with holes could harm what it does not see. */
function whyBlind(mirror: ClusterMirror): string | undefined {
  const { state } = mirror.freshness;
  if (state.kind !== 'synced') {
    return `The picture of cluster ${mirror.config.name} is not up to date.`;
  }
  const unread = mirror.unreadKinds.filter(
    ({ neededFor }) => neededFor !== 'probes',
  );
  return unread.length > 0
    ? `Of cluster ${mirror.config.name}, ${unread
        .map(nameKind)
        .join(', ')} could not be read.`
    : undefined;
}
