import { escapeMarkdown, fence } from './escapeMarkdown';

describe('escapeMarkdown', () => {
  it.each([
    ['<img src=x>', '&lt;img src=x>'],
    ['[click](/evil)', '\\[click\\](/evil)'],
    ['a | b\n# c', 'a \\| b \\# c'],
    ['`x` &amp;', '\\`x\\` &amp;amp;'],
  ])('makes %j plain text', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  it('makes no address a link', () => {
    expect(escapeMarkdown('https://evil.example')).not.toContain('://');
  });

  it('mentions nobody', () => {
    expect(escapeMarkdown('@admins')).not.toMatch(/@a/);
  });
});

describe('fence', () => {
  it('cannot be ended by its content', () => {
    expect(fence('a\n```\nb', 'yaml')).toBe('````yaml\na\n```\nb\n````');
  });
});
