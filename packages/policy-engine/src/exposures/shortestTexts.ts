import { Automaton } from './automata';

/** States looked at, beyond which the rest is given up. */
const MAX_STATES = 20_000;

/** What stands for characters that no pattern names; all of them may stand in a segment of a path. */
const UNNAMED = [...'xzqvwkjy1234567890abcdefghilmnoprstu-._~'];
/** The same for characters that path templates do not take. */
const OUTSIDE = [...'[]"<>^`{|}'];

/**
 * Characters of which every other one does the same as one of them: all that are named, the slash, and of
 * the others one that templates take and one that they do not.
 *
 * @param admits - those that can come at all
 */
export function alphabetOf(
  texts: Iterable<string>,
  admits: (character: string) => boolean = () => true,
): string[] {
  const named = new Set(['/']);
  for (const text of texts) for (const each of text) named.add(each);
  const others = [UNNAMED, OUTSIDE].flatMap(
    list => list.find(each => !named.has(each) && admits(each)) ?? [],
  );
  return [...others, ...[...named].filter(admits)];
}

/**
 * A shortest text for every combination of verdicts that some text meets. Texts are read by all automata
 * at once; two that lead all of them to the same states have the same continuations, so that one of them
 * is followed, and none that an automaton takes for lost.
 *
 * @param automata - with the state of each where the text begins
 * @returns `complete` false where there are too many, of states or of texts
 */
export function shortestTexts(
  automata: readonly { automaton: Automaton; start: number }[],
  alphabet: readonly string[],
  maxTexts: number,
): { texts: string[]; complete: boolean } {
  const start = automata.map(each => each.start);
  const queue = [{ states: start, text: '' }];
  const seen = new Set([start.join()]);
  const found = new Map<string, string>();
  let complete = true;
  for (let at = 0; at < queue.length && found.size <= maxTexts; at++) {
    const { states, text } = queue[at];
    const verdict = automata
      .map(({ automaton }, index) => automaton.verdict(states[index]))
      .join('\n');
    if (!found.has(verdict)) found.set(verdict, text);
    for (const character of alphabet) {
      const next = automata.map(({ automaton }, index) =>
        automaton.step(states[index], character),
      );
      if (next.some((state, index) => isLost(automata[index], state))) continue;
      const key = next.join();
      if (seen.has(key)) continue;
      if (seen.size >= MAX_STATES) complete = false;
      else {
        seen.add(key);
        queue.push({ states: next, text: text + character });
      }
    }
  }
  complete &&= found.size <= maxTexts;
  return { texts: [...found.values()], complete };
}

function isLost({ automaton }: { automaton: Automaton }, state: number) {
  return automaton.isLost?.(state) === true;
}

/** The state of an automaton behind a text. */
export function stateBehind(automaton: Automaton, text: string): number {
  let state = 0;
  for (const character of text) state = automaton.step(state, character);
  return state;
}
