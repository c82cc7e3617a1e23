import {
  ClusterFreshness,
  EntityStatus,
  PolicyView,
  WayInStatus,
} from 'backstage-plugin-istio-jwt-common';
import {
  Decision,
  decideWayIn,
  explainObservation,
  ObservationExplanation,
  ObservedAnswer,
  ProxyRequest,
  WayInDecision,
} from 'istio-jwt-policy-engine';
import { buildScene, Scene } from './buildScene';
import { listLimits } from './listLimits';

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

/** What a way in answers, as far as it can be told in the browser. */
export type LocalDecision =
  | {
      kind: 'decided';
      status: Decision['status'];
      body?: string;
      summary: string;
      fix?: string;
    }
  /** `reasons` in sentences. */
  | { kind: 'undecided'; reasons: string[] };

/** No routes are known here: that they lead to the way in is taken for granted. */
const OPTIONS = { assumeRouted: true };

/** Decides a request on a way in from what the status has, or says why that is not enough. */
export function decideLocally(
  wayIn: WayInStatus,
  basis: Basis,
  request: ProxyRequest,
): LocalDecision {
  const settled = settle(wayIn, basis, request);
  if (settled.kind === 'undecided') {
    return settled;
  }
  const { scene, decision } = settled;
  const { status, body } = decision;
  if (status === 200) {
    return {
      kind: 'decided',
      status,
      summary: describePass(decision),
    };
  }
  const { summary, fix } = explainObservation(
    scene.mesh,
    wayIn,
    request,
    { status: status === 'unknown' ? 'closed' : status, body },
    OPTIONS,
  );
  return {
    kind: 'decided',
    status,
    ...(body === undefined ? {} : { body }),
    summary,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** What an answer that was seen means, as far as that can be told in the browser. */
export type LocalExplanation =
  | { kind: 'explained'; explanation: ObservationExplanation }
  | { kind: 'undecided'; reasons: string[] };

/** Leads from an answer that was seen to the rule that decided, or says why it cannot. */
export function explainLocally(
  wayIn: WayInStatus,
  basis: Basis,
  request: ProxyRequest,
  observed: ObservedAnswer,
): LocalExplanation {
  const settled = settle(wayIn, basis, request);
  return settled.kind === 'undecided'
    ? settled
    : {
        kind: 'explained',
        explanation: explainObservation(
          settled.scene.mesh,
          wayIn,
          request,
          observed,
          OPTIONS,
        ),
      };
}

type Settled =
  | {
      kind: 'settled';
      scene: Extract<Scene, { kind: 'ready' }>;
      decision: WayInDecision;
    }
  | { kind: 'undecided'; reasons: string[] };

/** Decides, where nothing on the way to the decision is unknown here. */
function settle(
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
    const hop = wayIn.hops[index];
    const limits = listLimits({
      hop,
      policies: scene.policies[index],
      isFirst: index === 0,
      path: request.path ?? '/',
      hasWildcardHost: wayIn.host.includes('*'),
    });
    const refusedByJwt = own.trace.some(
      ({ filter, outcome }) => filter === 'jwt_authn' && outcome === 'refused',
    );
    if (hop.opaque) {
      return { kind: 'undecided', reasons: hop.opaque.map(capitalize) };
    }
    if (limits.external || (limits.all.length > 0 && !refusedByJwt)) {
      return { kind: 'undecided', reasons: limits.all };
    }
    if (own.status === 'unknown') {
      return undecided(whyUnknown(own));
    }
    if (own.status !== 200) {
      return { kind: 'settled', scene, decision };
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

function describePass({ hops }: WayInDecision): string {
  if (hops.length === 0) {
    return 'No proxy on the way looks at it.';
  }
  const names = hops.map(({ proxy }) => `${proxy.kind} ${proxy.name}`);
  return `Let through by ${names.join(
    ' and ',
  )}. Where the route leads here, it reaches the service.`;
}

function undecided(reason: string): Settled & { kind: 'undecided' } {
  return { kind: 'undecided', reasons: [reason] };
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
