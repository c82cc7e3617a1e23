import { RequestToken } from 'istio-jwt-policy-engine';
import { makeClaims, sendToken, Vector, VectorContext } from './types';

function wrongIssuer(
  id: string,
  title: string,
  scope: Vector['scope'],
  iss: (context: VectorContext) => unknown,
  validity: RequestToken['validity'] = 'bad-signature',
): Vector {
  return {
    id: `issuer-${id}`,
    title,
    group: 'claims',
    scope,
    makeRequest: async context => {
      // JSON leaves out what is undefined.
      const claims = makeClaims(context, { iss: iss(context) });
      const text = await context.forger.forge(claims);
      return sendToken({ text, validity, claims });
    },
  };
}

export const WRONG_ISSUER_VECTORS: Vector[] = [
  wrongIssuer(
    'wrong',
    'Token of another issuer',
    'way-in',
    () => 'https://another-issuer.invalid',
  ),
  wrongIssuer('missing', 'Token without issuer', 'way-in', () => undefined),
  wrongIssuer(
    'not-a-string',
    'Token whose issuer is a number',
    'way-in',
    () => 42,
    // Envoy's parser refuses the payload, before it looks at any rule.
    'malformed',
  ),
  wrongIssuer(
    'trailing-slash',
    'Token whose issuer differs by a trailing slash',
    'issuer',
    ({ issuer: { issuer } }) =>
      issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`,
  ),
];
