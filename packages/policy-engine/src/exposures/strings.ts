import { StringPattern } from '../match/stringPattern';
import {
  closeUnderOverlap,
  exampleOf,
  fillingFor,
  narrowBySuffix,
} from './templates';

/** Words that no configuration is likely to contain; the first one that none contains is used. */
const FILLERS = ['x', 'xq', 'zq7', 'other', 'zz9x', 'q0w8', 'v7kq2'];

/** Values of one dimension, beyond which the analysis says that it gave up. */
const MAX_VALUES = 2000;

export interface StringShape {
  /** What every value starts with: `/` for paths. */
  start: string;
  /** What every value ends with, such as `.example.com` for hosts under a wildcard. */
  end?: string;
}

export interface Representatives {
  values: string[];
  /** False where some combination of patterns may have no value here. */
  complete: boolean;
}

/**
 * Values that together meet every combination of `patterns` that some value meets. For exact,
 * prefix and suffix patterns a value's combination is settled by its longest matching prefix, its
 * longest matching suffix and whether it equals an exact one. Templates are closed under overlap
 * first, then narrowed by every prefix and suffix. Of regular expressions only examples are given:
 * what they match beyond those the caller has to allow for.
 */
export function representatives(
  patterns: readonly StringPattern[],
  shape: StringShape,
): Representatives {
  const { start, end = '' } = shape;
  const filler = chooseFiller(patterns);
  const valuesOf = (kind: StringPattern['kind']) =>
    patterns.flatMap(pattern =>
      pattern.kind === kind && 'value' in pattern ? [pattern.value] : [],
    );
  const heads = valuesOf('prefix').map(head =>
    start.startsWith(head) ? start : head,
  );
  const tails = ['', ...valuesOf('suffix')];
  const templates = closeUnderOverlap([
    ...valuesOf('template'),
    ...heads.map(toTemplate),
  ]);
  const found = new Set<string>([`${start}${end}`, ...valuesOf('exact')]);
  const add = (value: string) => {
    if (value.startsWith(start) && found.size <= MAX_VALUES) found.add(value);
  };
  // Longer fillings, and one with a character that templates never match, leave templates out.
  const fillings =
    valuesOf('template').length > 0
      ? [
          '',
          filler,
          `${filler}/${filler}`,
          `${filler}//${filler}`,
          `${filler}[`,
        ]
      : [filler, ''];
  for (const filling of fillings) {
    for (const head of ['', ...heads]) {
      for (const tail of tails) {
        add(`${head || start}${filling}${tail}${end}`);
      }
    }
  }
  if (valuesOf('template').length > 0) {
    const filling = fillingFor(templates.list, filler);
    for (const template of templates.list) {
      for (const tail of tails) {
        for (const value of narrowBySuffix(template, tail, filling)) add(value);
      }
      add(exampleOf(template, filling, 'short'));
    }
  }
  for (const pattern of patterns) {
    if (pattern.kind !== 'regex') continue;
    for (const example of regexExamples(pattern.source, filler)) add(example);
  }
  return {
    values: [...found].filter(value => value.startsWith(start)),
    complete: found.size <= MAX_VALUES && templates.complete,
  };
}

/** A prefix as a template: its last segment may go on, then anything. */
function toTemplate(prefix: string): string {
  return `${prefix}{…}`;
}

function chooseFiller(patterns: readonly StringPattern[]): string {
  const literals = patterns.map(pattern => {
    if (pattern.kind === 'any') return '';
    return pattern.kind === 'regex' ? pattern.source : pattern.value;
  });
  const free = FILLERS.find(
    word => !literals.some(text => text.includes(word)),
  );
  const longest = Math.max(0, ...literals.map(text => text.length));
  return free ?? 'z'.repeat(longest + 1);
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
  return [plain(''), plain(filler)].flatMap(text => [
    // Groups: first alternative, and left out where optional.
    text.replace(/\(([^()|]*)(\|[^()]*)?\)[?*+]?/g, '$1').replace(/[?+*]/g, ''),
    text
      .replace(/\([^()]*\)[?*]/g, '')
      .replace(/\(([^()|]*)(\|[^()]*)?\)/g, '$1')
      .replace(/.\?/g, ''),
  ]);
}
