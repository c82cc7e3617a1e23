const MAX_LENGTH = 502;

/** What the backend takes for a path: as in RFC 3986, exact or a prefix that ends in a star. */
const CHARACTERS = /^[A-Za-z0-9\-._~!$&'()+,;=:@/%*]*$/;

/**
 * Why a path cannot stay open as it is written; undefined where it can.
 *
 * @example whyNotAPath('healthz') // 'A path begins with /.'
 */
export function whyNotAPath(path: string): string | undefined {
  if (!path.startsWith('/')) {
    return 'A path begins with /.';
  }
  const star = path.indexOf('*');
  if (star >= 0 && star < path.length - 1) {
    return 'A star can stand at the end only, as in /public/*.';
  }
  if (path === '/*') {
    return '/* is every path: nothing would need a token.';
  }
  if (path.length > MAX_LENGTH) {
    return `A path has at most ${MAX_LENGTH} characters.`;
  }
  if (/[?#]/.test(path)) {
    return 'Query and fragment are no part of the path.';
  }
  if (!CHARACTERS.test(path)) {
    return 'Only characters of URLs can stand in a path; others are written as %XX.';
  }
  return undefined;
}
