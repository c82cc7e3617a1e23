import { NotFoundError } from '@backstage/errors';
import { EnablementStore, StoredPlan } from '../store/EnablementStore';

/** @throws NotFoundError for a plan that is unknown, over, or of another caller or entity */
export async function findOwnPlan(
  store: Pick<EnablementStore, 'getPlan'>,
  {
    entityRef,
    planId,
    caller,
  }: { entityRef: string; planId: string; caller: string },
): Promise<StoredPlan> {
  const plan = await store.getPlan(planId);
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
