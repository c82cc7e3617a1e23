import { isSegmentCharacter } from '../match/pathTemplate';
import { StringPattern } from '../match/stringPattern';

/** Reads a text one character after the other, from state 0 on. */
export interface Automaton {
  step(state: number, character: string): number;
  /** Of the text read so far: the same for texts that the automaton does not tell apart. */
  verdict(state: number): string;
  /** Whether texts that go on from here stand for nothing. */
  isLost?(state: number): boolean;
}

/** Numbers for keys, in the order in which they come. */
export class Numbers<T> {
  readonly values: T[] = [];
  private readonly known = new Map<string, number>();

  of(key: string, value: T): number {
    let number = this.known.get(key);
    if (number === undefined) {
      number = this.values.push(value) - 1;
      this.known.set(key, number);
    }
    return number;
  }
}

/** One part of a pattern: a character, or any number of characters of a kind. */
export type Part =
  | { kind: 'character'; character: string }
  | { kind: 'one' | 'many'; admits: (character: string) => boolean };

export function literal(text: string): Part[] {
  return [...text].map(character => ({ kind: 'character', character }));
}

/** At least one character of a kind. */
export function some(admits: (character: string) => boolean): Part[] {
  return [
    { kind: 'one', admits },
    { kind: 'many', admits },
  ];
}

/** Whether a whole text is made of parts, one behind the other. */
export function sequence(parts: readonly Part[]): Automaton {
  /** Places in `parts` at which the text read so far may stand. */
  const places = new Numbers<readonly number[]>();
  const numberOf = (found: Iterable<number>) => {
    const all = new Set<number>();
    for (let place of found) {
      all.add(place);
      while (parts[place]?.kind === 'many') all.add(++place);
    }
    const sorted = [...all].sort((a, b) => a - b);
    return places.of(sorted.join(), sorted);
  };
  numberOf([0]);
  return {
    step: (state, character) => {
      const next: number[] = [];
      for (const place of places.values[state]) {
        const part = parts[place];
        if (part === undefined) continue;
        if (part.kind === 'character') {
          if (part.character === character) next.push(place + 1);
        } else if (part.admits(character)) {
          next.push(part.kind === 'many' ? place : place + 1);
        }
      }
      return numberOf(next);
    },
    verdict: state =>
      places.values[state].includes(parts.length) ? 'whole' : '',
  };
}

/** Istio's path templates: see `compilePathTemplate`. */
export function template(text: string): Automaton {
  const parts = text.split(/(\{\*\*\}|\{\*\})/).flatMap(part => {
    if (part === '{*}') return some(isSegmentCharacter);
    if (part !== '{**}') return literal(part);
    const admits = (character: string) =>
      character === '/' || isSegmentCharacter(character);
    return [{ kind: 'many' as const, admits }];
  });
  return sequence(parts);
}

interface Node {
  next: Map<string, Node>;
  number: number;
  /** Words that end here. */
  words: string[];
}

/** Words as a tree of their characters. Characters are code points, as in `for … of`. */
function plant(words: Iterable<string>): Node[] {
  const nodes: Node[] = [{ next: new Map(), number: 0, words: [] }];
  for (const word of words) {
    let node = nodes[0];
    for (const character of word) {
      let next = node.next.get(character);
      if (!next) {
        next = { next: new Map(), number: nodes.length, words: [] };
        nodes.push(next);
        node.next.set(character, next);
      }
      node = next;
    }
    node.words.push(word);
  }
  return nodes;
}

/** Which of the texts a text is, and which of the heads it begins with. */
export function beginnings(
  exact: readonly string[],
  heads: readonly string[],
): Automaton {
  const texts = new Set(exact);
  const starts = new Set(heads);
  const nodes = plant([...texts, ...starts]);
  const isStart = (word: string) => starts.has(word);
  /** Heads that were met up to each node; a node stands behind the one that leads to it. */
  const met: string[][] = [nodes[0].words.filter(isStart)];
  for (const { next, number } of nodes) {
    for (const each of next.values()) {
      met[each.number] = met[number].concat(each.words.filter(isStart));
    }
  }
  const begun = met.map(found => JSON.stringify(found));
  /** Past the tree nothing but the heads that were met counts. */
  const left = new Numbers<string>();
  return {
    step: (state, character) => {
      if (state >= nodes.length) return state;
      const next = nodes[state].next.get(character);
      if (next) return next.number;
      return nodes.length + left.of(begun[state], begun[state]);
    },
    verdict: state => {
      if (state >= nodes.length) return left.values[state - nodes.length];
      const is = nodes[state].words.find(word => texts.has(word));
      return is === undefined
        ? begun[state]
        : `${begun[state]} is ${JSON.stringify(is)}`;
    },
  };
}

/** Which of the tails a text ends with (the automaton of Aho and Corasick). */
export function endings(tails: readonly string[]): Automaton {
  const nodes = plant(new Set(tails));
  /** Of each node the one of the longest tail's beginning that its text ends with. */
  const fallback: Node[] = [nodes[0]];
  const ended: string[][] = [nodes[0].words];
  const follow = (node: Node, character: string): Node => {
    for (let at = node; ; at = fallback[at.number]) {
      const next = at.next.get(character);
      if (next) return next;
      if (at === nodes[0]) return at;
    }
  };
  const queue = [nodes[0]];
  for (let node = queue.shift(); node; node = queue.shift()) {
    for (const [character, next] of node.next) {
      const to =
        node === nodes[0] ? node : follow(fallback[node.number], character);
      fallback[next.number] = to;
      ended[next.number] = [...next.words, ...ended[to.number]];
      queue.push(next);
    }
  }
  return {
    step: (state, character) => follow(nodes[state], character).number,
    verdict: state => JSON.stringify(ended[state]),
  };
}

/** Whether a text is empty. */
const emptiness: Automaton = {
  step: () => 1,
  verdict: state => (state === 0 ? 'empty' : ''),
};

/** Automata that together tell apart what patterns do, but for regular expressions. */
export function automataOf(patterns: readonly StringPattern[]): Automaton[] {
  const valuesOf = (kind: StringPattern['kind']) =>
    patterns.flatMap(pattern =>
      pattern.kind === kind && 'value' in pattern ? [pattern.value] : [],
    );
  const [exact, heads, tails] = (['exact', 'prefix', 'suffix'] as const).map(
    valuesOf,
  );
  return [
    ...(exact.length + heads.length > 0 ? [beginnings(exact, heads)] : []),
    ...(tails.length > 0 ? [endings(tails)] : []),
    ...[...new Set(valuesOf('template'))].map(template),
    ...(patterns.some(pattern => pattern.kind === 'any') ? [emptiness] : []),
  ];
}
