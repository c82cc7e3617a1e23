import { PolicyView } from 'backstage-plugin-istio-jwt-common';
import { parseYaml, RequestToken } from 'istio-jwt-policy-engine';

/** Where a token is sent. */
export interface TokenPlace {
  /** Such as `Authorization: Bearer`. */
  label: string;
  in: RequestToken['in'];
  name: string;
  /** What stands before it in a header. */
  prefix: string;
}

export const AUTHORIZATION: TokenPlace = {
  label: 'Authorization: Bearer',
  in: 'header',
  name: 'authorization',
  prefix: 'Bearer ',
};

interface JwtRule {
  fromHeaders?: { name?: unknown; prefix?: unknown }[];
  fromParams?: unknown[];
  fromCookies?: unknown[];
}

/** Every place where some policy looks for tokens, the usual one first. */
export function listPlaces(policies: PolicyView[]): TokenPlace[] {
  const places = policies
    .filter(({ ref }) => ref.kind === 'RequestAuthentication')
    .flatMap(({ yaml }) => parseYaml(yaml).resources)
    .flatMap(({ spec }) => {
      const { jwtRules } = (spec ?? {}) as { jwtRules?: JwtRule[] };
      return Array.isArray(jwtRules) ? jwtRules.flatMap(readPlaces) : [];
    });
  return [
    ...new Map(
      [AUTHORIZATION, ...places].map(place => [place.label, place]),
    ).values(),
  ];
}

function readPlaces({
  fromHeaders = [],
  fromParams = [],
  fromCookies = [],
}: JwtRule): TokenPlace[] {
  return [
    ...fromHeaders.map(({ name, prefix }): TokenPlace => {
      const header = String(name).toLowerCase();
      const before = typeof prefix === 'string' ? prefix : '';
      return header === AUTHORIZATION.name && before === AUTHORIZATION.prefix
        ? AUTHORIZATION
        : {
            label: `header ${header}${before && `, after “${before}”`}`,
            in: 'header',
            name: header,
            prefix: before,
          };
    }),
    ...fromParams.map(
      (name): TokenPlace => ({
        label: `query parameter ${name}`,
        in: 'query',
        name: String(name),
        prefix: '',
      }),
    ),
    ...fromCookies.map(
      (name): TokenPlace => ({
        label: `cookie ${name}`,
        in: 'cookie',
        name: String(name),
        prefix: '',
      }),
    ),
  ];
}
