import { EnablementPlanRequest } from 'backstage-plugin-istio-jwt-common';
import { EnablementPlan, planEnablement } from 'istio-jwt-policy-engine';
import { authoredPart, markObjects } from '../marks';
import { OperationChange } from '../operation';
import { findService } from './findService';
import { findWriting } from './findWriting';
import { listChecks } from './listChecks';
import {
  OperationPlanResult,
  PlanContext,
  refuse,
  seal,
} from './OperationPlan';

/** Plans an operation on the present picture of the cluster: the same picture, the same plan. */
export function planOperation(
  context: PlanContext,
  request: Extract<EnablementPlanRequest, { intent: 'enable' }>,
): OperationPlanResult {
  const { config, id, entityRef } = context;
  const { service, waysIn, exemptPaths, preflights } = request;
  const found = findService(context, service);
  if (!found.ok) return refuse(service, found.reason, found.alternatives);
  const { mirror, assessment, status } = found.assessed;
  const named = config.issuers.find(({ name }) => name === request.issuer);
  if (!named) {
    return refuse(
      service,
      `No issuer ${JSON.stringify(request.issuer)} is allowed.`,
      config.issuers.map(({ name }) => `Choose ${name}.`),
    );
  }
  const shown = new Set(status.waysIn.map(wayIn => wayIn.id));
  const hidden = waysIn.find(wanted => !shown.has(wanted));
  if (hidden !== undefined) {
    return refuse(service, `The entity has no way in ${hidden} (any more).`, [
      'Choose among the ways in that the entity has now.',
    ]);
  }
  const { name: issuerName, ...issuer } = named;
  const { mesh } = mirror;
  const plan: EnablementPlan = planEnablement(mesh, {
    service: { namespace: service.namespace, name: service.name },
    waysIn,
    issuer,
    exemptPaths,
    preflights,
    naming: markObjects(service, entityRef, id),
  });
  if (plan.kind === 'refused') return { ...plan, service };
  const changes = plan.changes.map(({ step, resource }): OperationChange => {
    const { kind, apiVersion, metadata } = resource;
    const { namespace = '', name } = metadata;
    const ref = { apiVersion, kind, namespace, name };
    const before = mesh.get(ref);
    return {
      step,
      ref,
      ...(before ? { from: authoredPart(before) } : {}),
      to: authoredPart(resource),
      reached: 'from',
    };
  });
  const chosen = assessment.waysIn.filter(wayIn => waysIn.includes(wayIn.id));
  return seal(mirror, {
    kind: 'planned',
    service,
    waysIn: chosen.map(({ id: wayInId, host, port }) => ({
      id: wayInId,
      host,
      port,
    })),
    issuerName,
    issuer,
    pattern: plan.pattern,
    why: plan.why,
    considered: plan.considered,
    changes,
    effects: plan.effects,
    neighbours: plan.neighbours,
    findings: plan.findings,
    warnings: plan.warnings,
    checks: listChecks(plan.effects, issuer),
    writing: findWriting(
      config,
      service.cluster,
      mesh,
      [...new Set(changes.map(({ ref }) => ref.namespace))],
      chosen.flatMap(({ gateway, route }) => [gateway, route]),
      changes.map(({ ref }) => ref),
    ),
    locks: [
      `entity ${entityRef}`,
      ...chosen.map(({ hops: [{ proxy }] }) =>
        [
          'proxy',
          service.cluster,
          proxy.kind,
          proxy.namespace,
          proxy.name,
        ].join(' '),
      ),
    ],
  });
}
