import { Check, CompiledRule, Program } from '../compile/program';
import { rulesFor } from '../compile/ruleSet';
import { Facts } from '../decide/facts';
import { evaluateCheck } from '../decide/rbac';

/** The ALLOW rule that lacked least, with what it lacked. */
export interface NearMiss {
  rule: CompiledRule;
  missing: readonly Check[];
}

/** Finds the ALLOW rule that the fewest changes of a request would meet. */
export function nearestAllow(
  program: Program,
  facts: Facts,
): NearMiss | undefined {
  let best: NearMiss | undefined;
  for (const rule of rulesFor(program.http.allow, facts.host)) {
    if (rule.malformed !== undefined) continue;
    const missing = [
      ...fewestMissing(rule.principals, facts),
      ...fewestMissing(rule.permissions, facts),
    ];
    if (!best || missing.length < best.missing.length) best = { rule, missing };
  }
  return best;
}

function fewestMissing(
  clauses: CompiledRule['principals'],
  facts: Facts,
): readonly Check[] {
  return (
    clauses
      .map(clause =>
        clause.filter(check => evaluateCheck(check, facts) === false),
      )
      .reduce<readonly Check[] | undefined>(
        (best, item) => (!best || item.length < best.length ? item : best),
        undefined,
      ) ?? []
  );
}

const SECRET_HEADERS = /^(authorization|cookie|proxy-authorization|x-api-key)$/;

/** What a request has where a check looks. Never the text of a credential. */
export function actualValue(
  { matchers: [matcher] }: Check,
  facts: Facts,
): string {
  switch (matcher.on) {
    case 'request-principal': {
      if (facts.claims.kind !== 'verified') return 'no verified token';
      const { iss = '', sub = '' } = facts.claims.payload;
      return sub === ''
        ? `a token of ${show(iss)} without sub`
        : show(`${iss}/${sub}`);
    }
    case 'claim':
      return claimValue(matcher.claim, facts);
    case 'principal':
    case 'namespace':
    case 'service-account':
    case 'trust-domain':
      return facts.principal === undefined
        ? 'no client certificate'
        : show(facts.principal.replace('spiffe://', ''));
    case 'source-ip':
      return show(facts.sourceIp);
    case 'remote-ip':
      return show(facts.remoteIp);
    case 'destination-ip':
      return show(facts.destinationIp);
    case 'host':
    case 'method':
    case 'path':
    case 'port':
    case 'sni':
      return show(facts[matcher.on]);
    case 'header': {
      const value = facts.headers.get(matcher.name);
      if (value === undefined) return `no header ${matcher.name}`;
      return SECRET_HEADERS.test(matcher.name) ? 'another value' : show(value);
    }
    default:
      return 'something that the engine does not read';
  }
}

function claimValue(path: readonly string[], facts: Facts): string {
  if (facts.claims.kind !== 'verified') return 'no verified token';
  let value: unknown = facts.claims.payload;
  for (const name of path) {
    value =
      typeof value === 'object' && value !== null
        ? (value as Record<string, unknown>)[name]
        : undefined;
  }
  if (value === undefined) return `no claim ${path.join('.')}`;
  const type = typeof value;
  const never = type === 'boolean' || type === 'number';
  return never ? `${show(value)}, a ${type}, which never matches` : show(value);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
