import {
  assessService,
  EnablementIssuer,
  EnablementPlan,
  Finding,
  Mesh,
  planEnablement,
  PlannedEnablement,
  RefusedEnablement,
  WayInEffect,
} from 'istio-jwt-policy-engine';
import {
  EnablementPlanRequest,
  EnablementService,
  EnablementWriting,
} from 'backstage-plugin-istio-jwt-common';
import { PolicyObject } from 'backstage-plugin-istio-jwt-node';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ClusterMirror } from '../../cluster';
import { nameKind } from '../../cluster/kinds';
import { EnablementConfig } from '../../config';
import { AssessedService } from '../../status/assessEntity';
import { digestConfiguration } from '../../status/digestConfiguration';
import { authoredPart, markObjects, OPERATION_ANNOTATION } from '../marks';
import { Operation, OperationChange, OperationCheck } from '../operation';
import { findWriting } from './findWriting';
import { listChecks } from './listChecks';
import { listReached } from './listReached';
import { simulateRemoval } from './simulateRemoval';

/** What can be done, before anybody's permission is asked. */
export interface OperationPlan {
  kind: 'planned';
  service: EnablementService;
  waysIn: { id: string; host: string; port: number }[];
  issuerName: string;
  issuer: EnablementIssuer;
  pattern?: PlannedEnablement['pattern'];
  why: string;
  considered: PlannedEnablement['considered'];
  changes: OperationChange[];
  effects: WayInEffect[];
  neighbours: number;
  findings: { opened: Finding[]; resolved: Finding[] };
  warnings: string[];
  checks: OperationCheck[];
  writing: EnablementWriting;
  locks: string[];
  snapshot: string;
}

export type OperationPlanResult =
  | OperationPlan
  | (RefusedEnablement & { service: EnablementService });

export interface PlanContext {
  config: EnablementConfig;
  entityRef: string;
  /** The entity's services. */
  assessed: readonly AssessedService[];
  /** Id of the operation that it would become. */
  id: string;
}

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
      [
        ...chosen.flatMap(({ gateway, route }) => [gateway, route]),
        ...changes.map(({ ref }) => ref),
      ],
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

type FoundService =
  | { ok: true; assessed: AssessedService }
  | { ok: false; reason: string; alternatives: string[] };

/** @returns the service, where all that a plan depends on is known of its cluster */
function findService(
  { assessed }: PlanContext,
  service: EnablementService,
): FoundService {
  const found = assessed.find(
    ({ status }) =>
      status.cluster === service.cluster &&
      status.namespace === service.namespace &&
      status.name === service.name,
  );
  if (!found) {
    return {
      ok: false,
      reason: `The entity has no Service ${service.cluster}/${service.namespace}/${service.name} (any more).`,
      alternatives: ['Choose among the services that the entity has now.'],
    };
  }
  const reason = whyBlind(found.mirror);
  return reason === undefined
    ? { ok: true, assessed: found }
    : {
        ok: false,
        reason,
        alternatives: ['Plan again once the cluster is read in full.'],
      };
}

/** A plan on a picture with holes could harm what it does not see. */
export function whyBlind(mirror: ClusterMirror): string | undefined {
  const { state } = mirror.freshness;
  if (state.kind !== 'synced') {
    return `The picture of cluster ${mirror.config.name} is not up to date.`;
  }
  const unread = mirror.unreadKinds.filter(
    ({ neededFor }) => neededFor !== 'probes',
  );
  return unread.length > 0
    ? `Of cluster ${mirror.config.name}, ${unread
        .map(nameKind)
        .join(', ')} could not be read.`
    : undefined;
}

function seal(
  mirror: ClusterMirror,
  plan: Omit<OperationPlan, 'snapshot'>,
): OperationPlan {
  const { mesh } = mirror;
  const targets = plan.effects.filter(({ isTarget }) => isTarget);
  const seen = [
    plan.pattern,
    plan.changes.map(({ ref, from, to }) => [ref, from, to]),
    plan.effects.map(({ service, wayIn, before, after, answers }) => [
      service,
      wayIn,
      before,
      after,
      answers.map(answer => [answer.kind, answer.before, answer.after]),
    ]),
    plan.neighbours,
    plan.writing,
    targets.map(({ service, wayIn }) => digestTarget(mesh, service, wayIn.id)),
  ];
  const snapshot = createHash('sha256')
    .update(JSON.stringify(seen))
    .digest('base64url')
    .slice(0, 22);
  return { ...plan, snapshot };
}

function digestTarget(
  mesh: Mesh,
  service: { namespace: string; name: string },
  wayInId: string,
): string | undefined {
  const wayIn = assessService(mesh, service).waysIn.find(
    ({ id }) => id === wayInId,
  );
  return wayIn && digestConfiguration(mesh, wayIn);
}

function refuse(
  service: EnablementService,
  reason: string,
  alternatives: string[],
): RefusedEnablement & { service: EnablementService } {
  return {
    kind: 'refused',
    service,
    reason,
    alternatives,
    considered: [],
    conflicts: [],
  };
}
