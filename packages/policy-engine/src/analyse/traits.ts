import {
  CompiledRule,
  Matcher,
  Program,
  RBAC_FILTERS,
} from '../compile/program';
import { allRules } from '../compile/ruleSet';

/** What a rule compares, as a set of bits: a detector is asked only where its subject is there. */
export type Traits = number;

const BITS: Record<Matcher['on'], Traits> = {
  path: 1,
  method: 1 << 1,
  host: 1 << 2,
  sni: 1 << 3,
  principal: 1 << 4,
  namespace: 1 << 5,
  'service-account': 1 << 6,
  'trust-domain': 1 << 7,
  'source-ip': 1 << 8,
  'remote-ip': 1 << 9,
  'destination-ip': 1 << 10,
  'request-principal': 1 << 11,
  claim: 1 << 12,
  header: 1 << 13,
  port: 1 << 14,
  unsupported: 1 << 15,
};
const MALFORMED = 1 << 16;

export function traitsOf(kinds: readonly Matcher['on'][]): Traits {
  return kinds.reduce((bits, kind) => bits | BITS[kind], 0);
}

/** All of a value's matchers compare the same thing, so the first tells. */
export function traitsOfRule(rule: CompiledRule): Traits {
  let bits = rule.malformed === undefined ? 0 : MALFORMED;
  for (const side of [rule.principals, rule.permissions]) {
    for (const clause of side) {
      for (const { matchers } of clause) bits |= BITS[matchers[0].on];
    }
  }
  return bits;
}

const known = new WeakMap<Program, Traits>();

/** Those of all its rules, enforced or not. */
export function traitsOfProgram(program: Program): Traits {
  let bits = known.get(program);
  if (bits === undefined) {
    bits = program.malformedProviders.length > 0 ? MALFORMED : 0;
    for (const filter of RBAC_FILTERS) {
      const set = program.http[filter];
      if (set.present === false) continue;
      for (const rule of allRules(set)) bits |= traitsOfRule(rule);
    }
    known.set(program, bits);
  }
  return bits;
}

/** Whether some policy of a proxy, or a rule of one, cannot be read. */
export function hasMalformed(program: Program): boolean {
  return (traitsOfProgram(program) & MALFORMED) !== 0;
}
