import { InputError } from '@backstage/errors';

/**
 * Reads a private JWK from config. The parser's own message would quote the key material, so it is not
 * passed on.
 *
 * @throws InputError that names the key of the config
 */
export function parseJwk(text: string, key: string): Record<string, unknown> {
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    jwk = undefined;
  }
  if (!jwk || typeof jwk !== 'object' || !('kty' in jwk)) {
    throw new InputError(
      `${key} is not a JWK. Write the private key as one JSON object with 'kty'.`,
    );
  }
  return jwk as Record<string, unknown>;
}
