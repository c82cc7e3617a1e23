import { NotFoundError } from '@backstage/errors';
import { PlanStore, StoredPlan } from '../store/PlanStore';

/** @throws NotFoundError for a plan that is unknown, over, or of another caller or entity */
export async function findOwnPlan(
  plans: Pick<PlanStore, 'get'>,
  {
    entityRef,
    planId,
    caller,
  }: { entityRef: string; planId: string; caller: string },
): Promise<StoredPlan> {
  const plan = await plans.get(planId);
  if (
    !plan ||
    plan.entityRef !== entityRef ||
    plan.caller !== caller ||
    plan.expiresAt < Date.now()
  ) {
    throw new NotFoundError(
      'There is no such plan of yours for this entity, or its time is over. Plan again.',
    );
  }
  return plan;
}
