import {
  ConsideredPattern,
  EnablementPattern,
  EnablementPlan,
  EnablementRequest,
  RefusedEnablement,
  Resource,
  ResourceRef,
  WayInAssessment,
  WayInEffect,
} from '../model';
import { assessService } from '../assess/assessService';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from '../compile/compileProxy';
import { GATEWAY_PATTERNS, MESH_PATTERNS, PATTERN_WHY } from './patterns';
import { openRoute } from './route/openRoute';
import { SimulatedWayIn } from './simulate';
import { findSites } from './sites';
import { Tried, tryPattern } from './tryPattern';
import { listWarnings } from './warnings';
import { withChanges } from './withChanges';

const MAX_NEIGHBOURS = 200;
const PASSED_BY =
  'Callers that are not in ambient mode pass by the waypoint, and are not asked for a token. Have the workload admit the waypoint alone, by an AuthorizationPolicy with its identity as principal.';

/**
 * Finds the safest way to make ways in require a token: every pattern is tried on the mesh in
 * thought, and the first is taken after which the ways in are protected and no neighbour is answered
 * otherwise. Refuses, with the reason for each pattern, where there is none.
 *
 * @public
 */
export function planEnablement(
  mesh: Mesh,
  request: EnablementRequest,
): EnablementPlan {
  if (!request.route) return planOn(mesh, request, []);
  const opened = openRoute(mesh, request, request.route);
  if (!opened.ok) {
    const { reason, alternatives, conflicts = [] } = opened;
    return { ...refuse(reason, alternatives), conflicts };
  }
  const { waysIn, resources } = opened;
  return planOn(mesh, { ...request, waysIn }, resources);
}

/** @param route - what opens the ways in, where they are not there yet */
function planOn(
  mesh: Mesh,
  request: EnablementRequest,
  route: readonly Resource[],
): EnablementPlan {
  const found = withChanges(mesh, route, () => {
    const chosen = chooseWaysIn(mesh, request);
    return chosen.ok ? findSites(mesh, request, chosen.waysIn) : chosen;
  });
  if (!found.ok) return refuse(found.reason, found.alternatives);
  const { sites, where } = found;
  const possible: readonly EnablementPattern[] =
    where === 'gateway' ? GATEWAY_PATTERNS : MESH_PATTERNS;
  const patterns = request.pattern ? [request.pattern] : possible;
  const considered: ConsideredPattern[] = [];
  const conflicts: ResourceRef[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const tried = tryPattern(mesh, request, pattern, sites, route);
    if (tried.kind === 'plan') {
      considered.push({
        pattern,
        verdict: 'chosen',
        reason: PATTERN_WHY[pattern],
      });
      for (const rest of patterns.slice(index + 1)) {
        considered.push({
          pattern: rest,
          verdict: 'not-needed',
          reason: 'A pattern that comes before it is safe.',
        });
      }
      const aside = findAside(mesh, request);
      const warnings = listWarnings(
        request,
        tried.simulation,
        sites.map(
          ({ proxy }) => compileProxy(mesh, proxy).settings.pathNormalization,
        ),
      );
      return describePlan(pattern, considered, tried, [
        ...warnings,
        ...(pattern === 'waypoint' && aside ? [PASSED_BY] : []),
      ]);
    }
    considered.push({ pattern, verdict: tried.kind, reason: tried.reason });
    conflicts.push(...(tried.conflicts ?? []));
  }
  const telling = considered.filter(({ verdict }) => verdict === 'unsafe');
  return {
    ...refuse(
      (telling.at(-1) ?? considered.at(-1))?.reason ??
        'No pattern can be carried out safely.',
      suggestAlternatives(where, considered),
    ),
    considered,
    conflicts,
  };
}

/** Whether a way in passes by the waypoint of a service. */
function findAside(mesh: Mesh, { service }: EnablementRequest): boolean {
  return assessService(mesh, service).waysIn.some(
    ({ kind, hops: [hop], state }) =>
      kind === 'in-mesh' &&
      hop?.proxy.kind !== 'waypoint' &&
      state !== 'enforced',
  );
}

type Chosen =
  | { ok: true; waysIn: WayInAssessment[] }
  | { ok: false; reason: string; alternatives: string[] };

function chooseWaysIn(
  mesh: Mesh,
  { service, waysIn: wanted }: EnablementRequest,
): Chosen {
  const { waysIn } = assessService(mesh, service);
  const unknown = wanted.find(id => !waysIn.some(wayIn => wayIn.id === id));
  if (wanted.length === 0 || unknown !== undefined) {
    return {
      ok: false,
      reason:
        unknown === undefined
          ? 'No way in was chosen.'
          : `The service has no way in ${unknown} (any more).`,
      alternatives: waysIn.length
        ? ['Choose among the ways in that the service has now.']
        : ['Let the plan create a route, by a host and a gateway.'],
    };
  }
  return { ok: true, waysIn: waysIn.filter(({ id }) => wanted.includes(id)) };
}

function describePlan(
  pattern: EnablementPattern,
  considered: ConsideredPattern[],
  { changes, simulation }: Extract<Tried, { kind: 'plan' }>,
  warnings: string[],
): EnablementPlan {
  const { targets, neighbours, findings } = simulation;
  const changed = neighbours.filter(hasChange);
  const same = neighbours.filter(way => !hasChange(way));
  return {
    kind: 'planned',
    pattern,
    why: PATTERN_WHY[pattern],
    waysIn: targets.map(({ wayIn }) => wayIn.id),
    considered,
    changes,
    effects: [
      ...targets,
      ...[...changed, ...same].slice(0, MAX_NEIGHBOURS),
    ].map(toEffect),
    neighbours: neighbours.length,
    findings,
    warnings,
  };
}

function hasChange({ answers, before, after }: SimulatedWayIn): boolean {
  return (
    before !== after || answers.some(answer => answer.before !== answer.after)
  );
}

function toEffect(way: SimulatedWayIn): WayInEffect {
  const { assessment, samples, ...effect } = way;
  return effect;
}

function refuse(reason: string, alternatives: string[]): RefusedEnablement {
  return {
    kind: 'refused',
    reason,
    alternatives,
    considered: [],
    conflicts: [],
  };
}

function suggestAlternatives(
  where: 'gateway' | 'workload',
  considered: readonly ConsideredPattern[],
): string[] {
  const wildcard = considered.some(({ reason }) =>
    reason.includes('any of many hosts'),
  );
  return where === 'workload'
    ? [
        'Protect the ways in by gateways instead, and keep the mesh to callers that you name.',
        'Give callers in the mesh a token first.',
      ]
    : [
        ...(wildcard
          ? [
              'Name the hosts in the VirtualService (and the Gateway) instead of a wildcard.',
            ]
          : []),
        'Give the service a Gateway of its own (Gateway API): a policy on it touches nobody else.',
        'Let the platform team plan it for all services of the gateway together.',
        'Have the token read from a header of its own (fromHeaders), where other hosts use other tokens.',
      ];
}
