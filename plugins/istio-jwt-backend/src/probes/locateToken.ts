import { IssuerUse, Mesh } from 'istio-jwt-policy-engine';
import { JWK } from 'jose';
import { IssuerContext } from './vectors';

/** Where a proxy looks for an issuer's tokens. */
export type TokenLocation =
  | { kind: 'header'; name: string; prefix: string }
  | { kind: 'query'; name: string }
  | { kind: 'cookie'; name: string }
  | { kind: 'unsupported'; reason: string };

export interface JwtRule {
  issuer?: string;
  jwks?: string;
  fromHeaders?: { name: string; prefix?: string }[];
  fromParams?: string[];
  fromCookies?: string[];
  outputPayloadToHeader?: string;
  outputClaimToHeaders?: { header?: string }[];
}

const BEARER: TokenLocation = {
  kind: 'header',
  name: 'authorization',
  prefix: 'Bearer ',
};
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const PLAIN_NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const PREFIX = /^[\x20-\x7e]{0,50}$/;
/** Headers that would change the request rather than carry a token. */
export const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'user-agent',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'keep-alive',
  'proxy-connection',
]);

/** Where the first matching rule takes tokens of an issuer from. */
export function locateToken(
  mesh: Mesh,
  use: IssuerUse | undefined,
): TokenLocation {
  const rule = use && findRule(mesh, use);
  const header = rule?.fromHeaders?.[0];
  if (header) {
    const prefix = header.prefix ?? '';
    return HEADER_NAME.test(header.name) &&
      PREFIX.test(prefix) &&
      !RESERVED_HEADERS.has(header.name.toLowerCase())
      ? { kind: 'header', name: header.name.toLowerCase(), prefix }
      : {
          kind: 'unsupported',
          reason: `The rule takes tokens from a header that probes do not send.`,
        };
  }
  const cookie = rule?.fromCookies?.[0];
  if (cookie !== undefined) return named('cookie', cookie);
  const param = rule?.fromParams?.[0];
  if (param !== undefined) return named('query', param);
  return BEARER;
}

function named(kind: 'query' | 'cookie', name: string): TokenLocation {
  return PLAIN_NAME.test(name)
    ? { kind, name }
    : {
        kind: 'unsupported',
        reason: `The rule takes tokens from a ${kind} parameter that probes do not send.`,
      };
}

/** What vectors need to know of an issuer. */
export function describeIssuer(mesh: Mesh, use: IssuerUse): IssuerContext {
  return {
    issuer: use.issuer,
    audiences: use.audiences,
    keys: readKeys(findRule(mesh, use)?.jwks),
    claimHeaders: listClaimHeaders(findRule(mesh, use)),
  };
}

/** The rule behind a use of an issuer. */
export function findRule(mesh: Mesh, use: IssuerUse): JwtRule | undefined {
  const spec = mesh.get(use.requestAuthentication)?.spec as
    | { jwtRules?: JwtRule[] }
    | undefined;
  return Array.isArray(spec?.jwtRules)
    ? spec.jwtRules.find(rule => rule?.issuer === use.issuer)
    : undefined;
}

/** Those that a probe can send. */
function listClaimHeaders(rule: JwtRule | undefined): string[] {
  const claims = rule?.outputClaimToHeaders;
  return [
    rule?.outputPayloadToHeader,
    ...(Array.isArray(claims) ? claims.map(claim => claim?.header) : []),
  ]
    .filter(
      (name): name is string =>
        typeof name === 'string' && HEADER_NAME.test(name),
    )
    .map(name => name.toLowerCase())
    .filter(name => !RESERVED_HEADERS.has(name));
}

const MAX_KEYS = 20;

function readKeys(jwks: string | undefined): JWK[] {
  try {
    const keys = JSON.parse(jwks ?? '')?.keys;
    return Array.isArray(keys)
      ? keys.filter(key => key && typeof key === 'object').slice(0, MAX_KEYS)
      : [];
  } catch {
    return [];
  }
}
