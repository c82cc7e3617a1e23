import { Observation } from 'backstage-plugin-istio-jwt-common';
import {
  decideWayIn,
  explain,
  matchRoute,
  Mesh,
  ProxyRequest,
  WayIn,
} from 'istio-jwt-policy-engine';

export type Expectation =
  | { kind: 'expected'; expected: Observation['expected'] }
  /** The request would not reach the service at all. */
  | { kind: 'elsewhere'; reason: string; expected: Observation['expected'] };

/** What the configuration says that a request will be answered. */
export function deriveExpectation(
  mesh: Mesh,
  service: { namespace: string; name: string },
  wayIn: WayIn,
  request: ProxyRequest,
): Expectation {
  const { status, body, hops } = decideWayIn(mesh, wayIn, request);
  const decision = hops[hops.length - 1]?.decision;
  const why = decision ? explain(decision).summary : 'No proxy decides here.';
  if (status === 'unknown' || status === 'closed') {
    return { kind: 'expected', expected: { status: null, why } };
  }
  if (status !== 200) {
    return { kind: 'expected', expected: { status: [status], body, why } };
  }
  const passes: Observation['expected'] = { status: ['not-401-403'], why };
  const proxy = wayIn.hops[0]?.proxy;
  if (wayIn.kind !== 'gateway' || !proxy) {
    return { kind: 'expected', expected: passes };
  }
  const route = matchRoute(mesh, proxy, request);
  switch (route.kind) {
    case 'redirect':
    case 'direct-response':
      return {
        kind: 'expected',
        expected: {
          status: [route.status],
          why: `${why} The route itself answers ${route.status}.`,
        },
      };
    case 'not-found':
      return {
        kind: 'elsewhere',
        reason: `No route of the gateway takes ${request.path} here. Set the annotation istio-jwt/probe-paths.`,
        expected: passes,
      };
    case 'service':
      return route.service.namespace === service.namespace &&
        route.service.name === service.name
        ? { kind: 'expected', expected: passes }
        : {
            kind: 'elsewhere',
            reason: `The gateway routes ${request.path} to ${route.service.namespace}/${route.service.name}. Set the annotation istio-jwt/probe-paths.`,
            expected: passes,
          };
    default:
      return { kind: 'expected', expected: passes };
  }
}
