import {
  EnablementChoices,
  EnablementService,
  EnablementWriting,
} from 'backstage-plugin-istio-jwt-common';
import {
  assessService,
  EnablementIssuer,
  Finding,
  Mesh,
  PlannedEnablement,
  RefusedEnablement,
  WayInEffect,
} from 'istio-jwt-policy-engine';
import { createHash } from 'node:crypto';
import { ClusterMirror } from '../../cluster';
import { EnablementConfig } from '../../config';
import { AssessedService } from '../../status/assessEntity';
import { digestConfiguration } from '../../status/digestConfiguration';
import { OperationChange, OperationCheck } from '../operation';

/** What can be done, before anybody's permission is asked. */
export interface OperationPlan {
  kind: 'planned';
  service: EnablementService;
  waysIn: { id: string; host: string; port: number }[];
  issuerName: string;
  issuer: EnablementIssuer;
  choices?: EnablementChoices;
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
  /** Those that its annotations mean, and that belong to others by the portal's config. */
  foreign: readonly EnablementService[];
  /** Id of the operation that it would become. */
  id: string;
}

/** Adds a digest of all that the plan says, and of what its targets' verdicts come from. */
export function seal(
  mirror: ClusterMirror,
  plan: Omit<OperationPlan, 'snapshot'>,
): OperationPlan {
  const { mesh } = mirror;
  const targets = plan.effects.filter(({ isTarget }) => isTarget);
  const seen = [
    plan.pattern,
    plan.changes.map(({ ref, from, to, passage }) => [ref, from, to, passage]),
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

export function refuse(
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
