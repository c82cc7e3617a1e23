import { InputError } from '@backstage/errors';
import { EnablementPlanRequest } from 'backstage-plugin-istio-jwt-common';
import {
  listRouteGateways,
  Mesh,
  planEnablement,
  RouteRequest,
} from 'istio-jwt-policy-engine';
import { EnablementConfig } from '../../config/types';
import { markObjects } from '../marks';
import { findService } from './findService';
import { OperationPlanResult, PlanContext, refuse } from './OperationPlan';
import { chooseIssuer } from './chooseIssuer';
import { whyHostRefused } from './judgeHost';
import { toPlan } from './toPlan';

/** Plans an operation on the present picture of the cluster: the same picture, the same plan. */
export function planOperation(
  context: PlanContext,
  request: Extract<EnablementPlanRequest, { intent: 'enable' }>,
): OperationPlanResult {
  const { config, id, entityRef } = context;
  const { service, waysIn, exemptPaths, preflights, route } = request;
  if (waysIn.length > 0 === Boolean(route)) {
    throw new InputError(
      route
        ? 'waysIn has to be empty where a route is created: plan one after the other.'
        : 'waysIn is empty. Name at least one way in, or a route to create.',
    );
  }
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
  const { mesh } = assessed.mirror;
  const misplaced = route && whyRouteRefused(config, mesh, service, route);
  if (misplaced) {
    return refuse(service, misplaced, [
      'Choose a host and a gateway that the portal may create routes for, or ask its administrators.',
    ]);
  }
  const plan = planEnablement(mesh, {
    service: { namespace: service.namespace, name: service.name },
    waysIn,
    ...(route ? { route } : {}),
    issuer: chosen.issuer,
    exemptPaths,
    preflights,
    naming: markObjects(service, entityRef, id, route?.host),
  });
  if (plan.kind === 'refused') return { ...plan, service };
  return toPlan(context, assessed, plan, {
    service,
    choices: request,
    issuer: chosen.issuer,
  });
}

function whyRouteRefused(
  config: EnablementConfig,
  mesh: Mesh,
  { cluster, namespace }: { cluster: string; namespace: string },
  route: RouteRequest,
): string | undefined {
  const gateway = listRouteGateways(mesh, namespace).find(
    ({ id }) => id === route.gateway,
  );
  // One that is not there (any more) is refused by the engine.
  return gateway && whyHostRefused(config, cluster, gateway, route.host);
}
