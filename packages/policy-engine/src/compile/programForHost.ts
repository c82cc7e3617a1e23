import { AttachedPolicy, ProxyRef, ResourceRef } from '../model';
import { isSubsetHost } from '../attach/hosts';
import { Mesh } from '../attach/Mesh';
import { proxyKey } from '../attach/workloads';
import { pushTo } from '../multimap';
import { compileProxy } from './compileProxy';
import {
  CompiledRule,
  Program,
  RBAC_FILTERS,
  RbacFilters,
  RuleSet,
} from './program';
import { samePrograms } from './samePrograms';
import { Family } from '../queries/queries';

const PROGRAM_FOR_HOST = new Family({ isBrief: true });

const NO_RULES: RuleSet = { present: false, general: [], byHost: new Map() };
/** Policies lose their hosts on TCP chains, so those would change with every host. */
const NO_FILTERS = Object.fromEntries(
  RBAC_FILTERS.map(name => [name, NO_RULES]),
) as unknown as RbacFilters;

/**
 * The part of a gateway's program that can matter to requests for `host`. It stays the same object
 * while only other hosts' policies change, so that on a shared gateway a change touches the services
 * that it is about.
 *
 * @param host - of a way in: exact, `*.suffix` or `*`
 */
export function programForHost(
  mesh: Mesh,
  proxy: ProxyRef,
  host: string,
  chain: 'http' | 'tcp',
): Program {
  // A TCP chain knows no hosts.
  if (proxy.kind !== 'gateway' || chain === 'tcp') {
    return compileProxy(mesh, proxy);
  }
  return mesh.queries.get(
    PROGRAM_FOR_HOST,
    `${proxyKey(proxy)}/${host}`,
    () => restrict(compileProxy(mesh, proxy), host),
    samePrograms,
  );
}

const generalParts = new WeakMap<Program, Program>();

function restrict(program: Program, host: string): Program {
  const scopes = scopesOf(program);
  const scoped = hostsWithin(scopes.byHost, host);
  const isNamed =
    scoped.length > 0 ||
    RBAC_FILTERS.some(
      name => hostsWithin(program.http[name].byHost, host).length > 0,
    );
  if (isNamed) return makePart(program, host, scopes.general, scoped.flat());
  // Most hosts of a shared gateway are named by no policy, and are served alike.
  let general = generalParts.get(program);
  if (!general) {
    general = makePart(program, host, scopes.general, []);
    generalParts.set(program, general);
  }
  return general;
}

function makePart(
  program: Program,
  host: string,
  general: readonly AttachedPolicy[],
  scoped: readonly AttachedPolicy[],
): Program {
  const http = Object.fromEntries(
    RBAC_FILTERS.map(name => [name, restrictSet(program.http[name], host)]),
  ) as unknown as RbacFilters;
  const policies = [...new Set([...general, ...scoped])];
  return { ...program, http, tcp: NO_FILTERS, policies };
}

function restrictSet(set: RuleSet, host: string): RuleSet {
  if (set.byHost.size === 0) return set;
  const rules = new Set(hostsWithin(set.byHost, host).flat());
  const general = [...set.general, ...rules].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  return { present: set.present, general, byHost: new Map() };
}

function hostsWithin<T>(byHost: ReadonlyMap<string, T>, host: string): T[] {
  if (!host.startsWith('*')) {
    const found = byHost.get(host);
    return found === undefined ? [] : [found];
  }
  return [...byHost]
    .filter(([key]) => isSubsetHost(key, host))
    .map(([, found]) => found);
}

interface PolicyScopes {
  general: AttachedPolicy[];
  byHost: Map<string, AttachedPolicy[]>;
}

const scopesByProgram = new WeakMap<Program, PolicyScopes>();

/** Which policies of a proxy are about some hosts only. */
function scopesOf(program: Program): PolicyScopes {
  const known = scopesByProgram.get(program);
  if (known) return known;
  const hosts = new Map<string, Set<string>>();
  const wide = new Set<string>();
  for (const name of RBAC_FILTERS) {
    const { general, byHost } = program.http[name];
    general.forEach(rule => wide.add(keyOf(rule.policy)));
    for (const [host, rules] of byHost) {
      for (const rule of rules) addHost(hosts, rule, host);
    }
  }
  const scopes: PolicyScopes = { general: [], byHost: new Map() };
  for (const policy of program.policies) {
    const key = keyOf(policy.ref);
    const named = wide.has(key) ? undefined : hosts.get(key);
    if (!named) scopes.general.push(policy);
    for (const host of named ?? []) {
      pushTo(scopes.byHost, host, policy);
    }
  }
  scopesByProgram.set(program, scopes);
  return scopes;
}

function addHost(
  hosts: Map<string, Set<string>>,
  rule: CompiledRule,
  host: string,
): void {
  const key = keyOf(rule.policy);
  const list = hosts.get(key);
  if (list) list.add(host);
  else hosts.set(key, new Set([host]));
}

function keyOf({ kind, namespace, name }: ResourceRef): string {
  return `${kind}/${namespace}/${name}`;
}
