import { Hop, Mesh, Resource, WayIn } from 'istio-jwt-policy-engine';

/** Enough of the ALLOW policies of other hosts to show what turned a gateway into default-deny. */
const MAX_FOREIGN_ALLOW = 5;
const MAX_POLICIES = 100;

/**
 * The policies of a proxy that a person needs to understand one way in. A shared gateway can carry
 * hundreds that are scoped to other hosts: they decide nothing here, except that any ALLOW makes the
 * gateway refuse what no ALLOW admits.
 */
export function selectRelevantPolicies(
  mesh: Mesh,
  wayIn: WayIn,
  hop: Hop,
): Hop['policies'] {
  const host = wayIn.host.toLowerCase();
  let foreignAllow = 0;
  return hop.policies
    .filter(({ ref, action }) => {
      const resource = mesh.get(ref);
      if (wayIn.kind !== 'gateway' || !resource || concerns(resource, host)) {
        return true;
      }
      foreignAllow += action === 'ALLOW' ? 1 : 0;
      return action === 'ALLOW' && foreignAllow <= MAX_FOREIGN_ALLOW;
    })
    .slice(0, MAX_POLICIES);
}

/** Whether some rule of a policy can match requests for a host. In doubt: yes. */
function concerns(resource: Resource, host: string): boolean {
  const hosts = listHosts(resource);
  return (
    hosts === undefined ||
    host.includes('*') ||
    hosts.some(pattern => {
      const bare = pattern.toLowerCase().replace(/:[\d*]*$/, '');
      if (bare.startsWith('*')) {
        return host.endsWith(bare.slice(1));
      }
      return bare.endsWith('*')
        ? host.startsWith(bare.slice(0, -1))
        : bare === host;
    })
  );
}

const hostsOf = new WeakMap<Resource, { hosts: string[] | undefined }>();

/** Every host that the rules name; undefined where some rule is not scoped by host. */
function listHosts(resource: Resource): string[] | undefined {
  let known = hostsOf.get(resource);
  if (!known) {
    known = { hosts: readHosts(resource) };
    hostsOf.set(resource, known);
  }
  return known.hosts;
}

function readHosts(resource: Resource): string[] | undefined {
  const rules = (resource.spec as { rules?: unknown } | undefined)?.rules;
  if (
    resource.kind !== 'AuthorizationPolicy' ||
    !Array.isArray(rules) ||
    rules.length === 0
  ) {
    return undefined;
  }
  const hosts: string[] = [];
  for (const rule of rules) {
    const operations = Array.isArray(rule?.to) ? rule.to : [];
    if (operations.length === 0) {
      return undefined;
    }
    for (const to of operations) {
      const named = to?.operation?.hosts;
      if (!Array.isArray(named) || named.length === 0) {
        return undefined;
      }
      hosts.push(...named.map(String));
    }
  }
  return hosts;
}
