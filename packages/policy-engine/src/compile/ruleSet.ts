import { Tri, or } from '../match/tri';
import { pushTo } from '../multimap';
import { PolicyAction } from '../parse/specs';
import { CompiledPolicy } from './compilePolicy';
import { bareHost, CompiledRule, RbacFilters, RuleSet } from './program';

const withoutRules = (present: Tri): RuleSet => ({
  present,
  general: [],
  byHost: new Map(),
});

/** Most filters of most proxies are empty. */
const NO_RULES_BUT = {
  true: withoutRules(true),
  false: withoutRules(false),
  unknown: withoutRules('unknown'),
};

const NO_FILTERS: RbacFilters = {
  custom: NO_RULES_BUT.false,
  audit: NO_RULES_BUT.false,
  deny: NO_RULES_BUT.false,
  allow: NO_RULES_BUT.false,
  shadowDeny: NO_RULES_BUT.false,
  shadowAllow: NO_RULES_BUT.false,
};

/** Sorts the rules of all policies of a proxy into its RBAC filters. */
export function buildFilters(
  policies: readonly CompiledPolicy[],
  chain: 'http' | 'tcp',
): RbacFilters {
  if (policies.length === 0) return NO_FILTERS;
  const select = (action: PolicyAction, dryRun: boolean) =>
    buildRuleSet(policies, chain, action, dryRun);
  return {
    custom: select('CUSTOM', false),
    audit: select('AUDIT', false),
    deny: select('DENY', false),
    allow: select('ALLOW', false),
    shadowDeny: select('DENY', true),
    shadowAllow: select('ALLOW', true),
  };
}

function buildRuleSet(
  policies: readonly CompiledPolicy[],
  chain: 'http' | 'tcp',
  action: PolicyAction,
  dryRun: boolean,
): RuleSet {
  let present: Tri = false;
  const rules: CompiledRule[] = [];
  for (const policy of policies) {
    // A policy that is malformed in its action may be of any action.
    const certain = policy.action === action;
    const possible = certain || policy.action === undefined;
    // A dry run of CUSTOM may have an effect; its rules say so themselves.
    const isWanted = policy.dryRun === dryRun || action === 'CUSTOM';
    if (!possible || !isWanted) continue;
    present = or(present, certain ? true : 'unknown');
    rules.push(...policy[chain]);
  }
  return rules.length === 0
    ? NO_RULES_BUT[String(present) as keyof typeof NO_RULES_BUT]
    : indexRules(present, rules);
}

/** Indexes rules by the exact hosts that they name, so that a shared gateway's cost per request does not grow with its hosts. */
export function indexRules(present: Tri, rules: CompiledRule[]): RuleSet {
  const general: CompiledRule[] = [];
  const byHost = new Map<string, CompiledRule[]>();
  const sorted =
    rules.length < 2
      ? rules
      : [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const rule of sorted) {
    const hosts = exactHosts(rule);
    if (!hosts) general.push(rule);
    else for (const host of hosts) pushTo(byHost, host, rule);
  }
  return { present, general, byHost };
}

const hostsByPermissions = new WeakMap<
  CompiledRule['permissions'],
  ReadonlySet<string> | 'any'
>();

/** Hosts without which the rule cannot match; undefined where any host may. */
function exactHosts(rule: CompiledRule): ReadonlySet<string> | undefined {
  if (rule.malformed !== undefined) return undefined;
  const { permissions } = rule;
  let hosts = hostsByPermissions.get(permissions);
  if (!hosts) {
    hosts = readExactHosts(permissions) ?? 'any';
    hostsByPermissions.set(permissions, hosts);
  }
  return hosts === 'any' ? undefined : hosts;
}

function readExactHosts(
  permissions: CompiledRule['permissions'],
): ReadonlySet<string> | undefined {
  const hosts = new Set<string>();
  for (const clause of permissions) {
    const check = clause.find(
      ({ negated, matchers }) => !negated && matchers[0].on === 'host',
    );
    if (!check) return undefined;
    for (const matcher of check.matchers) {
      if (matcher.on !== 'host') return undefined;
      const { pattern } = matcher;
      // Not within the brackets of an IPv6 address.
      const isPort =
        pattern.kind === 'prefix' && bareHost(pattern.value) !== pattern.value;
      if (pattern.kind !== 'exact' && !isPort) return undefined;
      hosts.add(bareHost(pattern.value));
    }
  }
  return hosts;
}

const NO_RULES: readonly CompiledRule[] = [];

/** Rules that are about `host` alone and others like it. */
export function scopedRules(
  set: RuleSet,
  host: string | undefined,
): readonly CompiledRule[] {
  if (set.byHost.size === 0 || host === undefined) return NO_RULES;
  return set.byHost.get(bareHost(host)) ?? NO_RULES;
}

/** Rules that could match a request for `host`, in Envoy's order. */
export function rulesFor(
  set: RuleSet,
  host: string | undefined,
): readonly CompiledRule[] {
  const scoped = scopedRules(set, host);
  if (scoped.length === 0) return set.general;
  if (set.general.length === 0) return scoped;
  return [...set.general, ...scoped].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function allRules(set: RuleSet): readonly CompiledRule[] {
  return set.byHost.size === 0
    ? set.general
    : [...set.general, ...new Set([...set.byHost.values()].flat())];
}
