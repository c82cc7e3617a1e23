import { RequestToken } from '../model';

/** Name under which a token travels; lower case for headers. */
export function tokenName(token: RequestToken): string {
  const fallback = token.in === 'query' ? 'access_token' : 'authorization';
  const name = token.name ?? fallback;
  return token.in === 'header' ? name.toLowerCase() : name;
}

/** Text that stands before a token in its header. */
export function tokenPrefix(token: RequestToken): string {
  if (token.prefix !== undefined) return token.prefix;
  return tokenName(token) === 'authorization' ? 'Bearer ' : '';
}
