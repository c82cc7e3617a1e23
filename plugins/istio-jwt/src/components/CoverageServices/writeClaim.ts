/** Annotations as lines of a `catalog-info.yaml`. Values are quoted as JSON, which YAML reads too. */
export function writeClaim(annotations: Record<string, string>): string {
  return [
    'metadata:',
    '  annotations:',
    ...Object.entries(annotations).map(
      ([name, value]) => `    ${name}: ${quoteWhereNeeded(value)}`,
    ),
  ].join('\n');
}

/** Plain scalars that YAML 1.1 and 1.2 read as the same text. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_./=-]*$/;
const NOT_TEXT = /^(true|false|yes|no|on|off|y|n|null)$/i;

function quoteWhereNeeded(value: string): string {
  return PLAIN.test(value) && !NOT_TEXT.test(value)
    ? value
    : JSON.stringify(value);
}
