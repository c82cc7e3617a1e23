import { Operation, OperationChange } from '../operation';
import { ADOPTED_ANNOTATION, withoutMarks } from '../marks';
import { assemblePlan, inOrder } from './assemblePlan';
import { findService } from './findService';
import { listStanding } from './listStanding';
import { OperationPlanResult, PlanContext, refuse } from './OperationPlan';
import { recallIssuer } from './recallIssuer';

/** Plans to give adopted objects back: marks are removed, and nothing else. */
export function planRelease(
  context: PlanContext,
  earlier: Operation,
): OperationPlanResult {
  const { service, waysIn } = earlier;
  const found = findService(context, service);
  if (!found.ok) return refuse(service, found.reason, found.alternatives);
  const standing = listStanding(found.assessed.mirror.mesh, earlier);
  if (!standing.ok) {
    const { reason, alternatives, conflicts } = standing;
    return { ...refuse(service, reason, alternatives), conflicts };
  }
  const own = standing.changes.find(
    ({ to }) => !to?.metadata.annotations?.[ADOPTED_ANNOTATION],
  );
  if (own) {
    return {
      ...refuse(
        service,
        `${own.ref.kind} ${own.ref.namespace}/${own.ref.name} was written by the portal, so there is nobody to give it back to.`,
        ['Stop requiring a token instead.'],
      ),
      conflicts: [own.ref],
    };
  }
  const { issuerName, issuer } = recallIssuer(context, earlier);
  return assemblePlan(context, found.assessed, {
    service,
    waysIn: waysIn.map(({ id }) => id),
    issuerName,
    issuer,
    why: 'The portal’s labels and annotations are removed. Every policy stays as it stands, and belongs to whoever wrote it.',
    warnings: () => [],
    changes: inOrder(
      standing.changes.map(
        ({ step, ref, to }): OperationChange => ({
          step,
          ref,
          from: to,
          to: withoutMarks(to!),
          onlyMarks: true,
          takesOver: true,
          reached: 'from',
        }),
      ),
    ),
  });
}
