import fc from 'fast-check';
import { compileLinear } from './linearRegex';

const ONES = [
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\.',
  '[\\]a]',
  '\\x61',
  '\\u0061',
  '^',
  '$',
];
const ENDS = ['', '', '', '*', '+', '?', '*?', '{2}', '{1,}', '{0,2}'];

const pattern = fc.letrec<{ whole: string }>(tie => ({
  whole: fc
    .array(
      fc
        .tuple(
          fc.oneof(
            { depthSize: 'small' },
            fc.constantFrom(...ONES),
            fc
              .tuple(
                fc.constantFrom('(', '(?:', '(?<n>'),
                tie('whole'),
                tie('whole'),
              )
              .map(([open, a, b]) => `${open}${a}|${b})`),
          ),
          fc.constantFrom(...ENDS),
        )
        .map(([one, end]) => ('^$'.includes(one) ? one : one + end)),
      { maxLength: 4 },
    )
    .map(parts => parts.join('')),
})).whole;

const text = fc
  .array(fc.constantFrom('a', 'b', '.', '1', ']', '\n', '😀'), { maxLength: 8 })
  .map(characters => characters.join(''));

describe('compileLinear', () => {
  it('matches what RegExp matches', () => {
    fc.assert(
      fc.property(
        pattern,
        fc.array(text, { minLength: 5 }),
        (source, texts) => {
          let regex: RegExp;
          try {
            regex = new RegExp(`^(?:${source})$`, 'u');
          } catch {
            return;
          }
          const linear = compileLinear(source)!;
          for (const each of texts) {
            expect([source, each, linear.test(each)]).toEqual([
              source,
              each,
              regex.test(each),
            ]);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each(['(a|a)*b', '(a+)+b', '(a?){30}a{30}b', '.*.*.*.*.*b'])(
    'tells soon that %s does not match',
    source => {
      const startedAt = performance.now();
      expect(compileLinear(source)!.test('a'.repeat(2000))).toBe(false);
      expect(performance.now() - startedAt).toBeLessThan(4000);
    },
  );

  it.each(['a(?=b)', '(?<!a)b', '(a)\\1', '\\ba', '((a{1000}){1000}){1000}'])(
    'leaves %s alone',
    source => {
      expect(compileLinear(source)).toBeUndefined();
    },
  );
});
