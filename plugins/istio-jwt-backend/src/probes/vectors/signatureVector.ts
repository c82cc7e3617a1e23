import { RequestToken } from 'istio-jwt-policy-engine';
import {
  headerOf,
  makeClaims,
  sendToken,
  Vector,
  VectorContext,
} from './types';

/**
 * A vector about what vouches for a token, with good claims otherwise.
 *
 * @param makeText - `known`: header fields of a token of this issuer
 */
export function signatureVector(
  id: string,
  title: string,
  validity: RequestToken['validity'],
  makeText: (
    context: VectorContext,
    claims: Record<string, unknown>,
    known: ReturnType<typeof headerOf>,
  ) => string | Promise<string>,
): Vector {
  return {
    id,
    title,
    group: 'signature',
    scope: 'issuer',
    makeRequest: async context => {
      const claims = makeClaims(context);
      const known = headerOf(context.issuer);
      return sendToken({
        text: await makeText(context, claims, known),
        validity,
        claims: validity === 'malformed' ? {} : claims,
      });
    },
  };
}
