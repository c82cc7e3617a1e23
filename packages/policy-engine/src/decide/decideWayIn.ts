import { Decision, ProxyRef, ProxyRequest, WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from '../compile/compileProxy';
import { RouteMatch } from '../route/matchRoute';
import { toDecision } from './decide';
import { walk } from './walk';

/** What happens to a request along a way in. @public */
export interface WayInDecision {
  /** 200: it reaches the workload, or the route that {@link WayInDecision.route} names. */
  status: Decision['status'];
  body?: string;
  /** Decisions in order; the last one settled it. */
  hops: { proxy: ProxyRef; decision: Decision }[];
  /** Where the gateway's routes send it, once its policies let it through. */
  route?: RouteMatch;
  /** Whether it reaches the workload of this way in. */
  reaches: 'yes' | 'no' | 'unknown';
  /** Why it is not known, where no decision says so. */
  reason?: string;
}

/** @public */
export interface WayInOptions {
  /**
   * Goes on as if the gateway's route led to this way in and changed nothing on the way: for a mesh
   * that holds policies and no routes. Default false.
   */
  assumeRouted?: boolean;
}

const REACHES = { true: 'yes', false: 'no', unknown: 'unknown' } as const;

/**
 * Carries a request through every proxy of a way in: verified tokens are stripped unless forwarded,
 * and a sidecar behind a gateway sees the gateway as caller.
 *
 * @param request - what a client sends to the first hop; its port and protocol are the hop's
 * @public
 */
export function decideWayIn(
  mesh: Mesh,
  wayIn: WayIn,
  request: ProxyRequest,
  options: WayInOptions = {},
): WayInDecision {
  const programs = wayIn.hops.map(({ proxy }) => compileProxy(mesh, proxy));
  const { steps, route, reaches, uncertain } = walk(
    mesh,
    wayIn,
    programs,
    request,
    options,
  );
  const hops = steps.map(step => ({
    proxy: step.hop.proxy,
    decision: toDecision(step.program, step.request, step.evaluation),
  }));
  const settled = hops.find(({ decision }) => decision.status !== 200);
  const last = settled?.decision ?? hops.at(-1)?.decision;
  let status: Decision['status'] = last?.status ?? 200;
  if (status === 200 && reaches === 'unknown') status = 'unknown';
  return {
    status,
    ...(last?.body === undefined ? {} : { body: last.body }),
    hops,
    ...(route ? { route: publicRoute(route) } : {}),
    reaches: REACHES[String(reaches) as keyof typeof REACHES],
    ...(uncertain === undefined ? {} : { reason: uncertain }),
  };
}

function publicRoute(
  route: RouteMatch & { spec?: unknown; uriPrefix?: unknown },
): RouteMatch {
  const { spec, uriPrefix, ...match } = route;
  return match as RouteMatch;
}
