import {
  istioJwtEnablementApprovePermission,
  istioJwtEnablementCreatePermission,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { StoredPlan } from '../store/PlanStore';
import { describeChange, listCommands } from './describeChanges';
import { OperationPlan } from './OperationPlan';

/** A plan as its caller sees it. */
export function describePlan(
  {
    id,
    entityRef,
    request,
    expiresAt,
    operation,
  }: Pick<
    StoredPlan,
    'id' | 'entityRef' | 'request' | 'expiresAt' | 'operation'
  >,
  planned: OperationPlan,
  affected: PlannedEnablementView['affected'],
): PlannedEnablementView {
  const { service, pattern, why, considered, changes, effects } = planned;
  const { neighbours, findings, warnings, writing, snapshot } = planned;
  const { approval } = operation;
  return {
    kind: 'planned',
    planId: id,
    entityRef,
    intent: request.intent,
    service,
    ...(pattern ? { pattern } : {}),
    why,
    considered,
    changes: changes.map(describeChange),
    effects,
    neighbours,
    findings,
    warnings,
    affected,
    approval,
    permissions: [
      istioJwtEnablementCreatePermission.name,
      ...(approval.required ? [istioJwtEnablementApprovePermission.name] : []),
    ],
    writing,
    commands: listCommands(changes),
    snapshot,
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
