import { EnablementIssuer } from 'istio-jwt-policy-engine';
import { isAdopted } from '../marks';
import { Operation, OperationChange } from '../operation';
import { findService } from './findService';
import { findWriting } from './findWriting';
import { listChecks } from './listChecks';
import { listConcerned } from './listReached';
import { listStanding } from './listStanding';
import {
  OperationPlanResult,
  PlanContext,
  refuse,
  seal,
} from './OperationPlan';
import { simulateRemoval } from './simulateRemoval';

/** Plans to take back what an earlier operation wrote. */
export function planDisabling(
  context: PlanContext,
  earlier: Operation,
): OperationPlanResult {
  const { config } = context;
  const { service } = earlier;
  const found = findService(context, service);
  if (!found.ok) return refuse(service, found.reason, found.alternatives);
  const { mirror } = found.assessed;
  const { mesh } = mirror;
  const named = config.issuers.find(({ name }) => name === earlier.issuer);
  const issuer: EnablementIssuer = named ?? {
    issuer: earlier.keys?.issuer ?? '',
    audiences: [],
  };
  const standing = listStanding(mesh, earlier);
  if (!standing.ok) {
    const { reason, alternatives, conflicts } = standing;
    return { ...refuse(service, reason, alternatives), conflicts };
  }
  // Policies first: one that asks for a principal refuses everybody once nothing validates.
  const changes = [...standing.changes].reverse().map(
    ({ step, ref, to }): OperationChange => ({
      step,
      ref,
      from: to,
      reached: 'from',
    }),
  );
  const exempt = earlier.checks
    .filter(({ kind }) => kind === 'exempt-path')
    .map(({ path }) => path);
  const reached = listConcerned(
    mesh,
    changes.map(({ ref }) => ref),
    { ...service, waysIn: earlier.waysIn.map(({ id }) => id) },
    issuer,
    [...new Set(exempt)],
  );
  const { effects, findings } = simulateRemoval(mesh, changes, reached.effects);
  return seal(mirror, {
    kind: 'planned',
    service,
    waysIn: earlier.waysIn,
    issuerName: earlier.issuer,
    issuer,
    why: 'What the operation wrote is deleted, last first.',
    considered: [],
    changes,
    effects,
    neighbours: reached.neighbours,
    findings,
    warnings: [
      ...(standing.missing > 0
        ? ['A part of what the operation wrote is gone already.']
        : []),
      ...changes.flatMap(({ ref, from }) =>
        from && isAdopted(from)
          ? [
              `${ref.kind} ${ref.namespace}/${ref.name} is deleted, which a person wrote and the portal adopted. To leave it standing, give it back instead.`,
            ]
          : [],
      ),
    ],
    checks: listChecks(effects, issuer),
    writing: findWriting(
      config,
      service.cluster,
      mesh,
      [...new Set(changes.map(({ ref }) => ref.namespace))],
      [],
      changes.map(({ ref }) => ref),
    ),
    locks: earlier.locks,
  });
}
