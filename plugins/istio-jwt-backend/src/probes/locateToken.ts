import { IssuerUse, Mesh } from 'istio-jwt-policy-engine';
import { decodeProtectedHeader } from 'jose';
import { IssuerContext } from './vectors';

/** Header in which a proxy looks for an issuer's tokens. */
export type TokenLocation =
  | { kind: 'header'; name: string; prefix: string }
  | { kind: 'unsupported'; reason: string };

interface JwtRule {
  issuer?: string;
  jwks?: string;
  fromHeaders?: { name: string; prefix?: string }[];
  fromParams?: string[];
  fromCookies?: string[];
}

const BEARER: TokenLocation = {
  kind: 'header',
  name: 'authorization',
  prefix: 'Bearer ',
};
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const PREFIX = /^[\x20-\x7e]{0,50}$/;
/** Headers that would change the request rather than carry a token. */
const RESERVED = new Set([
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
      !RESERVED.has(header.name.toLowerCase())
      ? { kind: 'header', name: header.name.toLowerCase(), prefix }
      : {
          kind: 'unsupported',
          reason: `The rule takes tokens from a header that probes do not send.`,
        };
  }
  if (rule?.fromParams?.length || rule?.fromCookies?.length) {
    return {
      kind: 'unsupported',
      reason:
        'The rule takes tokens from a query parameter or a cookie only, where probes do not put them.',
    };
  }
  return BEARER;
}

/** What vectors need to know of an issuer. */
export function describeIssuer(mesh: Mesh, use: IssuerUse): IssuerContext {
  return {
    issuer: use.issuer,
    audiences: use.audiences,
    kid: readKid(findRule(mesh, use)?.jwks),
  };
}

/** Key id of a token, so that a forged one can name the same key. */
export function readTokenKid(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

function findRule(mesh: Mesh, use: IssuerUse): JwtRule | undefined {
  const spec = mesh.get(use.requestAuthentication)?.spec as
    | { jwtRules?: JwtRule[] }
    | undefined;
  return Array.isArray(spec?.jwtRules)
    ? spec.jwtRules.find(rule => rule?.issuer === use.issuer)
    : undefined;
}

function readKid(jwks: string | undefined): string | undefined {
  try {
    const kid = JSON.parse(jwks ?? '')?.keys?.[0]?.kid;
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}
