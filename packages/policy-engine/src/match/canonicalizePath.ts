const UNRESERVED = /[A-Za-z0-9\-._~]/;
/** Percent-encoded where they stand in a path as they are. */
const ESCAPED = /["<>^`{|}]|[^!-~]/gu;
const ESCAPE = /^%[0-9A-Fa-f]{2}/;

/**
 * RFC 3986 section 6 as in Chromium's URL canonicaliser: backslashes become slashes, percent-encoded
 * unreserved characters are decoded, some others are encoded, dot segments are resolved.
 */
export function canonicalizePath(path: string): string {
  const decoded = decodeUnreserved(path.replaceAll('\\', '/')).replace(
    ESCAPED,
    escapeBytes,
  );
  return resolveDotSegments(decoded);
}

function escapeBytes(text: string): string {
  return Array.from(
    new TextEncoder().encode(text),
    byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

/**
 * Envoy from 1.40 on drops the parameters of a dot segment (`/a/..;x/b` is `/a/../b`) before it
 * canonicalises, older ones do not.
 */
export function dropDotParameters(path: string): string {
  return path.includes(';') ? path.replace(/(?<=\/\.{1,2});[^/]*/g, '') : path;
}

/** A percent sign that escapes nothing must not begin to do so when what follows is decoded. */
function decodeUnreserved(path: string): string {
  if (!path.includes('%')) return path;
  let output = '';
  let stray = -3;
  for (let i = 0; i < path.length; i++) {
    if (path[i] !== '%') {
      output += path[i];
    } else if (!ESCAPE.test(path.slice(i, i + 3))) {
      stray = output.length;
      output += '%';
    } else {
      const escape = path.slice(i, i + 3);
      i += 2;
      const char = String.fromCharCode(parseInt(escape.slice(1), 16));
      output += UNRESERVED.test(char) ? char : escape;
      const next = path[i + 1] ?? '';
      if (
        stray >= output.length - 3 &&
        ESCAPE.test(output.slice(stray) + (next === '%' ? '' : next))
      ) {
        output = `${output.slice(0, stray)}%25${output.slice(stray + 1)}`;
      }
    }
  }
  return output;
}

function resolveDotSegments(path: string): string {
  if (!path.includes('/.')) return path;
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
  return output.join('/');
}
