import { isRecord } from '../api/object';

/** @internal */
export type ParsedToken =
  | {
      kind: 'parsed';
      header: { alg: string; kid?: string; crit?: unknown };
      claims: Record<string, unknown>;
    }
  /** `body` is what Envoy answers. */
  | { kind: 'malformed'; body: string };

const ALGORITHMS = /^(ES(256|384|512)|[RPH]S(256|384|512)|EdDSA)$/;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/**
 * Reads a compact JWT as Envoy's jwt_verify_lib does, with its messages (`status.cc`), in its order.
 *
 * @internal
 */
export function parseToken(token: string): ParsedToken {
  const parts = token.split('.');
  if (parts.length !== 3 || parts.includes('')) {
    return malformed(
      'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
    );
  }
  const header = decodePart(parts[0], 'header');
  if (header.kind === 'malformed') {
    return header;
  }
  const { alg, kid } = header.value;
  if (typeof alg !== 'string') {
    return malformed('Jwt header [alg] field is required and must be a string');
  }
  if (!ALGORITHMS.test(alg)) {
    return malformed('Jwt header [alg] is not supported');
  }
  if (kid !== undefined && typeof kid !== 'string') {
    return malformed('Jwt header [kid] field is not a string');
  }
  const payload = decodePart(parts[1], 'payload');
  if (payload.kind === 'malformed') {
    return payload;
  }
  const fault = checkClaims(payload.value);
  if (fault) {
    return malformed(fault);
  }
  if (!BASE64URL.test(parts[2])) {
    return malformed('Jwt signature is an invalid Base64url encoded');
  }
  return {
    kind: 'parsed',
    header: { alg, kid, crit: header.value.crit },
    claims: payload.value,
  };
}

function malformed(body: string) {
  return { kind: 'malformed' as const, body };
}

function decodePart(part: string, name: 'header' | 'payload') {
  if (!BASE64URL.test(part) || part.length % 4 === 1) {
    return malformed(`Jwt ${name} is an invalid Base64url encoded`);
  }
  try {
    const value: unknown = JSON.parse(
      Buffer.from(part, 'base64url').toString('utf8'),
    );
    if (isRecord(value)) {
      return { kind: 'decoded' as const, value };
    }
  } catch {
    // Falls through to the same answer as a value that is no object.
  }
  return malformed(`Jwt ${name} is an invalid JSON`);
}

function checkClaims(claims: Record<string, unknown>): string | undefined {
  for (const name of ['iss', 'sub']) {
    if (claims[name] !== undefined && typeof claims[name] !== 'string') {
      return `Jwt payload [${name}] field is not a string`;
    }
  }
  for (const name of ['iat', 'nbf', 'exp']) {
    const value = claims[name];
    if (value !== undefined && !Number.isInteger(value)) {
      return `Jwt payload [${name}] field is not an integer`;
    }
    if (typeof value === 'number' && value < 0) {
      return `Jwt payload [${name}] field is not a positive 64 bit integer`;
    }
  }
  if (claims.jti !== undefined && typeof claims.jti !== 'string') {
    return 'Jwt payload [jti] field is not a string';
  }
  const { aud } = claims;
  const isAudience =
    aud === undefined ||
    typeof aud === 'string' ||
    (Array.isArray(aud) && aud.every(item => typeof item === 'string'));
  return isAudience
    ? undefined
    : 'Jwt payload [aud] field is not a string or string list';
}
