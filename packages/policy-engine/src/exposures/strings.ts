import { StringPattern } from '../match/stringPattern';
import { automataOf, endings } from './automata';
import { alphabetOf, shortestTexts, stateBehind } from './shortestTexts';
import { isIn, Language } from './languages';
import { signatureOf } from './signature';

/** Words that no configuration is likely to contain; the first one that none contains is used. */
const FILLERS = ['x', 'xq', 'zq7', 'other', 'zz9x', 'q0w8', 'v7kq2'];

/** Values of one dimension, beyond which the analysis says that it gave up. */
const MAX_VALUES = 2000;

export interface StringShape {
  /** What every value starts with: `/` for paths. */
  start: string;
  /** What every value ends with, such as `.example.com` for hosts under a wildcard. */
  end?: string;
  /** Which rests can come behind the start; without it all. */
  language?: Language;
}

export interface Representatives {
  values: string[];
  /** False where some combination of patterns may have no value here. */
  complete: boolean;
}

/**
 * Values that together meet every combination of `patterns` that some value meets: first those that a
 * person would try, then a shortest one for every combination that these left out. Of regular
 * expressions only examples are given: what they match beyond those the caller has to allow for. Not all
 * of the former can come; where one cannot, the combination has another value that can, if there is any.
 */
export function representatives(
  patterns: readonly StringPattern[],
  shape: StringShape,
): Representatives {
  const values = usualValues(patterns, shape);
  const plain = patterns.filter(({ kind }) => kind !== 'regex');
  const { start, end = '', language } = shape;
  const canCome = (value: string) =>
    !language || isIn(language, value.slice(start.length));
  const met = new Set(
    [...values].filter(canCome).map(value => signatureOf(plain, value)),
  );
  const { texts, complete } = restsBehind(
    plain,
    [start],
    end,
    language && [language],
  );
  for (const text of texts) {
    const value = `${start}${text}`;
    if (!met.has(signatureOf(plain, value))) values.add(value);
  }
  return {
    values: [...values],
    complete: complete && values.size <= MAX_VALUES,
  };
}

/**
 * Texts that together meet every combination of what patterns say of one behind each of the beginnings;
 * of two beginnings, for what is compared with before and after the first was replaced by the second.
 *
 * @param patterns - without regular expressions
 * @param languages - to tell texts apart by, too: those that can come from those that cannot
 */
export function restsBehind(
  patterns: readonly StringPattern[],
  beginnings: readonly string[],
  end = '',
  languages: readonly Language[] = [],
): { texts: string[]; complete: boolean } {
  const automata = [
    ...automataOf(patterns),
    ...(end === '' ? [] : [endings([end])]),
  ];
  const started = beginnings.flatMap(beginning =>
    automata.map(automaton => ({
      automaton,
      start: stateBehind(automaton, beginning),
    })),
  );
  const literals = patterns.flatMap(pattern =>
    'value' in pattern ? pattern.value : [],
  );
  const alphabet = alphabetOf([...literals, end], character =>
    languages.every(({ admits }) => admits(character)),
  );
  const { texts, complete } = shortestTexts(
    [...started, ...languages],
    alphabet,
    MAX_VALUES,
  );
  return {
    texts: texts.filter(text =>
      beginnings.every(beginning => `${beginning}${text}`.endsWith(end)),
    ),
    complete,
  };
}

/** Values that come to mind: what patterns name, with a word that none of them names in their open places. */
function usualValues(
  patterns: readonly StringPattern[],
  { start, end = '' }: StringShape,
): Set<string> {
  const filler = chooseFiller(patterns);
  const valuesOf = (kind: StringPattern['kind']) =>
    patterns.flatMap(pattern =>
      pattern.kind === kind && 'value' in pattern ? [pattern.value] : [],
    );
  const heads = valuesOf('prefix').map(head =>
    start.startsWith(head) ? start : head,
  );
  const tails = ['', ...valuesOf('suffix')];
  const found = new Set<string>([`${start}${end}`]);
  const add = (value: string) => {
    if (value.startsWith(start) && found.size <= MAX_VALUES) found.add(value);
  };
  valuesOf('exact').forEach(add);
  for (const filling of [filler, '']) {
    for (const head of ['', ...heads]) {
      for (const tail of tails) {
        add(`${head || start}${filling}${tail}${end}`);
      }
    }
  }
  for (const template of valuesOf('template')) {
    for (const rest of ['', filler]) {
      add(template.replaceAll('{**}', rest).replaceAll('{*}', filler));
    }
  }
  for (const pattern of patterns) {
    if (pattern.kind !== 'regex') continue;
    for (const example of regexExamples(pattern.source, filler)) add(example);
  }
  return found;
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
      .replace(/\[\^[^[\]]*\][+*]?/g, filler)
      .replace(/\[([A-Za-z0-9])[^[\]]*\](\{\d+(,\d*)?\}|[+*])?/g, '$1')
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
