/**
 * Envoy's words for a text that is no JWT, as its parser meets the parts; undefined where it is not
 * in three parts (Envoy's other message) or where nothing is wrong with header and payload.
 * Source: Envoy's source/common/jwt (jwt.cc, status.cc).
 */
export function describeMalformation(text: string): string | undefined {
  const parts = text.split('.');
  if (parts.length !== 3) return undefined;
  for (const [name, part] of [
    ['header', parts[0]],
    ['payload', parts[1]],
  ]) {
    const decoded = decodeBase64Url(part);
    if (decoded === undefined) {
      return `Jwt ${name} is an invalid Base64url encoded`;
    }
    if (!isJsonObject(decoded)) return `Jwt ${name} is an invalid JSON`;
  }
  return undefined;
}

function decodeBase64Url(part: string): string | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    return atob(part.replace(/-/g, '+').replace(/_/g, '/'));
  } catch {
    return undefined;
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value);
  } catch {
    return false;
  }
}
