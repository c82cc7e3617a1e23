import { matchesPattern, regexPattern } from './stringPattern';

const matches = (source: string, value: string) =>
  matchesPattern(regexPattern(source), value);

describe('a regular expression as RE2 reads it', () => {
  it.each([
    ['/a.*', '/ab', true],
    ['/a', '/ab', false],
    ['(?i)/A', '/a', true],
    ['/\\ba\\b', '/a', true],
    ['/[[:alpha:]]+', '/ab', true],
    ['/\\pL', '/ä', true],
    ['/a.b', '/a\nb', false],
    ['/a$', '/a\n', false],
  ])('%s of %j: %s', (source, value, expected) => {
    expect(matches(source, value)).toBe(expected);
  });

  it.each(['a(?=b)', '(?<!a)b', '(a)\\1', '(', 'a{1001}'])(
    'matches nothing where RE2 does not take it: %s',
    source => {
      expect(matches(source, 'ab')).toBe(false);
      expect(matches(source, 'b')).toBe(false);
    },
  );

  it.each(['(a|a)*b', '(a+)+b', '(a?){30}a{30}b', '.*.*.*.*.*b'])(
    'does not go back over a text: %s',
    source => {
      // JavaScript's engine would not end.
      expect(matches(source, 'a'.repeat(2000))).toBe(false);
    },
  );
});
