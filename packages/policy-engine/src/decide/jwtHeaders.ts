import { Program } from '../compile/program';
import { Claims, Facts, isPreflight } from './facts';
import { JwtOutcome } from './jwtAuthn';

/**
 * Headers after jwt_authn: those that it writes are taken from every request that it looks at, and
 * set again from a verified token. Only string, number and boolean claims are copied.
 */
export function headersAfterJwt(
  program: Program,
  facts: Facts,
  jwt: JwtOutcome | undefined,
  claims: Claims,
): ReadonlyMap<string, string> {
  const written = program.providers.flatMap(
    ({ payloadHeader, claimHeaders }) => [
      ...(payloadHeader ? [payloadHeader] : []),
      ...claimHeaders.map(({ header }) => header),
    ],
  );
  if (!jwt || written.length === 0 || isPreflight(facts)) return facts.headers;
  const headers = new Map(facts.headers);
  written.forEach(name => headers.delete(name));
  if (jwt.kind !== 'passed' || !jwt.provider || claims.kind !== 'verified') {
    return headers;
  }
  for (const { header, claim } of jwt.provider.claimHeaders) {
    const value = claims.payload[claim];
    if (/^(string|number|boolean)$/.test(typeof value)) {
      headers.set(header, String(value));
    }
  }
  if (jwt.provider.payloadHeader) {
    headers.set(jwt.provider.payloadHeader, JSON.stringify(claims.payload));
  }
  return headers;
}
