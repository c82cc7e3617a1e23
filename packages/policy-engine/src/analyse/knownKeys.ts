const SAMPLES = 'Istio’s samples (security/tools/jwt/samples)';

/**
 * Public keys whose private parts stand where everybody can read them, by the start of their number: `n` of RSA,
 * `x` of elliptic curves.
 */
const PLACES = new Map([
  ['xAE7eB6qugXyCAG3yhh7pkDkT65pHymX-P7KfIupjf5', SAMPLES],
  [
    'raJ7ZEhMfrBUo2werGKOow9an1B6Ukc6dKY2hNi10ea',
    'Istio’s tests (tests/common/jwt, samples/jwt-server)',
  ],
  ['u1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffA', 'the examples of jwt.io'],
  ['EVs_o5-uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf84', 'the examples of jwt.io'],
  ['ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTb', 'RFC 7515, appendix A.2'],
  ['f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', 'RFC 7515, appendix A.3'],
  ['0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbW', 'RFC 7517, appendix A.2'],
  ['MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4', 'RFC 7517, appendix A.2'],
  ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'RFC 8037, appendix A.1'],
]);

/** Characters of base64url: 258 bits of a number. Nobody has another key that starts so. */
const START = 43;

/** The key set of Istio's samples, on whatever branch, as its documentation names it. */
const SAMPLE_SET =
  /^https?:\/\/(raw\.githubusercontent\.com\/istio\/istio|github\.com\/istio\/istio\/(raw|blob))\/.+\/security\/tools\/jwt\/samples\/jwks\.json([?#]|$)/i;

/**
 * Where everybody can read the private part of a key.
 *
 * @param number - `n` or `x` of the key (RFC 7518 section 6)
 */
export function findPrivatePart(number: unknown): string | undefined {
  const start = typeof number === 'string' ? startOf(number) : undefined;
  return start === undefined ? undefined : PLACES.get(start);
}

/** The same for the keys that stand at an address. */
export function findPrivatePartOf(jwksUri: string): string | undefined {
  return SAMPLE_SET.test(jwksUri) ? SAMPLES : undefined;
}

/** Without the zeros that some write before a number. */
function startOf(number: string): string | undefined {
  try {
    const bytes = atob(
      number
        .slice(0, 2 * START)
        .replace(/-/g, '+')
        .replace(/_/g, '/'),
    );
    return btoa(bytes.replace(/^\0+/, ''))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .slice(0, START);
  } catch {
    return undefined;
  }
}
