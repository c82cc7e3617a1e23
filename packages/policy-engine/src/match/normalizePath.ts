const UNRESERVED = /[A-Za-z0-9\-._~]/;

/**
 * Normalises a path as Istio's default (`pathNormalization: BASE`) does, which is RFC 3986 section 6
 * as in Chromium's URL canonicaliser: backslashes become slashes, percent-encoded unreserved
 * characters are decoded, dot segments are resolved. Repeated slashes and `%2F` stay. A fragment
 * is cut off first: Istio's bootstrap tells Envoy not to refuse it.
 *
 * @param path - with or without query string
 * @returns the path without query string, and the query string without `?`
 */
export function normalizePath(path: string): { path: string; query: string } {
  const [target] = path.split('#', 1);
  const cut = target.indexOf('?');
  const rawPath = cut < 0 ? target : target.slice(0, cut);
  const query = cut < 0 ? '' : target.slice(cut + 1);
  if (!/[\\%.]/.test(rawPath)) return { path: rawPath || '/', query };
  const decoded = rawPath
    .replace(/\\/g, '/')
    .replace(/%([0-9A-Fa-f]{2})/g, (escape, hex) => {
      const char = String.fromCharCode(parseInt(hex, 16));
      return UNRESERVED.test(char) ? char : escape;
    });
  return { path: resolveDotSegments(decoded), query };
}

function resolveDotSegments(path: string): string {
  const output: string[] = [];
  const segments = path.split('/');
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment === '.') {
      if (last) output.push('');
    } else if (segment === '..') {
      if (output.length > 1) output.pop();
      if (last) output.push('');
    } else {
      output.push(segment);
    }
  });
  const joined = output.join('/');
  return joined.startsWith('/') ? joined : `/${joined}`;
}
