import { RequestToken } from 'istio-jwt-policy-engine';
import { isRecord } from '../api/object';

/** A token where a rule looks for one. @internal */
export interface FoundToken {
  in: RequestToken['in'];
  name: string;
  prefix?: string;
  token: string;
}

/** A place of a token, as `jwtRules` names it. @internal */
export type TokenLocation =
  | { in: 'header'; name: string; prefix: string }
  | { in: 'query'; name: string }
  | { in: 'cookie'; name: string };

const DEFAULT_LOCATIONS: TokenLocation[] = [
  { in: 'header', name: 'authorization', prefix: 'Bearer ' },
  { in: 'query', name: 'access_token' },
];

/** Places of one rule: any of fromHeaders, fromParams and fromCookies replaces both defaults. @internal */
export function listLocations(rule: Record<string, unknown>): TokenLocation[] {
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  const locations: TokenLocation[] = [
    ...list(rule.fromHeaders)
      .filter(isRecord)
      .map(({ name, prefix }) => ({
        in: 'header' as const,
        name: String(name).toLowerCase(),
        prefix: String(prefix ?? ''),
      })),
    ...list(rule.fromParams).map(name => ({
      in: 'query' as const,
      name: String(name),
    })),
    ...list(rule.fromCookies).map(name => ({
      in: 'cookie' as const,
      name: String(name),
    })),
  ];
  return locations.length > 0 ? locations : DEFAULT_LOCATIONS;
}

/**
 * Every token of a request at some of the places, each place once (Envoy's
 * `jwt_authn/extractor.cc`).
 *
 * @param headers - names in lower case; repeated headers joined with commas
 * @internal
 */
export function extractTokens(
  locations: TokenLocation[],
  headers: Record<string, string>,
  path: string,
): FoundToken[] {
  const seen = new Set<string>();
  return locations.flatMap(location => {
    const id = JSON.stringify(location);
    if (seen.has(id)) {
      return [];
    }
    seen.add(id);
    const token = readLocation(location, headers, path);
    return token === undefined ? [] : [{ ...location, token }];
  });
}

function readLocation(
  location: TokenLocation,
  headers: Record<string, string>,
  path: string,
): string | undefined {
  switch (location.in) {
    case 'header': {
      const value = headers[location.name];
      if (value === undefined) {
        return undefined;
      }
      if (!location.prefix) {
        return value;
      }
      const start = value.indexOf(location.prefix);
      return start < 0
        ? undefined
        : cutToken(value.slice(start + location.prefix.length));
    }
    case 'query': {
      const query = path.split('#')[0].split('?').slice(1).join('?');
      return new URLSearchParams(query).get(location.name) ?? undefined;
    }
    default: {
      const cookies = (headers.cookie ?? '')
        .split(';')
        .map(pair => pair.trim());
      return cookies
        .find(pair => pair.startsWith(`${location.name}=`))
        ?.slice(location.name.length + 1);
    }
  }
}

/** Envoy skips what a JWT cannot begin with, and takes all that follows. */
function cutToken(text: string): string {
  const start = text.search(/[A-Za-z0-9_.-]/);
  return start < 0 ? text : text.slice(start);
}
