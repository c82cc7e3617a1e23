/**
 * Text that came out of a cluster or a catalog, as text: it makes no link, no mention, no HTML and
 * no new line.
 */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replace(/[\r\n]+/g, ' ')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/[\\`*_[\]|~#!]/g, '\\$&')
      // A zero-width space ends what hosts would take for a mention or an address.
      .replace(/@(?=\w)/g, '@\u200b')
      .replace(/:\/\//g, ':\u200b//')
  );
}

/** A block that its content cannot end. */
export function fence(text: string, language: string): string {
  const longest = Math.max(
    2,
    ...[...text.matchAll(/`+/g)].map(([run]) => run.length),
  );
  const mark = '`'.repeat(longest + 1);
  return `${mark}${language}\n${text.replace(/\n?$/, '\n')}${mark}`;
}
