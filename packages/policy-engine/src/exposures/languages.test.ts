import fc from 'fast-check';
import { normalizePath, PATH_NORMALIZATIONS } from '../match/normalizePath';
import { parsePathPattern } from '../match/stringPattern';
import { isIn, stablePaths } from './languages';
import { signatureOf } from './signature';
import { representatives } from './strings';

const numRuns = Number(process.env.PROPERTY_RUNS ?? 500);

const mode = fc.constantFrom(...PATH_NORMALIZATIONS);

describe('paths that a proxy leaves as they are', () => {
  const rest = fc
    .array(
      fc.constantFrom(
        ...['/', '.', '%', '2', 'f', '5', 'C', '0', 'a', ';', '?', '#'],
        ...['\\', '{', '[', ' ', 'é', '~', '%41', '%2F', '%00', '//', '/..'],
      ),
      { maxLength: 8 },
    )
    .map(parts => parts.join(''));

  it('are those that come out of its normalisation unchanged', () => {
    fc.assert(
      fc.property(mode, rest, (by, text) => {
        const path = `/${text}`;
        const made = normalizePath(path, by);
        expect(isIn(stablePaths(by, '/'), text)).toBe(
          made.path === path &&
            made.query === '' &&
            made.refused === undefined &&
            made.otherwise === undefined &&
            !/[?#]/.test(path),
        );
      }),
      { numRuns: numRuns * 4 },
    );
  });
});

describe('representatives of paths', () => {
  const segment = fc.constantFrom('a', '.git', 'b', '.', 'a.b', '');
  const path = fc
    .array(segment, { minLength: 1, maxLength: 4 })
    .map(segments => `/${segments.join('/')}`);
  const pattern = fc.oneof(
    path,
    path.map(text => `${text}*`),
    fc.constantFrom('*/a', '*/b', '*.b', '/a/.*', '/a/{*}/b', '/a/{**}'),
  );

  it('meet, left as they are, every combination that some path meets once it is normalised', () => {
    fc.assert(
      fc.property(
        mode,
        fc.array(pattern, { maxLength: 5 }),
        fc.array(path, { minLength: 30, maxLength: 30 }),
        (by, texts, paths) => {
          const patterns = texts.map(parsePathPattern);
          const language = stablePaths(by, '/');
          const { values, complete } = representatives(patterns, {
            start: '/',
            language,
          });
          expect(complete).toBe(true);
          const met = new Set(
            values
              .filter(value => isIn(language, value.slice(1)))
              .map(value => signatureOf(patterns, value)),
          );
          const missing = paths
            .map(each => normalizePath(each, by).path)
            .filter(each => !met.has(signatureOf(patterns, each)));
          expect(missing).toEqual([]);
        },
      ),
      { numRuns },
    );
  });
});
