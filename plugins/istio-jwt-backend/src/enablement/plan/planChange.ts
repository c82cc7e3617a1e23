import { EnablementPlanRequest } from 'backstage-plugin-istio-jwt-common';
import { planEnablement } from 'istio-jwt-policy-engine';
import { markObjects } from '../marks';
import { Operation } from '../operation';
import { chooseIssuer } from './chooseIssuer';
import { findService } from './findService';
import { listStanding } from './listStanding';
import { OperationPlanResult, PlanContext, refuse } from './OperationPlan';
import { toPlan } from './toPlan';

/** Plans to replace what an earlier operation wrote by what other choices come to. */
export function planChange(
  context: PlanContext,
  request: Extract<EnablementPlanRequest, { intent: 'change' }>,
  earlier: Operation,
): OperationPlanResult {
  const { config, id, entityRef } = context;
  const { service, waysIn, pattern } = earlier;
  const found = findService(context, service);
  if (!found.ok) return refuse(service, found.reason, found.alternatives);
  // Disabling has to know the route: without policies it would stand open.
  if (earlier.changes.some(({ step }) => step === 'route')) {
    return refuse(
      service,
      'It created the route, too, and is not changed in place.',
      ['Disable it, which takes the route away first, and enable it anew.'],
    );
  }
  const chosen = chooseIssuer(config, request);
  if (!chosen.ok) return refuse(service, chosen.reason, chosen.alternatives);
  const { assessed } = found;
  const { mesh } = assessed.mirror;
  const standing = listStanding(mesh, earlier);
  if (!standing.ok)
    return {
      ...refuse(service, standing.reason, standing.alternatives),
      conflicts: standing.conflicts,
    };
  const ids = waysIn.map(wayIn => wayIn.id);
  const plan = planEnablement(mesh, {
    service: { namespace: service.namespace, name: service.name },
    waysIn: ids,
    issuer: chosen.issuer,
    exemptPaths: request.exemptPaths,
    preflights: request.preflights,
    naming: markObjects(service, entityRef, id),
    standing: standing.changes.map(({ ref }) => ref),
    pattern,
  });
  if (plan.kind === 'refused') return { ...plan, service };
  const planned = toPlan(context, assessed, plan, {
    service,
    choices: request,
    issuer: chosen.issuer,
  });
  return planned.changes.some(
    ({ from, to }) => JSON.stringify(from?.spec) !== JSON.stringify(to?.spec),
  )
    ? planned
    : refuse(service, 'It stands like that already: nothing would change.', []);
}
