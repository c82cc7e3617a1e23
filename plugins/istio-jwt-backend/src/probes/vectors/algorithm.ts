import { signatureVector } from './signatureVector';
import {
  headerOf,
  makeClaims,
  sendToken,
  Vector,
  VectorContext,
} from './types';

/** Base64url text that is no signature of anything. */
const SIGNATURE = Buffer.from('not a signature').toString('base64url');

function withHeader(
  id: string,
  title: string,
  header: Record<string, unknown>,
  signature: string,
): Vector {
  return signatureVector(
    `alg-${id}`,
    title,
    'malformed',
    ({ forger }, claims, known) =>
      forger.assemble({ typ: 'JWT', ...known, ...header }, claims, signature),
  );
}

/** An HMAC with a secret that a careless verifier would use. */
function hmac(
  id: string,
  title: string,
  secretOf: (context: VectorContext) => string | undefined,
): Vector {
  return {
    id: `hmac-${id}`,
    title,
    group: 'signature',
    scope: 'issuer',
    makeRequest: async context => {
      const secret = secretOf(context);
      if (secret === undefined) {
        const reason = `No public key of issuer ${context.issuer.issuer} is known here, so none can be used as a secret.`;
        return { kind: 'not-tested', reason };
      }
      const claims = makeClaims(context);
      const known = headerOf(context.issuer);
      const header = { alg: 'HS256', typ: 'JWT', ...known };
      return sendToken({
        text: context.forger.signHmac(header, claims, secret),
        validity: 'bad-signature',
        claims,
      });
    },
  };
}

/** RFC 8725 sections 2.1 and 3.1: the token must not choose how it is verified. */
export const ALGORITHM_VECTORS: Vector[] = [
  ...['none', 'None', 'NONE', 'nOnE'].map(alg =>
    withHeader(alg, `Unsigned token: alg ${alg}`, { alg }, ''),
  ),
  withHeader(
    'none-signed',
    'alg none with a signature',
    { alg: 'none' },
    SIGNATURE,
  ),
  withHeader('missing', 'Token without alg', {}, SIGNATURE),
  withHeader('null', 'Token whose alg is null', { alg: null }, SIGNATURE),
  withHeader('number', 'Token whose alg is a number', { alg: 256 }, SIGNATURE),
  hmac(
    'public-key',
    'HMAC keyed with the issuer’s public key',
    ({ issuer, forger }) => {
      const key = issuer.keys.find(({ kty }) => kty === 'RSA' || kty === 'EC');
      return key && forger.toPem(key);
    },
  ),
  hmac('blank', 'HMAC with a blank secret', () => ''),
];
