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

/** Whoever answers could put the token that it got into its name, so only names from here are kept. */
const KNOWN_SERVERS = [
  'istio-envoy',
  'envoy',
  'AkamaiGHost',
  'Apache',
  'awselb',
  'Caddy',
  'cloudflare',
  'CloudFront',
  'Google Frontend',
  'HAProxy',
  'Kestrel',
  'Microsoft-Azure-Application-Gateway',
  'Microsoft-IIS',
  'nginx',
  'openresty',
  'Varnish',
];

/** Reads where an answer came from; nothing that the answering side can choose freely is kept. */
export function readTraces(
  headers: Record<string, string | string[] | undefined>,
): AnswerTraces {
  const { server } = headers;
  return {
    ...(server === undefined ? {} : { server: nameServer(String(server)) }),
    inFront: ADDED_IN_FRONT.filter(name => headers[name] !== undefined),
    passedOn: headers['x-envoy-upstream-service-time'] !== undefined,
  };
}

function nameServer(text: string): string {
  const [name] = text.toLowerCase().split('/', 1);
  return (
    KNOWN_SERVERS.find(known => known.toLowerCase() === name) ??
    'something else'
  );
}
