/**
 * Finds the line of a path in the usual layout of YAML: one key or item a line, in block style. Where
 * the layout is another, the answer is undefined and a parser has to look.
 *
 * @param lines - of the text
 * @param path - such as `spec.rules[0].from[0].source`
 * @returns the line in the text, from 1
 */
export function findLine(
  lines: readonly string[],
  path: string,
): number | undefined {
  let range: Range = { from: 0, to: lines.length, indent: 0 };
  let rest = path;
  let found: number | undefined;
  while (rest !== '') {
    const item = /^\[(\d+)\]\.?/.exec(rest);
    const step = item
      ? findItem(lines, range, Number(item[1]))
      : findKey(lines, range, rest);
    if (!step) return undefined;
    found = step.line;
    rest = item ? rest.slice(item[0].length) : step.rest;
    range = step.range;
  }
  return found === undefined ? undefined : found + 1;
}

/** Lines from `from` to before `to`, with what stands at `indent` in them. */
interface Range {
  from: number;
  to: number;
  indent: number;
  /** In the first line, content begins behind `- `, at the indent. */
  inItem?: boolean;
}

interface Step {
  line: number;
  range: Range;
  rest: string;
}

const PLAIN_KEY = /^([\w./-]+):(?:$|[ \r])/;

function findKey(
  lines: readonly string[],
  { from, to, indent, inItem }: Range,
  path: string,
): Step | undefined {
  let best: Step | undefined;
  for (let at = from; at < to; at++) {
    const start = inItem && at === from ? indent : indentOf(lines[at]);
    if (start !== indent) continue;
    const key = PLAIN_KEY.exec(lines[at].slice(indent))?.[1];
    if (key === undefined || !path.startsWith(key)) continue;
    const after = path.slice(key.length);
    if (after !== '' && after[0] !== '.' && after[0] !== '[') continue;
    // Keys may hold dots, as labels do: the longest one that fits is the one meant.
    if (best && best.rest.length <= after.length) continue;
    const end = endOf(lines, at + 1, to, indent);
    best = {
      line: at,
      rest: after.replace(/^\./, ''),
      range: { from: at + 1, to: end, indent: firstIndent(lines, at + 1, end) },
    };
  }
  return best;
}

function findItem(
  lines: readonly string[],
  { from, to, indent }: Range,
  index: number,
): Step | undefined {
  let count = -1;
  for (let at = from; at < to; at++) {
    const line = lines[at];
    if (indentOf(line) !== indent) continue;
    if (!line.startsWith('- ', indent)) {
      if (isBlank(line)) continue;
      return undefined;
    }
    count += 1;
    if (count < index) continue;
    const inner = indent + 2 + indentOf(line.slice(indent + 2));
    const end = endOf(lines, at + 1, to, indent + 1);
    return {
      line: at,
      rest: '',
      range: { from: at, to: end, indent: inner, inItem: true },
    };
  }
  return undefined;
}

/** Where what belongs to a line at `indent` ends. Items may stand as far left as their key. */
function endOf(
  lines: readonly string[],
  from: number,
  to: number,
  indent: number,
): number {
  for (let at = from; at < to; at++) {
    const start = indentOf(lines[at]);
    if (isBlank(lines[at]) || start > indent) continue;
    if (start < indent || !lines[at].startsWith('- ', indent)) return at;
  }
  return to;
}

function firstIndent(lines: readonly string[], from: number, to: number) {
  for (let at = from; at < to; at++) {
    if (!isBlank(lines[at])) return indentOf(lines[at]);
  }
  return -1;
}

function indentOf(line: string): number {
  let at = 0;
  while (line.charCodeAt(at) === 0x20) at += 1;
  return at;
}

function isBlank(line: string): boolean {
  return /^\s*(#|$)/.test(line);
}
