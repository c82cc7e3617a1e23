import { Hop, ProxyRequest, WayIn } from '../model';
import { Tri } from '../match/tri';
import { gatewayWorkloadIdentity } from '../attach/identity';
import { Mesh } from '../attach/Mesh';
import { Program } from '../compile/program';
import {
  FoundRoute,
  findRoute,
  RouteMatch,
  VirtualHosts,
} from '../route/matchRoute';
import { changesOf } from '../route/routeChanges';
import type { TakenRoute } from './applyRoute';
import { Evaluation, evaluate } from './evaluate';
import type { Facts } from './facts';
import { forwardRequest } from './forward';
import { describeDoubt } from './jwtHeaders';

/** One proxy's part in a request's way. */
export interface Step {
  hop: Hop;
  program: Program;
  request: ProxyRequest;
  evaluation: Evaluation;
}

/** A request carried along a way in. */
export interface Walk {
  steps: Step[];
  /** Where the gateway sent it; absent for in-mesh ways in and where the gateway refused. */
  route?: FoundRoute;
  /** Whether it reaches the workload of this way in. */
  reaches: Tri;
  /** Why `reaches` is unknown, beyond what the steps say. */
  uncertain?: string;
}

export interface WalkOptions {
  /** Kept by callers that run many requests along one way in. */
  virtualHosts?: VirtualHosts;
  /** Goes on as if the gateway's route led here. */
  assumeRouted?: boolean;
  /** For proxies that surely compare the values of a header that came several times one by one. */
  comparesEach?: boolean;
}

/**
 * Carries a request through the proxies of a way in: a hop sees what the one before forwards. Stops
 * where a proxy refuses or the route leads elsewhere.
 *
 * @param programs - one per hop
 */
export function walk(
  mesh: Mesh,
  wayIn: WayIn,
  programs: readonly Program[],
  request: ProxyRequest,
  options: WalkOptions = {},
): Walk {
  let shares = 1;
  let common = 0;
  const walkBy = (share: number) =>
    walkOnce(mesh, wayIn, programs, request, options, (taken, steps) => {
      shares = taken.length;
      common = steps;
      return taken[share];
    });
  const first = walkBy(0);
  for (let share = 1; share < shares; share++) {
    if (walkBy(share).reaches === first.reaches) continue;
    return {
      ...first,
      steps: first.steps.slice(0, common),
      reaches: 'unknown',
      uncertain:
        'it depends on which share of the route the request becomes part of',
    };
  }
  return first;
}

/** @param choose - which of the routes that the request may take, after so many steps */
function walkOnce(
  mesh: Mesh,
  wayIn: WayIn,
  programs: readonly Program[],
  request: ProxyRequest,
  options: WalkOptions,
  choose: (taken: TakenRoute[], steps: number) => TakenRoute | undefined,
): Walk {
  const steps: Step[] = [];
  let current: ProxyRequest = request;
  let reaches: Tri = true;
  let route: FoundRoute | undefined;
  for (const [index, hop] of wayIn.hops.entries()) {
    const seen: ProxyRequest = {
      ...current,
      port: hop.port,
      protocol: hop.protocol,
    };
    const evaluation = evaluate(
      programs[index],
      seen,
      options.comparesEach,
      hop.peer === 'mutual-tls',
    );
    steps.push({ hop, program: programs[index], request: seen, evaluation });
    if (evaluation.passes === false) {
      return { steps, ...(route ? { route } : {}), reaches: false };
    }
    if (evaluation.passes === 'unknown') reaches = 'unknown';
    const isGateway = hop.proxy.kind === 'gateway';
    // What a sidecar lets through has arrived.
    if (!isGateway && hop.proxy.kind !== 'waypoint') continue;
    if (isGateway && hop.protocol === 'http') {
      route = findRoute(
        mesh,
        hop.proxy,
        seen,
        factsForRoute(evaluation),
        options.virtualHosts,
      );
      if (route.kind === 'unknown') {
        return { steps, route, reaches: 'unknown', uncertain: route.reason };
      }
      if (!leadsTo(route, wayIn)) {
        if (!options.assumeRouted) return { steps, route, reaches: false };
        route = undefined;
      }
    }
    const next = wayIn.hops[index + 1];
    if (!next) continue;
    const [doubtful] = evaluation.facts.doubtful;
    if (doubtful !== undefined) {
      const uncertain = describeDoubt(doubtful);
      return { steps, route, reaches: 'unknown', uncertain };
    }
    if (next.peer === 'unknown') {
      const uncertain =
        'a DestinationRule or BackendTLSPolicy sets how the proxy connects to the Service, in a way that the engine does not follow';
      return { steps, route, reaches: 'unknown', uncertain };
    }
    const taken = isGateway
      ? choose(takenRoutes(route, wayIn), steps.length)
      : undefined;
    const forwarded = forwardRequest(programs[index], seen, evaluation, taken, {
      port: next.port,
      protocol: next.protocol,
      ...(next.peer === 'plaintext'
        ? {}
        : { principal: gatewayWorkloadIdentity(mesh, hop.proxy) }),
    });
    if (!forwarded) {
      const uncertain =
        'the route changes the request in a way that the engine does not follow';
      return { steps, route, reaches: 'unknown', uncertain };
    }
    current = forwarded;
  }
  const [uncertain] = wayIn.uncertain ?? [];
  return {
    steps,
    ...(route ? { route } : {}),
    reaches: uncertain === undefined ? reaches : 'unknown',
    ...(uncertain === undefined ? {} : { uncertain }),
  };
}

/**
 * Whether a request that the gateway of a way in refused would have come to it, `unknown` where its route is. Policies
 * go first: of what they refuse, a part is for other Services of the gateway.
 *
 * @param refused - the gateway's step
 */
export function wouldLeadTo(
  mesh: Mesh,
  wayIn: WayIn,
  { hop, request, evaluation }: Step,
  virtualHosts?: VirtualHosts,
): Tri {
  const facts = factsForRoute(evaluation);
  const route = findRoute(mesh, hop.proxy, request, facts, virtualHosts);
  return route.kind === 'unknown' ? 'unknown' : leadsTo(route, wayIn);
}

/**
 * A gateway picks the route as the request comes in, by headers that jwt_authn takes out only later, and once
 * more where a token was verified (the `clear_route_cache` that Istio sets).
 */
function factsForRoute({ jwt, facts, received }: Evaluation): Facts {
  const isAnonymous = jwt?.kind === 'passed' && jwt.effects?.last === undefined;
  return isAnonymous ? received : facts;
}

/** What a route may make of a request; several where chance decides. */
function takenRoutes(
  route: FoundRoute | undefined,
  { destination }: WayIn,
): TakenRoute[] {
  if (route?.kind !== 'service' || !route.spec) return [];
  const { spec, uriPrefix } = route;
  const namespace = route.route.namespace ?? '';
  return changesOf(spec, namespace, destination).map(changes => ({
    spec,
    uriPrefix,
    changes,
  }));
}

/** Whether a route leads to the port that a way in ends at. */
export function leadsTo(route: RouteMatch, wayIn: WayIn): boolean {
  if (route.kind !== 'service') return false;
  const { destination } = wayIn;
  if (!destination) return true;
  return [route, ...(route.alternatives ?? [])].some(
    ({ service, port }) =>
      service.namespace === destination.namespace &&
      service.name === destination.name &&
      port === destination.port,
  );
}
