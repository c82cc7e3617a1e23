import { isObject } from '../parse/reader';

/** A text read as a compact JWS (RFC 7515 section 7.1). */
export type CompactJws =
  | { kind: 'parsed'; claims: Record<string, unknown> }
  /** `reason` is in Envoy's words; absent where it is not in three parts, which has words of its own. */
  | { kind: 'malformed'; reason?: string };

/** Algorithms that Envoy's parser lets through; what a key is good for is decided later. */
const ALGORITHMS = new Set([
  ...['ES256', 'ES384', 'ES512', 'HS256', 'HS384', 'HS512', 'EdDSA'],
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
]);

/**
 * Reads header, payload and signature, in the order in which Envoy's parser meets them; whether the
 * signature holds is not looked at. Source: Envoy's source/common/jwt (jwt.cc, status.cc).
 */
export function readCompactJws(text: string): CompactJws {
  // Envoy skips empty parts: `..a.b.c` is a token.
  const parts = text.split('.').filter(part => part !== '');
  if (parts.length !== 3) return { kind: 'malformed' };
  const header = readPart('header', parts[0]);
  if (typeof header === 'string') return { kind: 'malformed', reason: header };
  const { alg, kid } = header;
  if (typeof alg !== 'string') {
    const reason = 'Jwt header [alg] field is required and must be a string';
    return { kind: 'malformed', reason };
  }
  if (!ALGORITHMS.has(alg)) {
    return { kind: 'malformed', reason: 'Jwt header [alg] is not supported' };
  }
  if (kid !== undefined && typeof kid !== 'string') {
    const reason = 'Jwt header [kid] field is not a string';
    return { kind: 'malformed', reason };
  }
  const claims = readPart('payload', parts[1]);
  if (typeof claims === 'string') return { kind: 'malformed', reason: claims };
  if (decodeBase64Url(parts[2]) === undefined) {
    const reason = 'Jwt signature is an invalid Base64url encoded';
    return { kind: 'malformed', reason };
  }
  return { kind: 'parsed', claims };
}

/** The object that a part holds, or what Envoy says is wrong with it. */
function readPart(
  name: 'header' | 'payload',
  part: string,
): Record<string, unknown> | string {
  const decoded = decodeBase64Url(part);
  if (decoded === undefined)
    return `Jwt ${name} is an invalid Base64url encoded`;
  return parseJsonObject(decoded) ?? `Jwt ${name} is an invalid JSON`;
}

/** As absl::WebSafeBase64Unescape: white space is skipped, padding may stand there if it is right. */
function decodeBase64Url(part: string): Uint8Array | undefined {
  const text = part.replace(/[\t\n\v\f\r ]/g, '');
  const match = /^([A-Za-z0-9_-]+)(=*)$/.exec(text);
  if (!match) return undefined;
  const [, digits, padding] = match;
  if (padding !== '' && text.length % 4 !== 0) return undefined;
  if (padding.length > 2) return undefined;
  try {
    const binary = atob(digits.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(binary, char => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function parseJsonObject(
  bytes: Uint8Array,
): Record<string, unknown> | undefined {
  try {
    const options = { fatal: true, ignoreBOM: true };
    const value = JSON.parse(new TextDecoder('utf-8', options).decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
