import { sameItems } from '../queries/queries';
import { Program, RBAC_FILTERS, RbacFilters, RuleSet } from './program';

/** Whether two programs of one proxy do the same, by the same policies. */
export function samePrograms(a: Program, b: Program): boolean {
  return (
    a.mutualTls === b.mutualTls &&
    a.settings === b.settings &&
    sameItems(a.opaque, b.opaque) &&
    sameItems(a.providers, b.providers) &&
    sameItems(a.malformedProviders, b.malformedProviders) &&
    sameItems(a.policies, b.policies) &&
    sameFilters(a.http, b.http) &&
    sameFilters(a.tcp, b.tcp)
  );
}

function sameFilters(a: RbacFilters, b: RbacFilters): boolean {
  return a === b || RBAC_FILTERS.every(name => sameRules(a[name], b[name]));
}

function sameRules(a: RuleSet, b: RuleSet): boolean {
  if (a === b) return true;
  if (a.present !== b.present || a.byHost.size !== b.byHost.size) return false;
  if (!sameItems(a.general, b.general)) return false;
  for (const [host, rules] of a.byHost) {
    if (!sameItems(rules, b.byHost.get(host) ?? [])) return false;
  }
  return true;
}
