import {
  ClusterFreshness,
  EntityStatus,
  HopStatus,
  PolicyView,
  WayInStatus,
} from 'backstage-plugin-istio-jwt-common';
import {
  Decision,
  decideWayIn,
  ProxyRequest,
  WayInDecision,
} from 'istio-jwt-policy-engine';
import { buildScene, Scene } from './buildScene';
import { listLimits } from './listLimits';

/** No routes are known here: that they lead to the way in is taken for granted. */
export const OPTIONS = { assumeRouted: true };

/** What is known of a cluster in the browser. */
export interface Basis {
  policies: PolicyView[];
  freshness?: Pick<ClusterFreshness, 'state' | 'missingKinds'>;
  /** Resources that may count and cannot be read: a sentence each. */
  malformed?: string[];
}

export function selectBasis(
  {
    policies,
    freshness,
    problems,
  }: Pick<EntityStatus, 'policies' | 'freshness' | 'problems'>,
  cluster: string,
): Basis {
  return {
    policies: policies.filter(each => each.cluster === cluster),
    freshness: freshness.find(each => each.cluster === cluster),
    malformed: problems
      .filter(({ code }) => code === 'malformed-policy')
      .map(({ message }) => message),
  };
}

/** Where it cannot be told: why, in sentences, and the proxies before that let the request through. */
export interface Undecided {
  kind: 'undecided';
  reasons: string[];
  letThroughBy?: string[];
}

/** How a request ends, or what keeps this page from telling. */
export type Settled =
  | {
      kind: 'settled';
      scene: Extract<Scene, { kind: 'ready' }>;
      decision: WayInDecision;
    }
  /** By an ALLOW of another host, which the page does not have. */
  | { kind: 'shut-out' }
  | Undecided;

/** Decides, where nothing on the way to the decision is unknown here. */
export function settle(
  wayIn: WayInStatus,
  basis: Basis,
  request: ProxyRequest,
): Settled {
  const unread = describeUnread(basis);
  if (unread.length > 0) {
    return { kind: 'undecided', reasons: unread };
  }
  if (wayIn.verdict === 'unknown') {
    return undecided(wayIn.reason);
  }
  if (wayIn.protocol !== 'http' && wayIn.protocol !== 'https') {
    return undecided('No HTTP is spoken here, so that no token can be sent.');
  }
  const scene = buildScene(wayIn, basis.policies);
  if (scene.kind === 'unavailable') {
    return undecided(scene.reason);
  }
  const { mesh } = scene;
  const decision = decideWayIn(mesh, wayIn, request, OPTIONS);
  for (const [index, { decision: own }] of decision.hops.entries()) {
    const letThroughBy = nameProxies(decision).slice(0, index);
    const open = (...reasons: string[]): Undecided => ({
      kind: 'undecided',
      reasons,
      ...(letThroughBy.length > 0 ? { letThroughBy } : {}),
    });
    const hop = wayIn.hops[index];
    const limits = listLimits({
      hop,
      policies: scene.policies[index],
      isFirst: index === 0,
      path: request.path?.split('?')[0] ?? '/',
      hasWildcardHost: wayIn.host.includes('*'),
    });
    const refusedByJwt = own.trace.some(
      ({ filter, outcome }) => filter === 'jwt_authn' && outcome === 'refused',
    );
    if (hop.opaque) {
      return open(...hop.opaque.map(capitalize));
    }
    if (limits.external || (limits.all.length > 0 && !refusedByJwt)) {
      return open(...limits.all);
    }
    if (own.status === 'unknown') {
      return open(whyUnknown(own));
    }
    if (own.status !== 200) {
      return { kind: 'settled', scene, decision };
    }
    if (hop.defaultDeny && !hasAllow(hop)) {
      return hop.defaultDeny === 'unknown'
        ? open('Whether an ALLOW policy for other hosts stands is not known.')
        : { kind: 'shut-out' };
    }
  }
  const [uncertain] = wayIn.uncertain ?? [];
  if (uncertain !== undefined) {
    return undecided(uncertain);
  }
  return dependsOnCaller(scene, wayIn, request, decision)
    ? undecided(
        'The answer depends on whether the caller has an identity of the mesh.',
      )
    : { kind: 'settled', scene, decision };
}

function hasAllow({ policies }: HopStatus): boolean {
  return policies.some(({ action, dryRun }) => action === 'ALLOW' && !dryRun);
}

/** What is not read may be what decides. */
function describeUnread({ freshness, malformed = [] }: Basis): string[] {
  if (malformed.length > 0) {
    return malformed;
  }
  if (!freshness) {
    return ['Nothing is known of the cluster.'];
  }
  const { state, missingKinds } = freshness;
  return state.kind === 'syncing' || state.kind === 'unavailable'
    ? ['The cluster has not been read to the end yet.']
    : missingKinds.map(
        ({ kind, reason }) =>
          `${kind} cannot be read in the cluster (${reason}), and one may change the answer.`,
      );
}

/** In the mesh callers may come with or without an identity. */
function dependsOnCaller(
  { mesh }: Extract<Scene, { kind: 'ready' }>,
  wayIn: WayInStatus,
  request: ProxyRequest,
  decision: WayInDecision,
): boolean {
  if (wayIn.callerIdentity !== 'optional' || !request.source) {
    return false;
  }
  const { source, ...without } = request;
  return decideWayIn(mesh, wayIn, without, OPTIONS).status !== decision.status;
}

function whyUnknown({ trace }: Decision): string {
  return (
    trace.find(({ outcome }) => outcome === 'unknown')?.message ??
    'The request does not say enough.'
  );
}

export function nameProxies({ hops }: WayInDecision): string[] {
  return hops.map(({ proxy }) => `${proxy.kind} ${proxy.name}`);
}

function undecided(reason: string): Undecided {
  return { kind: 'undecided', reasons: [reason] };
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
