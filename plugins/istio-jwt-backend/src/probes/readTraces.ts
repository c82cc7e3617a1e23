import { AnswerTraces } from 'backstage-plugin-istio-jwt-common';

/** What proxies, caches and balancers before a gateway add to answers. */
const ADDED_IN_FRONT = [
  'via',
  'age',
  'cf-ray',
  'x-amz-cf-id',
  'x-amzn-trace-id',
  'x-azure-ref',
  'x-cache',
  'x-served-by',
  'x-varnish',
  'akamai-grn',
];
const SERVER = /^[\w.\-/() ]{1,64}$/;

/** Reads where an answer came from; keeps names, and of values only a short `server`. */
export function readTraces(
  headers: Record<string, string | string[] | undefined>,
): AnswerTraces {
  const server = headers.server;
  return {
    ...(typeof server === 'string' && SERVER.test(server) ? { server } : {}),
    inFront: ADDED_IN_FRONT.filter(name => headers[name] !== undefined),
    passedOn: headers['x-envoy-upstream-service-time'] !== undefined,
  };
}
