import { CompactJWSHeaderParameters } from 'jose';
import { RequestToken } from 'istio-jwt-policy-engine';
import { signatureVector } from './signatureVector';
import { Vector, VectorContext } from './types';

/** Resolves nowhere (RFC 6761), so that no verifier can be led to fetch from it. */
const UNRESOLVABLE = 'https://istio-jwt-probe.invalid/keys.json';

function forged(
  id: string,
  title: string,
  makeHeader: (context: VectorContext) => Partial<CompactJWSHeaderParameters>,
  validity: RequestToken['validity'] = 'bad-signature',
): Vector {
  return signatureVector(id, title, validity, (context, claims, known) =>
    context.forger.forge(claims, { ...known, ...makeHeader(context) }),
  );
}

/** A token put together by hand, with what jose would rightly not sign. */
function assembled(
  id: string,
  title: string,
  header: Record<string, unknown>,
  signature: string,
  validity: RequestToken['validity'] = 'bad-signature',
): Vector {
  return signatureVector(id, title, validity, ({ forger }, claims, known) => {
    const full = { alg: 'RS256', typ: 'JWT', ...known, ...header };
    return forger.assemble(full, claims, signature);
  });
}

const SIGNATURE = Buffer.alloc(256, 1).toString('base64url');

export const FORGED_TOKEN_VECTORS: Vector[] = [
  forged('forged', 'Forged token with the right issuer', () => ({})),
  assembled(
    'signature-empty',
    'Token with an empty signature',
    {},
    '',
    'malformed',
  ),
  assembled('signature-broken', 'Token with a broken signature', {}, SIGNATURE),
  assembled(
    'es256-zero',
    'ES256 with a signature of zeros',
    { alg: 'ES256' },
    Buffer.alloc(64).toString('base64url'),
  ),
  forged('embedded-jwk', 'Forged token that brings its own key', context => ({
    jwk: context.forger.publicJwk,
  })),
  forged('x5c', 'Forged token with a certificate of its own', () => ({
    x5c: [Buffer.from('no certificate').toString('base64')],
  })),
  forged('jku', 'Forged token that names a key set', () => ({
    jku: UNRESOLVABLE,
  })),
  forged('x5u', 'Forged token that names a certificate', () => ({
    x5u: UNRESOLVABLE,
  })),
  forged('kid-empty', 'Forged token with an empty key id', () => ({ kid: '' })),
  forged(
    'kid-unknown',
    'Forged token with an unknown key id',
    () => ({ kid: 'istio-jwt-probe-unknown' }),
    'unknown-key',
  ),
  forged(
    'kid-path',
    'Forged token whose key id is a path',
    () => ({ kid: '../../../dev/null' }),
    'unknown-key',
  ),
  forged('typ', 'Forged token of another type', () => ({ typ: 'at+jwt' })),
  assembled(
    'crit',
    'Token with a critical extension',
    { crit: ['istio-jwt-probe'], 'istio-jwt-probe': true },
    SIGNATURE,
  ),
  assembled(
    'zip',
    'Token that claims to be compressed',
    { zip: 'DEF' },
    SIGNATURE,
  ),
];
