import { compilePathTemplate } from './pathTemplate';

/** Answers of Envoy 1.38 and 1.40. */
describe('path templates', () => {
  it.each([
    ['/{*}', '/x', true],
    ['/{*}', '/', false],
    ['/{*}', '/x/', false],
    ['/{*}', '/a=b', true],
    ['/{*}', '/a*b', true],
    ['/{*}', '/%2F', true],
    ['/{*}', '/a[b', false],
    ['/a/{*}/c', '/a/b/c', true],
    ['/a/{*}/c', '/a//c', false],
    ['/a/{*}/c', '/a/y=z/c', true],
    ['/{**}', '/', true],
    ['/{**}', '/a=b/;,%2F', true],
    ['/d/{**}', '/d/', true],
    ['/d/{**}', '/d', false],
    ['/{**}/c', '/a/b/c', true],
    ['/{**}/c', '//c', true],
    ['/{**}/c', '/c', false],
    ['/a.b/{*}', '/axb/c', false],
    ['/a+b/{*}', '/a+b/c', true],
    ['/{*}/b/{**}', '/a*b/b/x/y///(', true],
  ])('%s, %s: %s', (template, path, expected) => {
    expect(compilePathTemplate(template).test(path)).toBe(expected);
  });
});
