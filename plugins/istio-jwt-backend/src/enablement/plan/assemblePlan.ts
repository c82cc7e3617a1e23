import {
  EnablementChoices,
  EnablementService,
} from 'backstage-plugin-istio-jwt-common';
import { EnablementIssuer, EnablementPattern } from 'istio-jwt-policy-engine';
import { AssessedService } from '../../status/assessEntity';
import { OperationChange } from '../operation';
import { findWriting } from './findWriting';
import { foreseeEffects } from './foreseeEffects';
import { listChecks } from './listChecks';
import { OperationPlan, PlanContext, seal } from './OperationPlan';
import { listLocks } from './toPlan';

/** A plan of given changes: what they do is decided on the mesh in thought. */
export function assemblePlan(
  { config, entityRef }: PlanContext,
  { mirror, assessment }: AssessedService,
  {
    service,
    waysIn,
    issuerName,
    issuer,
    choices,
    paths = choices?.exemptPaths ?? [],
    pattern,
    why,
    warnings,
    changes,
  }: {
    service: EnablementService;
    /** Ids. */
    waysIn: readonly string[];
    issuerName: string;
    issuer: EnablementIssuer;
    choices?: EnablementChoices;
    /** Asked for without a token, besides. Default: those that were chosen to stay open. */
    paths?: readonly string[];
    pattern?: EnablementPattern;
    why: string;
    warnings(
      effects: ReturnType<typeof foreseeEffects>['effects'],
    ): readonly string[];
    changes: OperationChange[];
  },
): OperationPlan {
  const { mesh } = mirror;
  const { effects, findings, neighbours } = foreseeEffects(mesh, changes, {
    service,
    waysIn,
    issuer,
    exemptPaths: paths,
  });
  const chosen = assessment.waysIn.filter(({ id }) => waysIn.includes(id));
  return seal(mirror, {
    kind: 'planned',
    service,
    waysIn: chosen.map(({ id, host, port }) => ({ id, host, port })),
    issuerName,
    issuer,
    ...(choices ? { choices } : {}),
    ...(pattern ? { pattern } : {}),
    why,
    considered: [],
    changes,
    effects,
    neighbours,
    findings,
    warnings: [...warnings(effects)],
    checks: listChecks(effects, issuer),
    writing: findWriting(
      config,
      service.cluster,
      mesh,
      [...new Set(changes.map(({ ref }) => ref.namespace))],
      chosen.flatMap(({ gateway, route }) => [gateway, route]),
      changes.map(({ ref }) => ref),
    ),
    locks: listLocks(entityRef, service.cluster, chosen),
  });
}

/** RequestAuthentications first: what asks for a principal needs what validates it. */
export function inOrder(
  changes: readonly OperationChange[],
): OperationChange[] {
  return (['request-authentication', 'authorization-policy'] as const).flatMap(
    step => changes.filter(change => change.step === step),
  );
}

export function stepOf(kind: string): OperationChange['step'] {
  return kind === 'RequestAuthentication'
    ? 'request-authentication'
    : 'authorization-policy';
}
