/** What policies and requests are made of: the words that both draw from. */
import { ISSUERS } from './tokens.ts';

/** Where a policy stands and what it selects; a few reach nobody. */
export interface Place {
  namespace: string;
  target: Record<string, unknown>;
}

/** What a bench has beside the words that suit every proxy. */
export interface PolicyWords {
  hosts: readonly string[];
  principals: readonly string[];
  namespaces: readonly string[];
  /** As `serviceAccounts` takes them: without stars. */
  serviceAccounts: readonly string[];
  ports: readonly string[];
  ranges: readonly string[];
  places: readonly Place[];
  /** Where mutual TLS is on: what a PeerAuthentication selects, and its ports. */
  mutualTls?: {
    namespace: string;
    selector: Record<string, unknown>;
    ports: readonly string[];
  };
}

export const GATEWAY_HOSTS = [
  'h.example.com',
  'H.Example.COM',
  'h.example.com:*',
  'h.example.com:8080',
  '*.example.com',
  '*.example.com:8080',
  'h.*',
  '*',
  'other.test',
  'example.com',
  'h.example.com.',
  'h.example.com*',
  '*:8080',
  '*example.com',
  '*.EXAMPLE.com',
  '[::1]:*',
];
export const PATHS = [
  '/healthz',
  '/api',
  '/api/*',
  '*/users',
  '*',
  '/',
  '/a/{*}/c',
  '/d/{**}',
  '/{*}/v1/{**}',
  '/api/{**}/users',
  '/HEALTHZ',
  '/healthz/*',
  '/a%2Fb',
  '/api/v1/users',
  '/api/',
  '/api*',
  '*z',
  '*/',
  '/api/*/users',
  '/{*}',
  '/{**}',
  '/a/{*}/{**}',
  '/api/{*}/users',
  '//healthz',
  '/healthz/',
  '/%2Fhealthz',
  '/café',
  '/caf%C3%A9',
  '/healthz?x=1',
  'healthz',
  '/..',
];
export const METHODS = [
  'GET',
  'POST',
  'OPTIONS',
  'HEAD',
  'P*',
  '*T',
  '*',
  'get',
  'Get',
  'PAT*',
  '*S',
  'CONNECT',
];
export const REQUEST_PRINCIPALS = [
  '*',
  ...ISSUERS.flatMap(issuer => [`${issuer}/*`, `${issuer}/alice`]),
  'testing@secure.istio.io/a*',
  'testing@secure.istio.io/org/alice',
  'testing@secure.istio.io',
  'testing@*',
  'https://idp.example*',
  'https://idp*',
  '*alice',
  '*/alice',
  '*idp.example/alice',
  '*/realms/one/*',
  'alice',
  '*/*',
  '/*',
  '*/',
  'https://idp.example//*',
  'https://idp.example//alice',
  'testing@secure.istio.io/',
  '*/al*',
  '*one/bob',
  '*istio.io/*',
  'https://idp.example/realms/*',
];
export const RANGES = [
  '$CLIENT',
  '10.0.0.0/8',
  '192.168.0.0/16',
  '0.0.0.0/0',
  '203.0.113.7',
  '203.0.113.7/24',
  '$CLIENT/32',
  '$CLIENT/25',
  '::/0',
  '2001:db8::/32',
  '::ffff:10.0.0.0/104',
  '10.0.0.9',
];
export const WORDS = [
  'admin',
  'dev',
  'ad*',
  '*min',
  '*',
  'free',
  'read',
  'one',
  '7',
];
export const SNIS = [
  'h.example.com',
  '*.example.com',
  'h.*',
  '*',
  'H.EXAMPLE.com',
];
export const TRUST_DOMAINS = [
  'cluster.local',
  '*',
  'cluster.*',
  '*.local',
  'td2',
];
