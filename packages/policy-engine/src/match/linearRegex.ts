import { parseRegex, RegexNode } from './parseRegex';

/** As much of RegExp as matching takes. */
export interface TextTest {
  test(value: string): boolean;
}

type State =
  | { kind: 'one'; admits: (character: string) => boolean; next: number }
  | { kind: 'edge'; at: 'start' | 'end'; next: number }
  | { kind: 'split'; ways: number[] }
  | { kind: 'whole' };

/** Envoy refuses far smaller ones, as long as its re2.max_program_size stands at 100. */
const MAX_STATES = 2000;
/** So many alternatives, and one repetition, are tried quickly by any engine. */
const MAX_ALTERNATIVES = 8;

/**
 * Whether JavaScript's engine could take long for a pattern that it has compiled: it goes back and
 * tries again, where RE2, which Envoy has, reads a text once. Rather says yes too often.
 */
export function mayBacktrack(source: string): boolean {
  const outside = source.replace(/\\./gsu, 'x').replace(/\[[^\]]*\]/g, 'x');
  const repetitions = outside.match(/[*+?{]/g)?.length ?? 0;
  const alternatives = outside.match(/\|/g)?.length ?? 0;
  return (
    repetitions > 1 ||
    alternatives > MAX_ALTERNATIVES ||
    /\)[*+{]/.test(outside)
  );
}

/**
 * Matches whole texts against a pattern in proportion to the length of both, by following all ways
 * through it at once (https://swtch.com/~rsc/regexp/regexp1.html).
 *
 * @param source - that RegExp with the flag `u` takes
 * @returns undefined where it is too large, or has look-around and references to groups, which RE2 does
 *   not have either, or edges of words, which it has
 */
export function compileLinear(source: string): TextTest | undefined {
  const root = parseRegex(source);
  if (!root) return undefined;
  const states: State[] = [{ kind: 'whole' }];
  const start = addStates(states, root, 0);
  return start === undefined
    ? undefined
    : { test: value => follows(states, start, [...value]) };
}

/** @returns the state to enter by; undefined where there would be too many */
function addStates(
  states: State[],
  node: RegexNode,
  next: number,
): number | undefined {
  if (states.length > MAX_STATES) return undefined;
  switch (node.kind) {
    case 'one':
    case 'edge':
      return states.push({ ...node, next }) - 1;
    case 'all':
      return node.parts.reduceRight<number | undefined>(
        (entry, part) =>
          entry === undefined ? undefined : addStates(states, part, entry),
        next,
      );
    case 'any': {
      const ways = node.parts.map(part => addStates(states, part, next));
      return ways.every(way => way !== undefined)
        ? states.push({ kind: 'split', ways: ways as number[] }) - 1
        : undefined;
    }
    default:
      return addRepetition(states, node, next);
  }
}

function addRepetition(
  states: State[],
  { body, min, max }: Extract<RegexNode, { kind: 'repeat' }>,
  next: number,
): number | undefined {
  let entry: number | undefined = next;
  if (max === Infinity) {
    const split = { kind: 'split' as const, ways: [next] };
    entry = states.push(split) - 1;
    const again = addStates(states, body, entry);
    if (again === undefined) return undefined;
    split.ways.push(again);
  } else {
    for (let count = min; count < max && entry !== undefined; count++) {
      const once = addStates(states, body, entry);
      if (once === undefined) return undefined;
      entry = states.push({ kind: 'split', ways: [once, next] }) - 1;
    }
  }
  for (let count = 0; count < min && entry !== undefined; count++) {
    entry = addStates(states, body, entry);
  }
  return entry;
}

function follows(
  states: readonly State[],
  start: number,
  characters: readonly string[],
): boolean {
  let current = [start];
  for (let place = 0; ; place++) {
    const reached = new Set<number>();
    const open = [...current];
    while (open.length > 0) {
      const number = open.pop()!;
      if (reached.has(number)) continue;
      reached.add(number);
      const state = states[number];
      if (state.kind === 'split') open.push(...state.ways);
      if (
        state.kind === 'edge' &&
        place === (state.at === 'start' ? 0 : characters.length)
      ) {
        open.push(state.next);
      }
    }
    if (place === characters.length) return reached.has(0);
    const next = new Set<number>();
    for (const number of reached) {
      const state = states[number];
      if (state.kind === 'one' && state.admits(characters[place])) {
        next.add(state.next);
      }
    }
    if (next.size === 0) return false;
    current = [...next];
  }
}
