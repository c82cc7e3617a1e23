import fc from 'fast-check';
import { normalizePath, PathNormalization } from './normalizePath';

/** Answers of Envoy 1.40 in each mode of Istio; a missing last one is that of the mode before. */
const SEEN: [
  path: string,
  none: string,
  base: string,
  merge?: string,
  decode?: string,
][] = [
  ['/a/../b', '/a/../b', '/b'],
  ['/%2e%2e/a', '/%2e%2e/a', '/a'],
  ['/a/b/..', '/a/b/..', '/a/'],
  ['/a/.', '/a/.', '/a/'],
  ['/../a', '/../a', '/a'],
  ['/a/...', '/a/...', '/a/...'],
  ['/a/..b', '/a/..b', '/a/..b'],
  ['/%68ealthz', '/%68ealthz', '/healthz'],
  ['/a%2fb', '/a%2fb', '/a%2fb', '/a%2fb', '/a/b'],
  ['/a%2F..%2fb', '/a%2F..%2fb', '/a%2F..%2fb', '/a%2F..%2fb', '/b'],
  ['/a%5c..%5cb', '/a%5c..%5cb', '/a%5c..%5cb', '/a%5c..%5cb', '/b'],
  ['/a/%252e%252e/b', '/a/%252e%252e/b', '/a/%252e%252e/b'],
  ['/a\\..\\b', '/a\\..\\b', '/b'],
  ['//a//b', '//a//b', '//a//b', '/a/b'],
  ['/a//../b', '/a//../b', '/a/b'],
  ['/a/..//b', '/a/..//b', '//b', '/b'],
  ['//', '//', '//', '//'],
  ['///', '///', '///', '//'],
  ['/a{b}|"<>^`', '/a{b}|"<>^`', '/a%7Bb%7D%7C%22%3C%3E%5E%60'],
  ['/a%', '/a%', '/a%'],
  ['/a%%41', '/a%%41', '/a%A'],
  ['/%zz%%%41b', '/%zz%%%41b', '/%zz%%25Ab'],
  ['/a?b/../c#d', '/a', '/a'],
  ['/a#?x', '/a', '/a'],
];

const MODES: PathNormalization[] = [
  'NONE',
  'BASE',
  'MERGE_SLASHES',
  'DECODE_AND_MERGE_SLASHES',
];

describe('path normalisation', () => {
  it.each(SEEN)('%s: %s, %s', (path, ...expected) => {
    let last = '';
    MODES.forEach((mode, index) => {
      last = expected[index] ?? last;
      const { path: result, refused } = normalizePath(path, mode);
      expect([mode, result, refused]).toEqual([mode, last, undefined]);
    });
  });

  it.each(['a', '', '*', '?x', '\\a', '/a b', '/a\u0001', '/a?b c', '/a%00b'])(
    'refuses %j',
    path => {
      expect(normalizePath(path).refused).toBeDefined();
    },
  );

  it.each([
    ['/a/..;x/b', '/b', '/a/..;x/b'],
    ['/a/.;/b', '/a/b', '/a/.;/b'],
    ['/a/..;x\\c', '/', '/a/..;x/c'],
  ])('%s is %s for newer and %s for older versions', (path, newer, older) => {
    const { path: result, otherwise } = normalizePath(path);
    expect([result, otherwise]).toEqual([newer, older]);
  });

  it.each(['/a/%2e%2e;x/b', '/a/b;x/c', '/a/..%3bx/b', '/a/...;/b'])(
    'parameters of %s are kept by all',
    path => {
      expect(normalizePath(path).otherwise).toBeUndefined();
    },
  );

  it('what is not ASCII is encoded, and refused by HTTP/1', () => {
    expect(normalizePath('/caf\u00e9')).toEqual({
      path: '/caf%C3%A9',
      query: '',
      refusedByHttp1: expect.any(String),
    });
  });

  it('is stable but for parameters of dot segments', () => {
    const part = fc.constantFrom(
      ...['/', '.', '..', '%2e', '%41', '\\', 'a', '%', '{', '//'],
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }).map(parts => `/${parts.join('')}`),
        fc.constantFrom<PathNormalization>('MERGE_SLASHES', 'BASE'),
        (path, mode) => {
          const once = normalizePath(path, mode).path;
          expect(normalizePath(once, mode).path).toBe(once);
        },
      ),
    );
  });
});
