import {
  Automaton,
  beginnings,
  endings,
  literal,
  Part,
  sequence,
} from './automata';
import { Patterns } from './patterns';
import { alphabetOf, shortestTexts, stateBehind } from './shortestTexts';

/** Identities looked for in one trust domain. */
const MAX_TEXTS = 2000;

/** Kubernetes' names, but for their length (RFC 1123 subdomains). */
const NAME = '[a-z0-9]([a-z0-9.-]*[a-z0-9])?';
const isInName = (character: string) => /^[a-z0-9.-]$/.test(character);
const isAtEdge = (character: string) => /^[a-z0-9]$/.test(character);

/**
 * SPIFFE identities of a trust domain, without `spiffe://`, that together meet every combination of the
 * caller patterns that some workload's identity meets.
 */
export function identitiesMeeting(
  callers: Patterns['callers'],
  domain: string,
): { identities: string[]; complete: boolean } {
  const start = `${domain}/ns/`;
  const automata = [...automataOf(callers, start), ...shapesOf(start)];
  const { texts, complete } = shortestTexts(
    automata.map(automaton => ({
      automaton,
      start: stateBehind(automaton, start),
    })),
    alphabetOf([...callers.map(({ text }) => text), '/ns/', '/sa/']),
    MAX_TEXTS,
  );
  const shape = new RegExp(`^${NAME}/sa/${NAME}$`);
  return {
    identities: texts
      .filter(text => shape.test(text))
      .map(text => `${start}${text}`),
    complete,
  };
}

function automataOf(callers: Patterns['callers'], start: string): Automaton[] {
  const exact: string[] = [];
  const heads: string[] = [];
  const tails: string[] = [];
  const others: Automaton[] = [];
  for (const matcher of callers) {
    if (matcher.on === 'service-account') {
      exact.push(`${start}${matcher.namespace}/sa/${matcher.account}`);
    } else if (matcher.on === 'principal') {
      const { principal } = matcher;
      if (principal.startsWith('*')) tails.push(principal.slice(1));
      else if (principal.endsWith('*')) heads.push(principal.slice(0, -1));
      else exact.push(principal);
    } else if (matcher.on === 'namespace') {
      if (isPlain(matcher)) heads.push(`${start}${matcher.namespace}/`);
      else others.push(sequence(globParts(`*/ns/${matcher.namespace}/*`)));
    }
  }
  return [beginnings(exact, heads), endings(tails), ...others];
}

/**
 * Whether a pattern is for one identity, or one namespace. Istio looks for a namespace anywhere in the
 * identity, where `/ns/sa/` also stands for Namespace `ns`.
 */
export function isPlain(matcher: Patterns['callers'][number]): boolean {
  if (matcher.text === '*') return true;
  return (
    !matcher.text.includes('*') &&
    !(matcher.on === 'namespace' && matcher.namespace === 'sa')
  );
}

function globParts(glob: string): Part[] {
  const anything: Part = { kind: 'many', admits: () => true };
  return glob
    .split('*')
    .flatMap((text, index) => [
      ...(index > 0 ? [anything] : []),
      ...literal(text),
    ]);
}

/** Two automata that both see a whole text where it is an identity: one looks where names begin, one where they end. */
function shapesOf(start: string): Automaton[] {
  const inside: Part = { kind: 'many', admits: isInName };
  const edge: Part = { kind: 'one', admits: isAtEdge };
  return [
    [edge, inside],
    [inside, edge],
  ].map(name =>
    sequence([...literal(start), ...name, ...literal('/sa/'), ...name]),
  );
}
