/**
 * What a scheduled round sends by default: enough to see a gateway that does not ask for a token, one
 * that refuses good ones, and one that does not check signature, issuer or times.
 */
export const ESSENTIAL_VECTORS: readonly string[] = [
  'no-token',
  'valid-token',
  'malformed-junk',
  'expired',
  'issuer-wrong',
  'forged',
];
