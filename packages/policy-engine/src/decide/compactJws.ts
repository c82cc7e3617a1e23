/** A text read as a compact JWS (RFC 7515 section 7.1). */
export type CompactJws =
  | { kind: 'parsed'; claims: Record<string, unknown> }
  /** `reason` is in Envoy's words; absent where it is not in three parts, which has words of its own. */
  | { kind: 'malformed'; reason?: string };

/**
 * Reads header and payload, in the order in which Envoy's parser meets them; the signature is not
 * looked at. Source: Envoy's source/common/jwt (jwt.cc, status.cc).
 */
export function readCompactJws(text: string): CompactJws {
  const parts = text.split('.');
  if (parts.length !== 3) return { kind: 'malformed' };
  let claims: Record<string, unknown> = {};
  for (const [name, part] of [
    ['header', parts[0]],
    ['payload', parts[1]],
  ]) {
    const decoded = decodeBase64Url(part);
    if (decoded === undefined) {
      const reason = `Jwt ${name} is an invalid Base64url encoded`;
      return { kind: 'malformed', reason };
    }
    const object = parseJsonObject(decoded);
    if (!object) {
      return { kind: 'malformed', reason: `Jwt ${name} is an invalid JSON` };
    }
    claims = object;
  }
  return { kind: 'parsed', claims };
}

function decodeBase64Url(part: string): string | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const binary = atob(part.replace(/-/g, '+').replace(/_/g, '/'));
    const bytes = Uint8Array.from(binary, char => char.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}

function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' && !Array.isArray(value)
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
