import type { ResourceRef } from '../model';
import { refOf } from '../parse';
import { Family } from '../queries/queries';
import { listOldest } from './age';
import { isSubsetHost, resolveShortName } from './hosts';
import { stringList } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';

const DESTINATION_RULES = new Family();

export interface TlsSpec {
  mode?: unknown;
}

export interface TrafficPolicySpec {
  tls?: TlsSpec | null;
  portLevelSettings?: {
    port?: { number?: unknown };
    tls?: TlsSpec | null;
  }[];
}

export interface DestinationRuleSpec {
  workloadSelector?: unknown;
  trafficPolicy?: TrafficPolicySpec;
  subsets?: { trafficPolicy?: TrafficPolicySpec }[];
}

export interface DestinationRule {
  ref: ResourceRef;
  stored: Stored;
  host: string;
  exportTo: readonly string[];
  spec: DestinationRuleSpec | 'malformed';
}

interface ReadableRule extends DestinationRule {
  spec: DestinationRuleSpec;
}

/** Where Istio looks for rules, and at which of those there. */
export interface Pool {
  place: string;
  of: 'local' | 'private' | 'exported';
}

/**
 * Where Istio looks for the rules of a client's namespace for a Service, in this order, until some are found
 * (PushContext.destinationRule). For a client in the root namespace the Service's come before its own: what stands
 * there is meant for everybody.
 */
export function poolsFor(mesh: Mesh, from: string, namespace: string): Pool[] {
  const root = mesh.rootNamespace;
  return [
    { place: from, of: from === root ? 'private' : 'local' },
    { place: namespace, of: 'exported' },
    { place: root, of: 'exported' },
  ];
}

/**
 * Rules of a pool for the most specific host that names the Service. Whether they are exported to the client is
 * asked only then, so that one which is not hides those of less specific hosts.
 */
export function rulesIn(
  mesh: Mesh,
  pool: Pool,
  from: string,
  service: { namespace: string; name: string },
): DestinationRule[] {
  const full = `${service.name}.${service.namespace}.svc.cluster.local`;
  let best = '';
  let found: DestinationRule[] = [];
  for (const rule of rulesOf(mesh, pool.place)) {
    const { host } = rule;
    if (!isSubsetHost(full, host) || !isIn(mesh, rule, pool)) continue;
    const isExact = !host.startsWith('*');
    if (host === best) found.push(rule);
    else if (
      isExact ||
      (best.startsWith('*') ? host.length > best.length : best === '')
    ) {
      best = host;
      found = [rule];
    }
  }
  return pool.of === 'exported'
    ? found.filter(({ exportTo }) => showsTo(exportTo, from))
    : found;
}

/** The rules by which proxies of a namespace connect to a Service. Of several, Istio makes one. */
export function rulesBetween(
  mesh: Mesh,
  from: string,
  service: { namespace: string; name: string },
): DestinationRule[] {
  for (const pool of poolsFor(mesh, from, service.namespace)) {
    const rules = rulesIn(mesh, pool, from, service);
    if (rules.length > 0) return rules;
  }
  return [];
}

/**
 * Those whose traffic policy may hold. Of rules that Istio merges it is the oldest one
 * (PushContext.mergeDestinationRule).
 *
 * @param rules - for one host
 */
export function rulesThatHold(
  rules: readonly DestinationRule[],
): readonly DestinationRule[] {
  return areMerged(rules) ? withOldestPolicy(rules) : rules;
}

/** What Istio may make of the rules for one host: of those that it merges one, with the subsets of all. */
export function specsOf(
  rules: readonly DestinationRule[],
): DestinationRule['spec'][] {
  if (!areMerged(rules)) return rules.map(({ spec }) => spec);
  const subsets = rules.flatMap(({ spec }) => spec.subsets ?? []);
  const holding = withOldestPolicy(rules);
  return holding.length === 0
    ? [{ subsets }]
    : holding.map(({ spec }) => ({ ...spec, subsets }));
}

function withOldestPolicy(rules: readonly ReadableRule[]): ReadableRule[] {
  const withPolicy = rules.filter(({ spec }) => spec.trafficPolicy);
  const oldest = listOldest(withPolicy.map(({ stored }) => stored));
  return withPolicy.filter(({ stored }) => oldest.includes(stored));
}

/** Whether Istio makes one of several rules for one host: those for the same namespaces, and for no workloads of their own. */
function areMerged(
  rules: readonly DestinationRule[],
): rules is readonly ReadableRule[] {
  const audiences = new Set(
    rules.map(({ exportTo }) => [...new Set(exportTo)].sort().join()),
  );
  return (
    rules.length > 1 &&
    audiences.size === 1 &&
    rules.every(({ spec }) => spec !== 'malformed' && !spec.workloadSelector)
  );
}

function isIn(mesh: Mesh, rule: DestinationRule, { place, of }: Pool): boolean {
  const { exportTo } = rule;
  if (of === 'local') return exportTo.includes('.') || showsTo(exportTo, place);
  const [only, ...others] =
    exportTo.length > 0 ? exportTo : defaultExportTo(mesh);
  const isPrivate = others.length === 0 && (only === '.' || only === place);
  return isPrivate === (of === 'private');
}

/** Of the mesh config's `defaultDestinationRuleExportTo` Istio honours `.` alone. */
function defaultExportTo(mesh: Mesh): readonly string[] {
  const defaults = mesh.config.defaultExportTo.DestinationRule;
  return defaults.includes('.') ? ['.'] : ['*'];
}

function showsTo(exportTo: readonly string[], namespace: string): boolean {
  return (
    exportTo.length === 0 ||
    exportTo.includes('*') ||
    exportTo.includes(namespace)
  );
}

/** Hosts as Istio compares them: letter by letter, and whole where they have a dot (ResolveShortnameToFQDN). */
function rulesOf(mesh: Mesh, namespace: string): readonly DestinationRule[] {
  return mesh.queries.get(DESTINATION_RULES, namespace, () =>
    mesh.inNamespace('DestinationRule', namespace).flatMap(stored => {
      const { resource, errors } = stored;
      const spec = (resource.spec ?? {}) as DestinationRuleSpec & {
        host?: unknown;
        exportTo?: unknown;
      };
      if (typeof spec.host !== 'string') return [];
      return [
        {
          ref: refOf(resource),
          stored,
          host: resolveShortName(spec.host, namespace),
          // What is for some workloads is for those of its own namespace.
          exportTo: spec.workloadSelector ? ['.'] : stringList(spec.exportTo),
          spec: errors.length > 0 ? ('malformed' as const) : spec,
        },
      ];
    }),
  );
}
