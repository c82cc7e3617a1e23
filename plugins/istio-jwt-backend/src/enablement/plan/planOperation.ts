import { EnablementPlanRequest } from 'backstage-plugin-istio-jwt-common';
import { planEnablement } from 'istio-jwt-policy-engine';
import { markObjects } from '../marks';
import { findService } from './findService';
import { OperationPlanResult, PlanContext, refuse } from './OperationPlan';
import { chooseIssuer } from './chooseIssuer';
import { toPlan } from './toPlan';

/** Plans an operation on the present picture of the cluster: the same picture, the same plan. */
export function planOperation(
  context: PlanContext,
  request: Extract<EnablementPlanRequest, { intent: 'enable' }>,
): OperationPlanResult {
  const { config, id, entityRef } = context;
  const { service, waysIn, exemptPaths, preflights } = request;
  const found = findService(context, service);
  if (!found.ok) return refuse(service, found.reason, found.alternatives);
  const chosen = chooseIssuer(config, request);
  if (!chosen.ok) return refuse(service, chosen.reason, chosen.alternatives);
  const { assessed } = found;
  const shown = new Set(assessed.status.waysIn.map(wayIn => wayIn.id));
  const hidden = waysIn.find(wanted => !shown.has(wanted));
  if (hidden !== undefined) {
    return refuse(service, `The entity has no way in ${hidden} (any more).`, [
      'Choose among the ways in that the entity has now.',
    ]);
  }
  const plan = planEnablement(assessed.mirror.mesh, {
    service: { namespace: service.namespace, name: service.name },
    waysIn,
    issuer: chosen.issuer,
    exemptPaths,
    preflights,
    naming: markObjects(service, entityRef, id),
  });
  if (plan.kind === 'refused') return { ...plan, service };
  return toPlan(context, assessed, plan, {
    service,
    waysIn,
    choices: request,
    issuer: chosen.issuer,
  });
}
