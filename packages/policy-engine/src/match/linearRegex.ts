/** As much of RegExp as matching takes. */
export interface TextTest {
  test(value: string): boolean;
}

type Node =
  | { kind: 'one'; admits: (character: string) => boolean }
  | { kind: 'edge'; at: 'start' | 'end' }
  | { kind: 'all' | 'any'; parts: Node[] }
  | { kind: 'repeat'; body: Node; min: number; max: number };

type State =
  | { kind: 'one'; admits: (character: string) => boolean; next: number }
  | { kind: 'edge'; at: 'start' | 'end'; next: number }
  | { kind: 'split'; ways: number[] }
  | { kind: 'whole' };

/** Envoy refuses far smaller ones, as long as its re2.max_program_size stands at 100. */
const MAX_STATES = 2000;
const MAX_DEPTH = 100;
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
 * @returns undefined where it is too large, or has what RE2 does not have either: look-around and
 *   references to groups, or edges of words
 */
export function compileLinear(source: string): TextTest | undefined {
  const root = new Parser([...source]).parse();
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
  node: Node,
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
  { body, min, max }: Extract<Node, { kind: 'repeat' }>,
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

/** Thrown inside the parser alone. */
class Unsupported extends Error {}

class Parser {
  private at = 0;

  constructor(private readonly text: readonly string[]) {}

  parse(): Node | undefined {
    try {
      const node = this.readAny(0);
      return this.at === this.text.length ? node : undefined;
    } catch (error) {
      if (error instanceof Unsupported) return undefined;
      throw error;
    }
  }

  private readAny(depth: number): Node {
    if (depth > MAX_DEPTH) throw new Unsupported();
    const parts = [this.readAll(depth)];
    while (this.take('|')) parts.push(this.readAll(depth));
    return parts.length === 1 ? parts[0] : { kind: 'any', parts };
  }

  private readAll(depth: number): Node {
    const parts: Node[] = [];
    while (this.at < this.text.length && !'|)'.includes(this.text[this.at])) {
      parts.push(this.readRepetition(this.readOne(depth)));
    }
    return { kind: 'all', parts };
  }

  private readRepetition(body: Node): Node {
    const bounds = this.readBounds();
    if (!bounds) return body;
    // Whether as much or as little as possible does not matter for whole texts.
    this.take('?');
    return { kind: 'repeat', body, ...bounds };
  }

  private readBounds(): { min: number; max: number } | undefined {
    if (this.take('*')) return { min: 0, max: Infinity };
    if (this.take('+')) return { min: 1, max: Infinity };
    if (this.take('?')) return { min: 0, max: 1 };
    if (!this.take('{')) return undefined;
    const [, min, comma, max] =
      /^(\d{1,4})(,?)(\d{0,4})$/.exec(this.takeUntil('}')) ?? [];
    if (min === undefined) throw new Unsupported();
    if (!comma) return { min: Number(min), max: Number(min) };
    return { min: Number(min), max: max ? Number(max) : Infinity };
  }

  private readOne(depth: number): Node {
    const start = this.at;
    const character = this.text[this.at++];
    switch (character) {
      case '^':
        return { kind: 'edge', at: 'start' };
      case '$':
        return { kind: 'edge', at: 'end' };
      case '(':
        return this.readGroup(depth);
      case '[':
        while (this.text[this.at] !== ']') {
          this.at += this.text[this.at] === '\\' ? 2 : 1;
        }
        this.at++;
        return this.compare(start);
      case '\\':
        return this.readEscape(start);
      case '.':
        return this.compare(start);
      default:
        return { kind: 'one', admits: given => given === character };
    }
  }

  private readGroup(depth: number): Node {
    if (this.take('?') && !this.take(':')) {
      if (!this.take('<') || '=!'.includes(this.text[this.at])) {
        throw new Unsupported();
      }
      this.takeUntil('>');
    }
    const node = this.readAny(depth + 1);
    if (!this.take(')')) throw new Unsupported();
    return node;
  }

  private readEscape(start: number): Node {
    const character = this.text[this.at++];
    if (/[bBk1-9]/.test(character)) throw new Unsupported();
    if (/[pPu]/.test(character) && this.text[this.at] === '{') {
      this.takeUntil('}');
    } else {
      this.at += { u: 4, x: 2, c: 1 }[character] ?? 0;
    }
    return this.compare(start);
  }

  /** What stands for one character is JavaScript's matter. */
  private compare(start: number): Node {
    const one = new RegExp(
      `^(?:${this.text.slice(start, this.at).join('')})$`,
      'u',
    );
    return { kind: 'one', admits: character => one.test(character) };
  }

  private take(character: string): boolean {
    const isNext = this.text[this.at] === character;
    if (isNext) this.at++;
    return isNext;
  }

  private takeUntil(end: string): string {
    const found = this.text.indexOf(end, this.at);
    if (found < 0) throw new Unsupported();
    const taken = this.text.slice(this.at, found).join('');
    this.at = found + 1;
    return taken;
  }
}
