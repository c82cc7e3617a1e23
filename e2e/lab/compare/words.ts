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
  ports: readonly string[];
  ranges: readonly string[];
  places: readonly Place[];
  /** Where mutual TLS is on: whom a PeerAuthentication with STRICT selects. */
  strictSelector?: Record<string, unknown>;
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
];
export const RANGES = [
  '$CLIENT',
  '10.0.0.0/8',
  '192.168.0.0/16',
  '0.0.0.0/0',
  '203.0.113.7',
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
