import { StringPattern } from '../match/stringPattern';

/** Words that no configuration is likely to contain; the first one that none contains is used. */
const FILLERS = ['x', 'xq', 'zq7', 'other', 'zz9x', 'q0w8', 'v7kq2'];

export interface StringShape {
  /** What every value starts with: `/` for paths. */
  start: string;
  /** What every value ends with, such as `.example.com` for hosts under a wildcard. */
  end?: string;
}

/**
 * Values that together meet every combination of `patterns` that some value meets: for exact,
 * prefix and suffix patterns a value's combination is settled by its longest matching prefix, its
 * longest matching suffix and whether it equals an exact one. Templates and regular expressions get
 * examples, also where two templates overlap.
 */
export function representatives(
  patterns: readonly StringPattern[],
  shape: StringShape,
): string[] {
  const { start, end = '' } = shape;
  const literals = patterns.map(literalOf);
  const filler =
    FILLERS.find(word => !literals.some(text => text.includes(word))) ??
    longFiller(literals);
  const values = (kind: 'exact' | 'prefix' | 'suffix') =>
    patterns.flatMap(pattern => (pattern.kind === kind ? [pattern.value] : []));
  const templates = patterns.flatMap(pattern =>
    pattern.kind === 'template' ? [pattern.value] : [],
  );
  const heads = [
    ...values('prefix'),
    ...templates.map(template => template.split('{')[0]),
  ].map(head => (head.startsWith(start) ? head : `${start}${head}`));
  const tails = ['', ...values('suffix')];
  const found = new Set<string>([`${start}${end}`]);
  for (const head of ['', ...heads]) {
    for (const tail of tails) {
      found.add(`${head || start}${filler}${tail}${end}`);
      if (found.size > MAX_CANDIDATES) return [...found];
    }
    if (head) found.add(`${head}${end}`);
  }
  for (const exact of values('exact')) found.add(exact);
  for (const template of templates) {
    for (const example of templateExamples(template, templates, filler)) {
      found.add(example);
      for (const tail of values('suffix')) found.add(`${example}${tail}`);
    }
  }
  for (const pattern of patterns) {
    if (pattern.kind === 'regex') {
      for (const example of regexExamples(pattern.source, filler))
        found.add(example);
    }
  }
  return [...found].filter(value => value.startsWith(start));
}

/** Candidates of one dimension, beyond which the analysis says that it gave up. */
export const MAX_CANDIDATES = 2000;

function literalOf(pattern: StringPattern): string {
  if (pattern.kind === 'any') return '';
  return pattern.kind === 'regex' ? pattern.source : pattern.value;
}

function longFiller(literals: readonly string[]): string {
  const longest = Math.max(0, ...literals.map(text => text.length));
  return 'z'.repeat(longest + 1);
}

function templateExamples(
  template: string,
  all: readonly string[],
  filler: string,
): string[] {
  const fill = (text: string) =>
    text.replaceAll('{**}', `${filler}/${filler}`).replaceAll('{*}', filler);
  const examples = [
    fill(template),
    template.replaceAll('{**}', '').replaceAll('{*}', filler),
  ];
  for (const other of all) {
    const merged = overlap(template.split('/'), other.split('/'));
    if (merged) examples.push(fill(merged.join('/')));
  }
  return examples;
}

/** The narrowest template inside both, segment by segment. */
function overlap(a: string[], b: string[]): string[] | undefined {
  const result: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] === '{**}') return [...result, ...b.slice(i)];
    if (b[i] === '{**}') return [...result, ...a.slice(i)];
    if (a[i] === undefined || b[i] === undefined) return undefined;
    if (a[i] !== '{*}' && b[i] !== '{*}' && a[i] !== b[i]) return undefined;
    result.push(a[i] === '{*}' ? b[i] : a[i]);
  }
  return result;
}

/** A few strings that simple regular expressions match; the caller checks whether they do. */
function regexExamples(source: string, filler: string): string[] {
  const plain = (dots: string) =>
    source
      .replace(/^\^|\$$/g, '')
      .replace(/\(\?:/g, '(')
      .replace(/\\d[+*]?/g, '1')
      .replace(/\\w[+*]?/g, filler)
      .replace(/\[\^[^\]]*\][+*]?/g, filler)
      .replace(/\[([A-Za-z0-9])[^\]]*\](\{\d+(,\d*)?\}|[+*])?/g, '$1')
      .replace(/\.\+/g, filler)
      .replace(/\.\*/g, dots)
      .replace(/\\([./\-_~+?*()])/g, '$1');
  const variants = [plain(''), plain(filler)];
  return variants.flatMap(text => [
    // Groups: first alternative, and left out where optional.
    text.replace(/\(([^()|]*)(\|[^()]*)?\)[?*+]?/g, '$1').replace(/[?+*]/g, ''),
    text
      .replace(/\([^()]*\)[?*]/g, '')
      .replace(/\(([^()|]*)(\|[^()]*)?\)/g, '$1')
      .replace(/.\?/g, ''),
  ]);
}
