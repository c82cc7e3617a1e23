/** What a Role or ClusterRole grants that none of ours may. */

/** With these, whoever has the account could give itself any other right. */
const ESCALATING = ['escalate', 'bind', 'impersonate'];
/** Kinds by which more is reached than by reading or writing policies and routes. */
const NEVER = {
  '': ['secrets', 'serviceaccounts', 'serviceaccounts/token', 'nodes/proxy'],
  'rbac.authorization.k8s.io': ['*'],
  'admissionregistration.k8s.io': ['*'],
  'certificates.k8s.io': ['*'],
};
const READING = ['get', 'list', 'watch'];

function judgeRule(rule, isClusterWide) {
  const { apiGroups = [], resources = [], verbs = [] } = rule;
  const problems = [];
  for (const [field, values] of Object.entries(rule)) {
    if (values.some(value => value.includes('*'))) {
      problems.push(`a wildcard in ${field}`);
    }
  }
  if (rule.nonResourceURLs) problems.push('nonResourceURLs');
  for (const verb of verbs) {
    if (ESCALATING.includes(verb)) problems.push(`the verb ${verb}`);
    if (verb === 'deletecollection') problems.push('deletes many at once');
    if (isClusterWide && !READING.includes(verb)) {
      problems.push(`the verb ${verb} in all namespaces`);
    }
  }
  for (const group of apiGroups) {
    const never = NEVER[group] ?? [];
    for (const resource of resources) {
      if (never.includes('*') || never.includes(resource)) {
        problems.push(`${resource} of "${group}"`);
      }
    }
  }
  return problems;
}

/** @returns {string[]} */
export function judgeRights({ kind, rules = [] }) {
  return rules.flatMap(rule => judgeRule(rule, kind === 'ClusterRole'));
}
