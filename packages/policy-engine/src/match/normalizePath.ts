import { canonicalizePath, dropDotParameters } from './canonicalizePath';
import { splitQuery } from './splitQuery';

/** `pathNormalization.normalization` of the mesh config; Istio's `DEFAULT` is `BASE`. */
export const PATH_NORMALIZATIONS = [
  'NONE',
  'BASE',
  'MERGE_SLASHES',
  'DECODE_AND_MERGE_SLASHES',
] as const;

export type PathNormalization = (typeof PATH_NORMALIZATIONS)[number];

export interface NormalizedPath {
  path: string;
  /** Without `?`; empty where there is none. */
  query: string;
  /** Why Envoy refuses the request instead. */
  refused?: string;
  /** Why it does so where the request comes by HTTP/1. */
  refusedByHttp1?: string;
  /** The path as another version of Envoy sees it, where versions differ. */
  otherwise?: string;
}

/** Paths that no mode changes, but for slashes. */
const PLAIN = /^\/[\w\-~!$&'()*+,/:;=@[\]]*$/;
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\0- \x7f]/;
// eslint-disable-next-line no-control-regex
const NOT_ASCII = /[^\0-\x7f]/;
const NEEDS_WORK = /[\\%."<>^`{|}]|[^!-~]/;

/**
 * Normalises a path as a proxy does before any filter. `BASE` is {@link canonicalizePath}; repeated
 * slashes and `%2F` stay. `MERGE_SLASHES` joins slashes afterwards, `DECODE_AND_MERGE_SLASHES` decodes
 * `%2F` and `%5C` first as well. A fragment is cut off always: Istio's bootstrap tells Envoy not to
 * refuse it.
 *
 * @param path - with or without query string
 */
export function normalizePath(
  path: string,
  mode: PathNormalization = 'BASE',
): NormalizedPath {
  if (PLAIN.test(path)) {
    const isMerging = mode.endsWith('MERGE_SLASHES');
    return { path: isMerging ? mergeSlashes(path) : path, query: '' };
  }
  const [rawPath, query = ''] = splitQuery(path);
  const refused = refusalOf(path, rawPath);
  if (refused !== undefined) return { path: rawPath, query, refused };
  const normalized = normalizeRaw(rawPath, query, mode);
  return NOT_ASCII.test(path)
    ? { ...normalized, refusedByHttp1: 'the path has a character beyond ASCII' }
    : normalized;
}

function normalizeRaw(
  rawPath: string,
  query: string,
  mode: PathNormalization,
): NormalizedPath {
  let target = rawPath;
  if (mode === 'DECODE_AND_MERGE_SLASHES') {
    target = target.replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
  }
  const merge = mode.endsWith('MERGE_SLASHES') ? mergeSlashes : identity;
  if (mode === 'NONE' || !NEEDS_WORK.test(target)) {
    return { path: merge(target), query };
  }
  const plain = dropDotParameters(target);
  if (plain.includes('%00')) {
    return { path: rawPath, query, refused: 'the path has an encoded NUL' };
  }
  const result = merge(canonicalizePath(plain));
  const older = merge(canonicalizePath(target));
  return older === result
    ? { path: result, query }
    : { path: result, query, otherwise: older };
}

function refusalOf(whole: string, rawPath: string): string | undefined {
  if (!rawPath.startsWith('/')) return 'the path does not begin with a slash';
  if (UNPRINTABLE.test(whole)) {
    return 'the path has a character that must be percent-encoded';
  }
  return undefined;
}

function identity(path: string): string {
  return path;
}

/** Envoy keeps a slash at each end, also where they are all there is: `///` becomes `//`. */
function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  const segments = path.split('/').filter(segment => segment !== '');
  return `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}
