import { dropQueryParams } from '../match/queryParams';
import { Facts } from './facts';
import { JwtOutcome } from './jwtAuthn';
import { FoundToken } from './jwtTokens';
import { JwtEffects } from './verifyTokens';

/** Headers as RBAC and the next hop see them. */
export interface HeadersAfterJwt {
  headers: ReadonlyMap<string, string>;
  /** As {@link Facts.tokenPrefixes}: headers of whose text only the start is known. */
  tokenPrefixes: ReadonlyMap<string, string>;
  /** Those among them of which it is not known whether they are still there. */
  doubtful: readonly string[];
  /** Set where a token was taken out of it. */
  query?: string;
}

/**
 * Verified tokens that jwt_authn takes out of the request, before RBAC and for the next hop: all but
 * those of a rule with `forwardOriginalToken`, and those in cookies.
 */
export function consumedTokens(
  jwt: JwtOutcome | undefined,
): readonly FoundToken[] {
  return jwt?.kind === 'passed' ? jwt.effects?.consumed ?? [] : [];
}

/** Headers that a verified token's claims were written to, and whose text is not known. */
export function unreadableHeaders(jwt: JwtOutcome | undefined): string[] {
  const written = jwt?.kind === 'passed' ? jwt.effects?.written : undefined;
  return [...(written ?? [])].flatMap(([name, values]) =>
    values.some(({ kind }) => kind === 'unknown') ? [name] : [],
  );
}

/**
 * Headers after jwt_authn: those that it writes are taken from every request that it looks at, and
 * set again from a verified token; consumed tokens are gone.
 */
export function headersAfterJwt(
  facts: Facts,
  { written, consumed, outputs }: JwtEffects,
): HeadersAfterJwt {
  const headers = new Map(facts.headers);
  const tokenPrefixes = new Map(facts.tokenPrefixes);
  const gone = consumed.filter(token => token.in === 'header');
  for (const name of [...gone.map(token => token.name), ...written.keys()]) {
    headers.delete(name);
    tokenPrefixes.delete(name);
  }
  for (const [name, values] of written) {
    if (values.length === 0) continue;
    const known = values.flatMap(each =>
      each.kind === 'known' ? [each.value] : [],
    );
    if (known.length === values.length) headers.set(name, known.join(','));
    else tokenPrefixes.set(name, '');
  }
  const doubtful = outputs.filter(
    name =>
      !written.has(name) && (headers.has(name) || tokenPrefixes.has(name)),
  );
  const params = consumed.flatMap(({ in: place, name }) =>
    place === 'query' ? [name] : [],
  );
  return {
    headers,
    tokenPrefixes,
    doubtful,
    ...(params.length > 0
      ? { query: dropQueryParams(facts.query, params) }
      : {}),
  };
}

/** Why an answer that depends on such a header is not known. */
export function describeDoubt(name: string): string {
  return `whether header ${name} is taken out of the request depends on the version of Envoy`;
}
