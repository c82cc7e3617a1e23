import {
  ConsideredPattern,
  EnablementPattern,
  EnablementPlan,
  EnablementRequest,
  PlannedChange,
  RefusedEnablement,
  Resource,
  ResourceRef,
  WayInAssessment,
  WayInEffect,
} from '../model';
import { assessService } from '../assess/assessService';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from '../compile/compileProxy';
import { JwtProvider } from '../compile/program';
import { nameOf, refOf, validateResource } from '../parse';
import {
  buildAuthorizationPolicy,
  buildRequestAuthentication,
} from './buildPolicies';
import { whyUnsafe } from './judge';
import { GATEWAY_PATTERNS, PATTERN_WHY, whyNotApplicable } from './patterns';
import { SimulatedWayIn, simulate, Simulation } from './simulate';
import { findSites, Site } from './sites';
import { listWarnings } from './warnings';

const MAX_NEIGHBOURS = 200;

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
  const chosen = chooseWaysIn(mesh, request);
  if (!chosen.ok) return refuse(chosen.reason, chosen.alternatives);
  const found = findSites(mesh, request, chosen.waysIn);
  if (!found.ok) return refuse(found.reason, found.alternatives);
  const { sites, where } = found;
  const patterns: readonly EnablementPattern[] =
    where === 'gateway' ? GATEWAY_PATTERNS : ['workload'];
  const considered: ConsideredPattern[] = [];
  const conflicts: ResourceRef[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const tried = tryPattern(mesh, request, pattern, sites);
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
      const warnings = listWarnings(
        request,
        tried.simulation,
        sites.map(
          ({ proxy }) => compileProxy(mesh, proxy).settings.pathNormalization,
        ),
      );
      return describePlan(pattern, considered, tried, warnings);
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
        : [
            'Create a route to the service first: a Gateway and a VirtualService, or an HTTPRoute.',
          ],
    };
  }
  return { ok: true, waysIn: waysIn.filter(({ id }) => wanted.includes(id)) };
}

type Tried =
  | { kind: 'plan'; changes: PlannedChange[]; simulation: Simulation }
  | {
      kind: 'unsafe' | 'not-applicable';
      reason: string;
      conflicts?: ResourceRef[];
    };

function tryPattern(
  mesh: Mesh,
  request: EnablementRequest,
  pattern: EnablementPattern,
  sites: readonly Site[],
): Tried {
  const changes: PlannedChange[] = [];
  for (const site of sites) {
    const reason = whyNotApplicable(mesh, pattern, site);
    if (reason !== undefined) return { kind: 'not-applicable', reason };
    const named = nameForSite(request, site, sites.length);
    const trust = findTrust(mesh, named, site);
    if (trust.kind === 'conflict') {
      return {
        kind: 'unsafe',
        reason: trust.reason,
        conflicts: [trust.policy],
      };
    }
    const resources = [
      ...(trust.kind === 'none'
        ? [buildRequestAuthentication(site, named)]
        : []),
      buildAuthorizationPolicy(pattern, site, named),
    ];
    for (const resource of resources) {
      const before = mesh.get(refOf(resource));
      if (before && !isOurs(before, request)) {
        return {
          kind: 'unsafe',
          reason: `${nameOf(refOf(resource))} exists already and is not ours.`,
          conflicts: [refOf(resource)],
        };
      }
      changes.push(toChange(resource, before));
    }
  }
  // A request with an issuer that is no URI, or a path that Istio refuses, shows here.
  const [invalid] = changes.flatMap(({ resource }) =>
    validateResource(resource),
  );
  if (invalid) {
    return {
      kind: 'unsafe',
      reason: `The cluster would refuse it: ${invalid.path ?? ''} ${
        invalid.message
      }`,
    };
  }
  const simulation = simulate(
    mesh,
    request,
    orderForWriting(changes).map(({ resource }) => resource),
  );
  const reason = whyUnsafe(pattern, simulation, request);
  return reason === undefined
    ? { kind: 'plan', changes: orderForWriting(changes), simulation }
    : { kind: 'unsafe', reason };
}

/** RequestAuthentications first: a policy that asks for a principal refuses everybody until one validates. */
function orderForWriting(changes: readonly PlannedChange[]): PlannedChange[] {
  const of = (step: PlannedChange['step']) =>
    changes.filter(change => change.step === step);
  return [...of('request-authentication'), ...of('authorization-policy')];
}

type Trust =
  | { kind: 'none' }
  | { kind: 'trusted' }
  | { kind: 'conflict'; policy: ResourceRef; reason: string };

/** Whether a proxy trusts the issuer already, in the same way, in another way, or not at all. */
function findTrust(
  mesh: Mesh,
  { issuer, naming }: EnablementRequest,
  { proxy, attachment }: Site,
): Trust {
  const own = (policy: ResourceRef) =>
    policy.name === naming.name && policy.namespace === attachment.namespace;
  const provider = compileProxy(mesh, proxy).providers.find(
    known => known.issuer === issuer.issuer && !own(known.policy),
  );
  if (!provider) return { kind: 'none' };
  return isSameTrust(provider, issuer)
    ? { kind: 'trusted' }
    : {
        kind: 'conflict',
        policy: provider.policy,
        reason: `${nameOf(provider.policy)} trusts ${
          issuer.issuer
        } already, with other audiences or other places for the token. Two rules for one issuer void the audiences of one.`,
      };
}

function isSameTrust(
  provider: JwtProvider,
  issuer: EnablementRequest['issuer'],
): boolean {
  const headers = issuer.fromHeaders?.length
    ? issuer.fromHeaders.map(
        ({ name, prefix = '' }) => `${name.toLowerCase()} ${prefix}`,
      )
    : ['authorization Bearer '];
  return (
    sameSet(provider.audiences, issuer.audiences) &&
    sameSet(
      provider.headers.map(({ name, prefix }) => `${name} ${prefix}`),
      headers,
    )
  );
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every(item => b.includes(item));
}

function nameForSite(
  request: EnablementRequest,
  { proxy }: Site,
  sites: number,
): EnablementRequest {
  return sites === 1
    ? request
    : {
        ...request,
        naming: {
          ...request.naming,
          name: `${request.naming.name}-${proxy.name}`.slice(0, 253),
        },
      };
}

function isOurs(
  { metadata }: Resource,
  { naming }: EnablementRequest,
): boolean {
  return Object.entries(naming.labels).every(
    ([key, value]) => metadata.labels?.[key] === value,
  );
}

function toChange(
  resource: Resource,
  before: Resource | undefined,
): PlannedChange {
  return {
    step:
      resource.kind === 'RequestAuthentication'
        ? 'request-authentication'
        : 'authorization-policy',
    action: before ? 'update' : 'create',
    resource,
    ...(before ? { before } : {}),
  };
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
