import {
  EnablementChoices,
  EnablementService,
} from 'backstage-plugin-istio-jwt-common';
import { PolicyObject } from 'backstage-plugin-istio-jwt-node';
import {
  assessWithChanges,
  EnablementIssuer,
  Mesh,
  PlannedChange,
  PlannedEnablement,
  Resource,
  WayInAssessment,
} from 'istio-jwt-policy-engine';
import { AssessedService } from '../../status/assessEntity';
import { authoredPart, isAdopted } from '../marks';
import { OperationChange } from '../operation';
import { findWriting } from './findWriting';
import { listChecks } from './listChecks';
import { OperationPlan, PlanContext, seal } from './OperationPlan';

const UNORDERED =
  'What is merged or applied at once reaches proxies in no sure order. Bring the policies in first and see that they refuse; then the route.';

/** A plan of the engine as what an operation begins with. */
export function toPlan(
  { config, entityRef }: PlanContext,
  { mirror }: AssessedService,
  plan: PlannedEnablement,
  wanted: {
    service: EnablementService;
    choices: EnablementChoices;
    issuer: EnablementIssuer;
  },
): OperationPlan {
  const { service, choices, issuer } = wanted;
  const { audiences, exemptPaths, preflights } = choices;
  const { mesh } = mirror;
  const changes = plan.changes.map(change => toOperationChange(mesh, change));
  const chosen = listWaysIn(mesh, service, plan);
  const writing = findWriting(
    config,
    service.cluster,
    mesh,
    [...new Set(changes.map(({ ref }) => ref.namespace))],
    chosen.flatMap(({ gateway, route }) => [gateway, route]),
    changes.map(({ ref }) => ref),
  );
  const isUnordered =
    writing.mode !== 'direct' && changes.some(({ step }) => step === 'route');
  return seal(mirror, {
    kind: 'planned',
    service,
    waysIn: chosen.map(({ id, host, port }) => ({ id, host, port })),
    issuerName: choices.issuer,
    issuer,
    choices: {
      issuer: choices.issuer,
      ...(audiences ? { audiences } : {}),
      exemptPaths,
      preflights,
    },
    pattern: plan.pattern,
    why: plan.why,
    considered: plan.considered,
    changes,
    effects: plan.effects,
    neighbours: plan.neighbours,
    findings: plan.findings,
    warnings: [...plan.warnings, ...(isUnordered ? [UNORDERED] : [])],
    checks: listChecks(plan.effects, issuer),
    writing,
    locks: listLocks(entityRef, service.cluster, chosen),
  });
}

/** Also those that come with the plan. */
function listWaysIn(
  mesh: Mesh,
  service: EnablementService,
  { waysIn, changes }: PlannedEnablement,
): WayInAssessment[] {
  const routes = changes
    .filter(({ step }) => step === 'gateway' || step === 'route')
    .map(({ resource }) => resource);
  return assessWithChanges(mesh, service, routes).waysIn.filter(({ id }) =>
    waysIn.includes(id),
  );
}

function toOperationChange(
  mesh: Mesh,
  { step, action, resource, passage }: PlannedChange,
): OperationChange {
  const { kind, apiVersion, metadata } = resource;
  const { namespace = '', name } = metadata;
  const ref = { apiVersion, kind, namespace, name };
  const before = mesh.get(ref);
  const from = before && authoredPart(before);
  const dress = (wanted: Resource) => keepAuthored(from, authoredPart(wanted));
  return {
    step,
    ref,
    ...(from ? { from } : {}),
    ...(action === 'delete' ? {} : { to: dress(resource) }),
    ...(passage
      ? {
          passage:
            passage.kind === 'between'
              ? { kind: 'between', object: dress(passage.resource) }
              : passage,
        }
      : {}),
    // Whoever adopted it consented to that.
    ...(from && isAdopted(from) ? { takesOver: true } : {}),
    reached: 'from',
  };
}

/** What a person wrote keeps the person's labels and annotations. */
function keepAuthored(
  from: PolicyObject | undefined,
  to: PolicyObject,
): PolicyObject {
  if (!from || !isAdopted(from)) return to;
  const { labels, annotations } = from.metadata;
  return {
    ...to,
    metadata: {
      ...to.metadata,
      labels: { ...labels, ...to.metadata.labels },
      annotations: { ...annotations, ...to.metadata.annotations },
    },
  };
}

/** What no other operation may touch meanwhile. */
export function listLocks(
  entityRef: string,
  cluster: string,
  waysIn: readonly WayInAssessment[],
): string[] {
  return [
    `entity ${entityRef}`,
    ...waysIn.flatMap(({ hops: [hop] }) =>
      hop
        ? [
            [
              'proxy',
              cluster,
              hop.proxy.kind,
              hop.proxy.namespace,
              hop.proxy.name,
            ].join(' '),
          ]
        : [],
    ),
  ];
}
