import { EnablementIssuer } from 'istio-jwt-policy-engine';
import { Operation } from '../operation';
import { PlanContext } from './OperationPlan';

/** The issuer of an earlier operation, as the config has it now or as it was then. */
export function recallIssuer(
  { config }: PlanContext,
  earlier: Pick<Operation, 'issuer' | 'keys' | 'choices'>,
): { issuerName: string; issuer: EnablementIssuer } {
  const named = config.issuers.find(({ name }) => name === earlier.issuer);
  const issuer: EnablementIssuer = named ?? {
    issuer: earlier.keys?.issuer ?? earlier.issuer,
    audiences: [],
  };
  const { audiences } = earlier.choices ?? {};
  return {
    issuerName: earlier.issuer,
    issuer: audiences ? { ...issuer, audiences } : issuer,
  };
}
