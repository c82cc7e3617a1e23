import { ConflictError } from '@backstage/errors';
import { EnablementConfig } from '../config';
import { CreateResult, EnablementStore } from './store/EnablementStore';

/** @throws ConflictError that says what stands in the way */
export function refuseUnlessCreated(
  result: CreateResult,
  { quotas }: EnablementConfig,
): void {
  switch (result.kind) {
    case 'exists':
      throw new ConflictError('This plan was started already.');
    case 'locked':
      throw describeLock(result);
    case 'quota':
      throw new ConflictError(
        result.quota === 'running'
          ? `${quotas.running} operations are going on, which is as many as may. Try again later.`
          : `${quotas.perEntityPerDay} operations of this entity began within a day, which is as many as may.`,
      );
    default:
  }
}

/** @throws ConflictError that says what stands in the way */
export function refuseUnlessMoved(
  result: Awaited<ReturnType<EnablementStore['moveOn']>>,
): void {
  if (result.kind === 'changed') {
    throw new ConflictError('It moved on meanwhile. Look again.');
  }
  if (result.kind === 'locked') throw describeLock(result);
}

function describeLock({ name, by }: { name: string; by: string }) {
  return new ConflictError(
    name.startsWith('entity ')
      ? `Another operation of this entity is not over: ${by}.`
      : `Another operation works on the same gateway or workload: ${by}. Try again once it is over.`,
  );
}
