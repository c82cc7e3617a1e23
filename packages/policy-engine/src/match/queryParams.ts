import { compareText } from '../compareText';

/**
 * Parameters of a query string as Envoy reads them where it decodes them (QueryParamsMulti,
 * parseAndDecodeQueryString): `%XX` is decoded in names and values, `+` stays.
 *
 * @param query - without the question mark
 */
export function readQueryParams(
  query: string,
): [name: string, value: string][] {
  return query
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const cut = pair.indexOf('=');
      return cut < 0
        ? [decodePercent(pair), '']
        : [
            decodePercent(pair.slice(0, cut)),
            decodePercent(pair.slice(cut + 1)),
          ];
    });
}

/**
 * A query without some parameters, as jwt_authn leaves it (JwtParamLocation, removeJwt): sorted by name and
 * no longer encoded, so that what an encoded value held can be a parameter of its own.
 */
export function dropQueryParams(
  query: string,
  names: readonly string[],
): string {
  return readQueryParams(query)
    .filter(([name]) => !names.includes(name))
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function decodePercent(text: string): string {
  return text.includes('%')
    ? text.replace(/(%[0-9a-f]{2})+/gi, decodeRun)
    : text;
}

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}
