import { ProxyRequest, RequestToken } from '../model';
import { JwtProvider } from '../compile/program';
import { readQueryParams } from '../match/queryParams';
import { Facts } from './facts';
import { readCompactJws } from './compactJws';
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
  const found: FoundToken[] = [];
  for (const { name, prefix } of provider.headers) {
    findInHeader(request, facts, name, prefix, found);
  }
  for (const name of provider.params) {
    findFirst(request, 'query', name, found, () =>
      readParam(facts.query, name),
    );
  }
  for (const name of provider.cookies) {
    findFirst(request, 'cookie', name, found, () =>
      readCookie(facts.headerValues('cookie'), name),
    );
  }
  return found;
}

/**
 * Headers of which Envoy keeps one value: those that are repeated arrive joined by commas. A token is
 * all that stands behind the first prefix, so only the last value can be one.
 */
const JOINED_HEADERS = new Set(['authorization']);

const NO_TOKENS: RequestToken[] = [];

function findInHeader(
  request: ProxyRequest,
  facts: Facts,
  name: string,
  prefix: string,
  found: FoundToken[],
): void {
  const raw = facts.header(name);
  const isJoined = JOINED_HEADERS.has(name);
  const tokens = request.tokens ?? NO_TOKENS;
  const described = tokens.filter(token => isAt(token, 'header', name));
  if (described.length === 0) {
    if (raw === undefined) return;
    const values = isJoined ? [raw] : facts.headerValues(name);
    for (const value of values) found.push(...rawHeader(value, name, prefix));
    return;
  }
  for (const [order, token] of described.entries()) {
    const form = placeInHeader(tokenPrefix(token), prefix);
    if (form === 'not-found') continue;
    const readRaw = () => {
      const text = isJoined ? raw : facts.headerValues(name)[order];
      return text === undefined ? null : cutToken(text, prefix) ?? null;
    };
    const isLast =
      order === described.length - 1 && (prefix !== '' || order === 0);
    const isWhole = !isJoined || (isLast && !readRaw()?.includes(','));
    const index = tokens.indexOf(token);
    const clean = form === 'clean' && isWhole;
    const one = describe(token, index, name, clean, readRaw);
    found.push(isWhole ? one : { ...one, claims: {} });
    if (isJoined) return;
  }
}

function isAt(
  token: RequestToken,
  place: RequestToken['in'],
  name: string,
): boolean {
  return token.in === place && tokenName(token) === name;
}

/** The first parameter or cookie of a name; Envoy looks at no other. */
function findFirst(
  request: ProxyRequest,
  place: 'query' | 'cookie',
  name: string,
  found: FoundToken[],
  readRaw: () => string | null,
): void {
  const tokens = request.tokens ?? NO_TOKENS;
  const index = tokens.findIndex(token => isAt(token, place, name));
  if (index >= 0) {
    found.push(describe(tokens[index], index, name, true, readRaw));
    return;
  }
  const raw = readRaw();
  if (raw !== null) found.push(describeRaw(raw, place, name));
}

/** @param readRaw - the token's text in the raw request, where that has it */
function describe(
  token: RequestToken,
  index: number,
  name: string,
  clean: boolean,
  readRaw: () => string | null,
): FoundToken {
  const { in: place, claims } = token;
  const validity = clean ? token.validity : 'malformed';
  const found: FoundToken = { index, in: place, name, validity, claims };
  // Only the words of a refusal need the text.
  const raw = validity === 'malformed' ? readRaw() : null;
  const read = raw === null ? undefined : readCompactJws(raw);
  return read?.kind === 'malformed'
    ? { ...found, malformation: read.reason }
    : found;
}

/** Characters of which Envoy thinks that a token can begin with them. */
const TOKEN_CHARACTER = /[A-Za-z0-9_.-]/;

/** Whether a token behind `text` is found, and found whole, by a location with `prefix`. */
function placeInHeader(
  text: string,
  prefix: string,
): 'not-found' | 'clean' | 'broken' {
  if (text === prefix) return 'clean';
  if (prefix === '') return 'broken';
  const at = text.indexOf(prefix);
  if (at < 0) return 'not-found';
  return TOKEN_CHARACTER.test(text.slice(at + prefix.length))
    ? 'broken'
    : 'clean';
}

/** What Envoy takes for the token in a header's text; undefined where the prefix is not there. */
function cutToken(text: string, prefix: string): string | undefined {
  if (prefix === '') return text;
  const at = text.indexOf(prefix);
  if (at < 0) return undefined;
  const after = text.slice(at + prefix.length);
  const start = after.search(TOKEN_CHARACTER);
  return start < 0 ? text : after.slice(start);
}

function rawHeader(value: string, name: string, prefix: string): FoundToken[] {
  const text = cutToken(value, prefix);
  return text === undefined ? [] : [describeRaw(text, 'header', name)];
}

function describeRaw(
  text: string,
  place: FoundToken['in'],
  name: string,
): FoundToken {
  const read = readCompactJws(text);
  const found = { index: -1, in: place, name };
  return read.kind === 'parsed'
    ? { ...found, validity: 'not-known', claims: read.claims }
    : {
        ...found,
        validity: 'malformed',
        claims: {},
        malformation: read.reason,
      };
}

function readParam(query: string, name: string): string | null {
  if (query === '') return null;
  const found = readQueryParams(query).find(([key]) => key === name);
  return found ? found[1] : null;
}

/** As Envoy's forEachCookie: spaces before a name and quotes around a value go, nothing else. */
function readCookie(headers: readonly string[], name: string): string | null {
  for (const pair of headers.flatMap(header => header.split(';'))) {
    const cut = pair.indexOf('=');
    if (cut < 0 || pair.slice(0, cut).replace(/^ +/, '') !== name) continue;
    const value = pair.slice(cut + 1);
    return /^".*"$/.test(value) ? value.slice(1, -1) : value;
  }
  return null;
}
