import { Program } from '../compile/program';
import { Claims, Facts, isPreflight } from './facts';
import { JwtOutcome } from './jwtAuthn';
import { FoundToken } from './jwtTokens';

/**
 * Verified tokens that jwt_authn takes out of the request, before RBAC and for the next hop: all but
 * those of a rule with `forwardOriginalToken`, and those in cookies.
 */
export function consumedTokens(jwt: JwtOutcome | undefined): FoundToken[] {
  if (jwt?.kind !== 'passed') return [];
  return jwt.verified
    .filter(({ provider, token }) => !provider.forward && token.in !== 'cookie')
    .map(({ token }) => token);
}

/**
 * Headers after jwt_authn: those that it writes are taken from every request that it looks at, and
 * set again from a verified token; consumed tokens are gone. Only string, number and boolean claims
 * are copied.
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
  const consumed = consumedTokens(jwt).flatMap(token =>
    token.in === 'header' ? [token.name] : [],
  );
  if (!jwt || isPreflight(facts)) return facts.headers;
  if (written.length + consumed.length === 0) return facts.headers;
  const headers = new Map(facts.headers);
  [...written, ...consumed].forEach(name => headers.delete(name));
  const provider = jwt.kind === 'passed' && jwt.verified[0]?.provider;
  if (!provider || claims.kind !== 'verified') {
    return headers;
  }
  for (const { header, claim } of provider.claimHeaders) {
    const value = claims.payload[claim];
    if (/^(string|number|boolean)$/.test(typeof value)) {
      headers.set(header, String(value));
    }
  }
  if (provider.payloadHeader) {
    headers.set(provider.payloadHeader, JSON.stringify(claims.payload));
  }
  return headers;
}
