import { ProxyRequest, RequestToken } from '../model';
import { JwtProvider } from '../compile/program';
import { Facts } from './facts';
import { describeMalformation } from './malformation';
import { tokenName, tokenPrefix } from './tokenPlace';

/** A token as one provider finds it. */
export interface FoundToken {
  /** Index in `request.tokens`; -1 for one that stands only in the raw request. */
  index: number;
  in: 'header' | 'query' | 'cookie';
  name: string;
  validity: RequestToken['validity'] | 'not-known';
  /** Envoy's words for what is wrong with the form, where the text is known. */
  malformation?: string;
  claims: Record<string, unknown>;
}

/**
 * Every token that a provider finds, in Envoy's order: headers, parameters, cookies. A raw header,
 * parameter or cookie that `request.tokens` does not describe counts too: it is malformed, or a
 * token of which nobody said whether it is valid.
 */
export function findTokens(
  provider: JwtProvider,
  request: ProxyRequest,
  facts: Facts,
): FoundToken[] {
  const tokens = request.tokens ?? [];
  const found: FoundToken[] = [];
  for (const { name, prefix } of provider.headers) {
    const described = tokensAt(tokens, 'header', name);
    for (const { token, index } of described) {
      const text = tokenPrefix(token);
      if (prefix !== '' && !text.includes(prefix)) continue;
      // Anything between prefix and token makes the text no JWT.
      const clean = prefix === '' ? text === '' : text.endsWith(prefix);
      const header = facts.headers.get(name);
      const raw = header?.slice(header.indexOf(prefix) + prefix.length);
      found.push(describe(token, index, name, clean, raw));
    }
    if (described.length === 0) {
      found.push(...rawHeader(facts.headers.get(name), name, prefix));
    }
  }
  for (const name of provider.params) {
    const described = tokensAt(tokens, 'query', name).slice(0, 1);
    const raw = readParam(facts.query, name);
    found.push(
      ...described.map(({ token, index }) =>
        describe(token, index, name, true, raw ?? undefined),
      ),
    );
    if (described.length === 0 && raw !== null) {
      found.push(describeRaw(raw, 'query', name));
    }
  }
  for (const name of provider.cookies) {
    const described = tokensAt(tokens, 'cookie', name).slice(0, 1);
    const raw = readCookie(facts.headers.get('cookie'), name);
    found.push(
      ...described.map(({ token, index }) =>
        describe(token, index, name, true, raw ?? undefined),
      ),
    );
    if (described.length === 0 && raw !== null) {
      found.push(describeRaw(raw, 'cookie', name));
    }
  }
  return found;
}

function tokensAt(
  tokens: RequestToken[],
  place: RequestToken['in'],
  name: string,
): { token: RequestToken; index: number }[] {
  return tokens
    .map((token, index) => ({ token, index }))
    .filter(({ token }) => token.in === place && tokenName(token) === name);
}

function describe(
  token: RequestToken,
  index: number,
  name: string,
  clean: boolean,
  raw?: string,
): FoundToken {
  const validity = clean ? token.validity : 'malformed';
  const malformation =
    raw === undefined ? undefined : describeMalformation(raw);
  const { claims } = token;
  return { index, in: token.in, name, validity, claims, malformation };
}

function rawHeader(
  value: string | undefined,
  name: string,
  prefix: string,
): FoundToken[] {
  if (value === undefined) return [];
  const at = value.indexOf(prefix);
  if (at < 0) return [];
  const text = value.slice(at + prefix.length).trim();
  return [describeRaw(text, 'header', name)];
}

function describeRaw(
  text: string,
  place: FoundToken['in'],
  name: string,
): FoundToken {
  const claims = decodeClaims(text);
  return claims
    ? { index: -1, in: place, name, validity: 'not-known', claims }
    : {
        index: -1,
        in: place,
        name,
        validity: 'malformed',
        claims: {},
        malformation: describeMalformation(text),
      };
}

/** Claims of a compact JWS (RFC 7515 section 7.1); undefined where it is none. */
export function decodeClaims(
  text: string,
): Record<string, unknown> | undefined {
  const parts = text.split('.');
  if (parts.length !== 3) return undefined;
  const [header, payload] = parts.slice(0, 2).map(decodePart);
  return header && payload ? payload : undefined;
}

function decodePart(part: string): Record<string, unknown> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const binary = atob(part.replace(/-/g, '+').replace(/_/g, '/'));
    const bytes = Uint8Array.from(binary, char => char.charCodeAt(0));
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return value && typeof value === 'object' && !Array.isArray(value)
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

function readParam(query: string, name: string): string | null {
  return query.includes(name) ? new URLSearchParams(query).get(name) : null;
}

function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of header?.split(/[;,]/) ?? []) {
    const cut = pair.indexOf('=');
    if (cut > 0 && pair.slice(0, cut).trim() === name) {
      return pair.slice(cut + 1).trim();
    }
  }
  return null;
}
