import { PolicyObject } from 'backstage-plugin-istio-jwt-node';
import { EnablementIssuer, Mesh } from 'istio-jwt-policy-engine';
import { isDeepStrictEqual } from 'node:util';
import { OPERATION_ANNOTATION } from '../marks';
import { Operation, OperationChange } from '../operation';
import { findService } from './findService';
import { findWriting } from './findWriting';
import { listChecks } from './listChecks';
import { listReached } from './listReached';
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
  const standing = earlier.changes.filter(({ ref }) => mesh.get(ref));
  const foreign = standing.filter(
    ({ ref, to }) => !to || !isAsWritten(mesh, ref, to),
  );
  if (foreign.length > 0) {
    return {
      ...refuse(
        service,
        'Somebody changed what this operation wrote, so it is not taken back blindly.',
        ['Take it back by hand, or undo that change first.'],
      ),
      conflicts: foreign.map(({ ref }) => ref),
    };
  }
  if (standing.length === 0) {
    return refuse(
      service,
      'Nothing of what this operation wrote stands there any more.',
      [],
    );
  }
  // Policies first: one that asks for a principal refuses everybody once nothing validates.
  const changes = [...standing].reverse().map(
    ({ step, ref, from, to }): OperationChange => ({
      step,
      ref,
      from: to,
      ...(from ? { to: from } : {}),
      reached: 'from',
    }),
  );
  const exempt = earlier.checks
    .filter(({ kind }) => kind === 'exempt-path')
    .map(({ path }) => path);
  const reached = listReached(
    mesh,
    changes.map(({ ref }) => ref),
    { ...service, waysIn: earlier.waysIn.map(({ id }) => id) },
    issuer,
    [...new Set(exempt)],
  );
  const { effects, findings } = simulateRemoval(mesh, changes, reached.effects);
  const left = standing.length < earlier.changes.length;
  return seal(mirror, {
    kind: 'planned',
    service,
    waysIn: earlier.waysIn,
    issuerName: earlier.issuer,
    issuer,
    why: 'What the operation wrote is taken back, last first, and what stood there before is put back.',
    considered: [],
    changes,
    effects,
    neighbours: reached.neighbours,
    findings,
    warnings: left
      ? ['A part of what the operation wrote is gone already.']
      : [],
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

function isAsWritten(
  mesh: Mesh,
  ref: OperationChange['ref'],
  wanted: PolicyObject,
): boolean {
  const live = mesh.get(ref);
  return (
    live !== undefined &&
    live.metadata.annotations?.[OPERATION_ANNOTATION] ===
      wanted.metadata.annotations?.[OPERATION_ANNOTATION] &&
    isDeepStrictEqual(
      JSON.parse(JSON.stringify(live.spec ?? null)),
      JSON.parse(JSON.stringify(wanted.spec ?? null)),
    )
  );
}
