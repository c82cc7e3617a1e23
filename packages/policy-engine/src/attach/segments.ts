/** A path without a slash at its end, but for the root. */
export function trimSlash(path: string): string {
  return path === '/' ? path : path.replace(/\/$/, '');
}

/**
 * A prefix of whole segments, as of the Gateway API and of Ingresses, in the conditions of a VirtualService: `/api` stands
 * for `/api` and `/api/x`, not for `/apis` (Envoy's `path_separated_prefix`).
 *
 * @param path - without a slash at its end
 */
export function segmentMatches(
  path: string,
): ({ exact: string } | { prefix: string })[] {
  return path === '/'
    ? [{ prefix: '/' }]
    : [{ exact: path }, { prefix: `${path}/` }];
}
