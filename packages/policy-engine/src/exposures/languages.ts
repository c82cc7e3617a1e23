import { Automaton, Numbers } from './automata';
import { PathNormalization } from '../match/normalizePath';

/** Which texts can come at all, behind what all values of a dimension start with. */
export interface Language {
  /** Its verdict is {@link IN} for texts that can come. */
  automaton: Automaton;
  /** Its state where the texts begin. */
  start: number;
  /** Characters worth trying. */
  admits(character: string): boolean;
}

export const IN = 'in';
const OUT = 'out';

export function isIn({ automaton, start }: Language, text: string): boolean {
  let state = start;
  for (const character of text) state = automaton.step(state, character);
  return automaton.verdict(state) === IN;
}

/** Texts of characters of a kind; empty ones only where `mayBeEmpty`. */
export function wordsOf(
  admits: (character: string) => boolean,
  mayBeEmpty = false,
): Language {
  const [empty, word, lost] = [0, 1, 2];
  return {
    admits,
    start: empty,
    automaton: {
      step: (state, character) =>
        state !== lost && admits(character) ? word : lost,
      verdict: state =>
        state === word || (state === empty && mayBeEmpty) ? IN : OUT,
      isLost: state => state === lost,
    },
  };
}

/** Where in a path the text read so far ends, and what of an escape it ends with. */
interface Place {
  in: 'nothing' | 'root' | 'slash' | 'two slashes' | '.' | '..' | 'segment';
  escape: '' | '%' | `%${string}`;
}

const HEX = /[0-9A-Fa-f]/;
const UNRESERVED = /[A-Za-z0-9\-._~]/;
/** Cut off, or refused, in every mode: see `normalizePath`. */
const NEVER = /[?#\0- \x7f]/; // eslint-disable-line no-control-regex
/** Changed by `canonicalizePath`. */
const CHANGED = /[\\"<>^`{|}]|[^!-~]/u;

/**
 * Paths that a proxy leaves as they are. Policies and routes see no others, so one that is changed stands
 * for the class of what becomes of it. Kept in step with `normalizePath`.
 *
 * @param beginning - what the texts stand behind
 */
export function stablePaths(
  mode: PathNormalization,
  beginning: string,
): Language {
  const places = new Numbers<Place | undefined>();
  const numberOf = (place: Place | undefined) =>
    places.of(place ? `${place.in} ${place.escape}` : '', place);
  const first = numberOf({ in: 'nothing', escape: '' });
  const automaton: Automaton = {
    step: (state, character) => {
      const place = places.values[state];
      return numberOf(place && follow(mode, place, character));
    },
    verdict: state => {
      const place = places.values[state];
      const isOut = !place || /^(nothing|\.\.?)$/.test(place.in);
      return isOut ? OUT : IN;
    },
    isLost: state => places.values[state] === undefined,
  };
  let start = first;
  for (const character of beginning) start = automaton.step(start, character);
  return { automaton, start, admits: () => true };
}

/** Undefined where no text that goes on so is left as it is. */
function follow(
  mode: PathNormalization,
  { in: before, escape }: Place,
  character: string,
): Place | undefined {
  if (NEVER.test(character)) return undefined;
  if (before === 'nothing') {
    return character === '/' ? { in: 'root', escape: '' } : undefined;
  }
  if (mode === 'NONE') return { in: 'segment', escape: '' };
  if (CHANGED.test(character)) return undefined;
  const merges = mode.endsWith('MERGE_SLASHES');
  // Of nothing but slashes Envoy leaves two.
  if (before === 'two slashes') return undefined;
  if (escape !== '' && HEX.test(character)) {
    if (escape === '%') return { in: before, escape: `%${character}` };
    return isKept(mode, `${escape}${character}`)
      ? { in: before, escape: '' }
      : undefined;
  }
  const isDots = before === '.' || before === '..';
  if (character === '/') {
    if (isDots) return undefined;
    if (!merges || before === 'segment') return { in: 'slash', escape: '' };
    return before === 'root' ? { in: 'two slashes', escape: '' } : undefined;
  }
  // Envoy from 1.40 on takes parameters of dot segments away.
  if (isDots && character === ';') return undefined;
  const isDot = character === '.' && /^(root|slash|\.)$/.test(before);
  if (isDot) return { in: before === '.' ? '..' : '.', escape: '' };
  return { in: 'segment', escape: character === '%' ? '%' : '' };
}

function isKept(mode: PathNormalization, escape: string): boolean {
  const code = parseInt(escape.slice(1), 16);
  if (code === 0 || UNRESERVED.test(String.fromCharCode(code))) return false;
  return mode !== 'DECODE_AND_MERGE_SLASHES' || !/%(2f|5c)/i.test(escape);
}
