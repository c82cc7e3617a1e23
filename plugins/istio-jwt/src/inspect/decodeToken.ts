/** A token as pasted, read without any key. Never leaves the page. */
export type DecodedToken =
  | { kind: 'none' }
  /** `reason` for a person. `text` is what would be sent. */
  | { kind: 'not-a-jwt'; text: string; reason: string }
  | {
      kind: 'decoded';
      text: string;
      header: Record<string, unknown>;
      claims: Record<string, unknown>;
    };

/** More than any proxy takes in a header. */
const MAX_LENGTH = 64 * 1024;

/** Reads a compact JWS (RFC 7515 section 7.1) from pasted text, `Bearer` before it or not. */
export function decodeToken(pasted: string): DecodedToken {
  const text = pasted
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^bearer(\s+|$)/i, '')
    .trim();
  if (text === '') {
    return { kind: 'none' };
  }
  const not = (reason: string): DecodedToken => ({
    kind: 'not-a-jwt',
    text: text.slice(0, MAX_LENGTH),
    reason,
  });
  if (text.length > MAX_LENGTH) {
    return not('It is longer than any proxy takes.');
  }
  if (/^basic\s/i.test(text)) {
    return not('These are Basic credentials, which cannot be validated.');
  }
  if (/\s/.test(text)) {
    return not('There is white space inside.');
  }
  const parts = text.split('.');
  if (parts.length === 5) {
    return not('It is encrypted (JWE, five parts), which Istio cannot read.');
  }
  if (parts.length !== 3) {
    return not(
      `A JWT has three parts, and this has ${parts.length}${
        parts.length === 1 ? ': it is opaque' : ''
      }.`,
    );
  }
  const header = readPart(parts[0]);
  if (!header) {
    return not('The header is no JSON object in base64url.');
  }
  const claims = readPart(parts[1]);
  if (!claims) {
    return not('The payload is no JSON object in base64url.');
  }
  return { kind: 'decoded', text, header, claims };
}

function readPart(part: string): Record<string, unknown> | undefined {
  try {
    const binary = atob(part.replace(/-/g, '+').replace(/_/g, '/'));
    const bytes = Uint8Array.from(binary, char => char.charCodeAt(0));
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return value && typeof value === 'object' && !Array.isArray(value)
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
