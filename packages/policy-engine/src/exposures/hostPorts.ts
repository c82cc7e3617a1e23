import { StringPattern } from '../match/stringPattern';
import { wordsOf } from './languages';
import { Patterns } from './patterns';
import { representatives } from './strings';

/** Envoy takes what stands behind the colon for a port whatever it is, so that it may also end as a host does. */
const PORTS = wordsOf(
  character => /^[\w\-.~!$&'()*+,;=]$/.test(character),
  true,
);

/** Of ports that no pattern names, those that look like some. */
const USUAL = ['1', '8443'];

/**
 * Ports behind a name that policies and routes tell apart: its own, any other one, and those that they name, as
 * a whole, by their beginning or by their end.
 */
export function portsOf(
  name: string,
  own: number,
  { host, authority }: Patterns,
): { values: string[]; complete: boolean } {
  const patterns = [
    ...host.flatMap(pattern => behind(`${name.toLowerCase()}:`, pattern)),
    ...authority.flatMap(pattern => behind(`${name}:`, pattern)),
  ];
  const usual = [String(own), ...USUAL];
  if (patterns.length === 0) return { values: usual, complete: true };
  const shape = { start: '', language: PORTS };
  const { values, complete } = representatives(patterns, shape);
  return {
    values: [...usual, ...values.filter(value => !value.includes(':'))],
    complete,
  };
}

/** What a pattern of hosts says of what stands behind a beginning; nothing where it is the same for all. */
function behind(head: string, pattern: StringPattern): StringPattern[] {
  const isHead = pattern.kind === 'exact' || pattern.kind === 'prefix';
  if (isHead && pattern.value.startsWith(head)) {
    return [{ kind: pattern.kind, value: pattern.value.slice(head.length) }];
  }
  if (pattern.kind !== 'suffix') return [];
  const colon = pattern.value.lastIndexOf(':') + 1;
  if (colon === 0) return [pattern];
  return head.endsWith(pattern.value.slice(0, colon))
    ? [{ kind: 'exact', value: pattern.value.slice(colon) }]
    : [];
}
