/**
 * The principals that a principal stands for in a mesh with these trust domains: one of them, or
 * `cluster.local`, stands for all. Patterns that name no trust domain stay as they are. Source:
 * Istio's pilot/pkg/security/trustdomain.
 *
 * @param trustDomains - the mesh's own, then its aliases
 */
export function expandTrustDomains(
  principal: string,
  trustDomains: readonly string[],
): string[] {
  const [domain, ...rest] = principal.split('/');
  if (rest.length !== 4 || domain === '*') return [principal];
  const isOwn =
    domain === 'cluster.local' || trustDomains.some(own => meet(domain, own));
  if (!isOwn) return [principal];
  const expanded = trustDomains.map(own =>
    hasSuffix(own, domain) ? principal : [own, ...rest].join('/'),
  );
  return [...new Set(expanded)];
}

/** Either may be a pattern of the other. */
function meet(a: string, b: string): boolean {
  return (
    a === b ||
    b === '*' ||
    hasPrefix(a, b) ||
    hasPrefix(b, a) ||
    hasSuffix(a, b) ||
    hasSuffix(b, a)
  );
}

function hasPrefix(text: string, pattern: string): boolean {
  return pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1));
}

function hasSuffix(text: string, pattern: string): boolean {
  return pattern.startsWith('*') && text.endsWith(pattern.slice(1));
}
