import { JwtProvider } from '../compile/program';

/** The value of a header made of claims; `unknown` where its exact text cannot be told. */
export type ClaimHeader =
  | { kind: 'known'; value: string }
  | { kind: 'unknown' };

/**
 * Adds the headers that a provider makes of a verified token's claims: strings, numbers and booleans
 * as text, lists and objects as base64 of their JSON, nothing for an empty or missing claim. The
 * payload header is the payload's base64url text, which the claims alone do not tell.
 */
export function writeClaimHeaders(
  provider: JwtProvider,
  claims: Record<string, unknown>,
  written: Map<string, ClaimHeader[]>,
): void {
  if (provider.payloadHeader) {
    written.get(provider.payloadHeader)?.push({ kind: 'unknown' });
  }
  for (const { header, claim } of provider.claimHeaders) {
    const value = toHeader(readNested(claims, claim));
    if (value) written.get(header)?.push(value);
  }
}

/** Envoy reads a dot in a claim's name as a step into an object. */
function readNested(claims: Record<string, unknown>, name: string): unknown {
  let value: unknown = claims;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function toHeader(value: unknown): ClaimHeader | undefined {
  switch (typeof value) {
    case 'string':
      return value === '' ? undefined : { kind: 'known', value };
    case 'number':
      return { kind: 'known', value: formatNumber(value) };
    case 'boolean':
      return { kind: 'known', value: String(value) };
    case 'object':
      if (value === null) return undefined;
      return hasOneOrder(value)
        ? { kind: 'known', value: toBase64(JSON.stringify(value)) }
        : { kind: 'unknown' };
    default:
      return undefined;
  }
}

/** Whole numbers without a fraction, others with six digits, as C++'s `std::to_string`. */
function formatNumber(value: number): string {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 64
    ? BigInt(value).toString()
    : value.toFixed(6);
}

/** Envoy writes the fields of an object in no fixed order, and numbers in its own way. */
function hasOneOrder(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  const items = Object.values(value);
  return (
    (Array.isArray(value) || items.length <= 1) &&
    items.every(item => hasOneOrder(item))
  );
}

/** Base64 of UTF-8, in Node and in the browser. */
function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
