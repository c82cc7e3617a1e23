import fc from 'fast-check';
import {
  parseHostPattern,
  parsePathPattern,
  StringPattern,
} from '../match/stringPattern';
import { representatives, restsBehind } from './strings';
import { signatureOf } from './signature';

const numRuns = Number(process.env.PROPERTY_RUNS ?? 300);

function uncovered(
  patterns: StringPattern[],
  start: string,
  values: string[],
): string[] {
  const { values: known, complete } = representatives(patterns, { start });
  const signatures = new Set(known.map(value => signatureOf(patterns, value)));
  const missing = values.filter(
    value => !signatures.has(signatureOf(patterns, value)),
  );
  return complete ? missing : ['(not complete)'];
}

const segment = fc.constantFrom('a', 'b', 'ab', 'c', 'a.html');
const path = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom('', '/'))
  .map(([segments, end]) => `/${segments.join('/')}${end}`);
const pathPattern = fc.oneof(
  path,
  path.map(text => `${text}*`),
  fc.constantFrom('*', '*.html', '*/a', '*b', '*/b/', '*/c/a'),
  fc
    .array(fc.oneof(segment, fc.constant('{*}')), {
      minLength: 1,
      maxLength: 3,
    })
    .map(segments => `/${segments.join('/')}`),
  fc
    .array(fc.oneof(segment, fc.constant('{*}')), { maxLength: 2 })
    .map(segments => `/${[...segments, '{**}'].join('/')}`),
);

describe('representatives', () => {
  it('meet every combination of path patterns that some path meets', () => {
    fc.assert(
      fc.property(
        fc.array(pathPattern, { maxLength: 5 }),
        fc.array(path, { minLength: 30, maxLength: 30 }),
        (texts, paths) => {
          expect(uncovered(texts.map(parsePathPattern), '/', paths)).toEqual(
            [],
          );
        },
      ),
      { numRuns },
    );
  });

  it('meet every combination of what is compared before and after a rewrite', () => {
    const head = fc.constantFrom('/', '/a', '/a/', '/b/ab');
    fc.assert(
      fc.property(
        fc.array(pathPattern, { maxLength: 5 }),
        head,
        head,
        fc.array(path, { minLength: 30, maxLength: 30 }),
        (texts, from, to, rests) => {
          const patterns = texts.map(parsePathPattern);
          const both = (rest: string) =>
            [from, to]
              .map(start => signatureOf(patterns, `${start}${rest}`))
              .join(' ');
          const found = restsBehind(patterns, [from, to]);
          expect(found.complete).toBe(true);
          const met = new Set(found.texts.map(both));
          expect(rests.filter(rest => !met.has(both(rest)))).toEqual([]);
        },
      ),
      { numRuns },
    );
  });

  it('tell a rest of one segment from templates of as many', () => {
    const texts = ['/a/{**}', '/a/', '/{*}/{*}/{*}'];
    expect(uncovered(texts.map(parsePathPattern), '/', ['/a/b'])).toEqual([]);
  });

  it('meet every combination of host patterns that some host meets', () => {
    const label = fc.constantFrom('a', 'b', 'ab');
    const host = fc
      .tuple(
        fc.array(label, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', ':80', ':1'),
      )
      .map(([labels, port]) => `${labels.join('.')}${port}`);
    const pattern = fc.oneof(
      host,
      host.map(text => `*.${text}`),
      host.map(text => `${text}:*`),
      host.map(text => `${text}*`),
      fc.constant('*'),
    );
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 5 }),
        fc.array(host, { minLength: 30, maxLength: 30 }),
        (texts, hosts) => {
          expect(uncovered(texts.map(parseHostPattern), '', hosts)).toEqual([]);
        },
      ),
      { numRuns },
    );
  });

  it('say of a pattern beyond all measure that they are not complete', () => {
    const long = parsePathPattern(`/${'a'.repeat(100_000)}*`);
    const { values, complete } = representatives([long], { start: '/' });
    expect(complete).toBe(false);
    expect(values.some(value => value.length > 100_000)).toBe(true);
  });

  it('say so where they are not complete', () => {
    const many = Array.from({ length: 60 }, (_, i) => [
      `/p${i}*`,
      `*s${i}`,
    ]).flat();
    expect(
      representatives(many.map(parsePathPattern), { start: '/' }).complete,
    ).toBe(false);
  });
});
