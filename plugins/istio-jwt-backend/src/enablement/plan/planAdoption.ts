import { EnablementPlanRequest } from 'backstage-plugin-istio-jwt-common';
import { Resource } from 'istio-jwt-policy-engine';
import { AssessedService } from '../../status/assessEntity';
import { describeKeeper } from '../adopt/describeKeeper';
import { judgeConcern } from '../adopt/judgeConcern';
import { authoredPart, isMarked, withMarks } from '../marks';
import { OperationChange } from '../operation';
import { assemblePlan, inOrder, stepOf } from './assemblePlan';
import { whyNoConsent } from './consent';
import { findService } from './findService';
import {
  OperationPlan,
  OperationPlanResult,
  PlanContext,
  refuse,
} from './OperationPlan';

type AdoptRequest = Extract<EnablementPlanRequest, { intent: 'adopt' }>;

/** Plans to take over policies that a person wrote: marks are added, and no spec is changed. */
export function planAdoption(
  context: PlanContext,
  request: AdoptRequest,
): OperationPlanResult {
  const { service, objects } = request;
  const found = findService(context, service);
  if (!found.ok) return refuse(service, found.reason, found.alternatives);
  const { assessed } = found;
  const { mirror } = assessed;
  const live = objects.flatMap(
    ref => (mirror.mesh.get(ref) as Resource | undefined) ?? [],
  );
  const why =
    whyNoConsent(mirror, objects, objects) ??
    live.map(whyNotAdoptable).find(Boolean);
  if (why) {
    return {
      ...refuse(service, why, [
        'Leave it as it is: the page follows what stands, whoever wrote it.',
      ]),
      conflicts: objects,
    };
  }
  const changes = inOrder(
    live.map(resource => {
      const from = authoredPart(resource);
      const { apiVersion, kind, metadata } = from;
      const { namespace, name } = metadata;
      return {
        step: stepOf(kind),
        ref: { apiVersion, kind, namespace, name },
        from,
        to: withMarks(from, {
          service,
          entityRef: context.entityRef,
          id: context.id,
          adopted: true,
        }),
        takesOver: true,
        onlyMarks: true,
        reached: 'from' as const,
      };
    }),
  );
  const { issuerName, issuer } = findIssuer(context, live);
  const concerned = judgeConcern(assessed, service, changes, issuer);
  if (!concerned.ok) {
    return {
      ...refuse(service, concerned.reason, concerned.alternatives),
      conflicts: objects,
    };
  }
  const plan: OperationPlan = assemblePlan(context, assessed, {
    service,
    waysIn: concerned.waysIn,
    issuerName,
    issuer,
    why: 'Labels and annotations that say whose the objects are from now on are added. No spec is changed, so no request is answered otherwise.',
    changes,
    warnings: () => changes.map(change => describeAuthors(assessed, change)),
  });
  return plan.writing.mode === 'direct'
    ? plan
    : {
        ...refuse(
          service,
          `The portal may not write these objects: ${plan.writing.reason}`,
          [],
        ),
        conflicts: objects,
      };
}

function whyNotAdoptable(resource: Resource): string | undefined {
  const { kind, metadata } = resource;
  const name = `${kind} ${metadata.namespace}/${metadata.name}`;
  if (isMarked(resource)) return `${name} is the portal’s already.`;
  const keeper = describeKeeper(resource);
  return (
    keeper &&
    `${keeper}, and would undo what is written directly. It is changed where it is kept.`
  );
}

/** The issuer whose tokens the objects take, by its name in the config where it has one. */
function findIssuer({ config }: PlanContext, live: readonly Resource[]) {
  const texts = JSON.stringify(live.map(({ spec }) => spec));
  const named = config.issuers.find(({ issuer }) => texts.includes(issuer));
  if (named) {
    const { name, ...issuer } = named;
    return { issuerName: name, issuer };
  }
  const rules = live.flatMap(
    ({ spec }) =>
      (spec as { jwtRules?: { issuer?: string; audiences?: string[] }[] })
        ?.jwtRules ?? [],
  );
  const issuer = rules[0]?.issuer ?? '';
  return {
    issuerName: issuer || 'an issuer that is not known',
    issuer: { issuer, audiences: rules[0]?.audiences ?? [] },
  };
}

function describeAuthors(
  { mirror }: AssessedService,
  { ref }: OperationChange,
): string {
  const authors = mirror.getOrigin(ref)?.authors ?? [];
  const name = `${ref.kind} ${ref.namespace}/${ref.name}`;
  if (authors.length === 0) {
    return `Who wrote ${name} is not known. It is changed and deleted by the portal from now on; whoever writes it besides shows as a difference.`;
  }
  const who = authors
    .map(({ manager, at, fields }) => {
      const spec = fields.filter(field => field.startsWith('spec.'));
      return `${manager}${at ? ` (${at})` : ''}${
        spec.length > 0 ? `: ${spec.join(', ')}` : ''
      }`;
    })
    .join('; ');
  return `${name} was written by ${who}. These fields are shared at first; the first change by the portal takes them over. Whoever writes them again shows as a difference.`;
}
