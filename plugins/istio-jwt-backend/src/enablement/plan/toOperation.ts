import { Operation } from '../operation';
import { OperationPlan } from './OperationPlan';

const SETS_ISSUER = new Set(['enable', 'change', 'restore']);

/** A plan as the operation that it would begin as. */
export function toOperation(
  planned: OperationPlan,
  begin: Pick<
    Operation,
    'id' | 'entityRef' | 'intent' | 'startedBy' | 'approval' | 'plan'
  > & { now: number },
): Operation {
  const { now, ...known } = begin;
  const { service, waysIn, issuerName, issuer, choices, pattern } = planned;
  const { changes, checks, locks } = planned;
  const { jwks, jwksUri } = issuer;
  return {
    ...known,
    service,
    waysIn,
    issuer: issuerName,
    ...(choices ? { choices } : {}),
    // Keys that stand in the policy are there with it.
    ...(jwks || !SETS_ISSUER.has(known.intent)
      ? {}
      : {
          keys: { issuer: issuer.issuer, ...(jwksUri ? { jwksUri } : {}) },
        }),
    ...(pattern ? { pattern } : {}),
    phase: 'planned',
    createdAt: now,
    updatedAt: now,
    changes,
    checks,
    steps: [],
    locks,
  };
}
