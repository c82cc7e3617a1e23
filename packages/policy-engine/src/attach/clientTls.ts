import { ServicePortSpec } from '../parse/specs';
import { isSubsetHost } from './hosts';
import { stringList } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { isExported } from './visibility';
import { Family } from '../queries/queries';

const DESTINATION_RULES_THERE = new Family();
const PEER = new Family();
const DESTINATION_RULES = new Family();

/**
 * How a proxy connects to a Service: by Istio's mutual TLS with its own identity where the other
 * side has a proxy (the default), without any identity of the mesh, or not known.
 */
export type Peer = 'mesh' | 'plaintext' | 'unknown';

interface TrafficPolicySpec {
  tls?: { mode?: unknown };
  portLevelSettings?: {
    port?: { number?: unknown };
    tls?: { mode?: unknown };
  }[];
}

interface DestinationRuleSpec {
  host?: unknown;
  exportTo?: unknown;
  workloadSelector?: unknown;
  trafficPolicy?: TrafficPolicySpec;
  subsets?: { trafficPolicy?: TrafficPolicySpec }[];
}

/** What DestinationRules make of the connection from proxies of a namespace to a Service port. */
export function peerOf(
  mesh: Mesh,
  from: string,
  service: Stored,
  port: ServicePortSpec,
): Peer {
  const some = mesh.queries.getOne(
    DESTINATION_RULES_THERE,
    () => mesh.all('DestinationRule').length > 0,
  );
  if (!some) return 'mesh';
  const { namespace, name } = service;
  return mesh.queries.get(
    PEER,
    `${from}/${namespace}/${name}/${port.port}`,
    () => {
      // Istio looks in the client's namespace, then the Service's, then the root namespace.
      for (const place of new Set([from, namespace, mesh.rootNamespace])) {
        const rules = rulesIn(mesh, place, from, { namespace, name });
        const peers = new Set(rules.flatMap(rule => peersOf(rule, port.port)));
        if (rules.length === 0) continue;
        const [peer] = peers;
        return peers.size === 1 ? peer : 'unknown';
      }
      return 'mesh';
    },
  );
}

/** Rules for the most specific host that names the Service. */
function rulesIn(
  mesh: Mesh,
  place: string,
  from: string,
  service: { namespace: string; name: string },
): DestinationRuleSpec[] {
  const full = `${service.name}.${service.namespace}.svc.cluster.local`;
  const defaults = mesh.config.defaultExportTo.DestinationRule;
  let best = '';
  let found: DestinationRuleSpec[] = [];
  for (const { host, rule } of hostsIn(mesh, place)) {
    const own = stringList(rule.exportTo);
    const exportTo = own.length > 0 ? own : defaults;
    if (!isSubsetHost(full, host) || !isExported(exportTo, place, from)) {
      continue;
    }
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
  return found;
}

function hostsIn(
  mesh: Mesh,
  namespace: string,
): readonly { host: string; rule: DestinationRuleSpec }[] {
  return mesh.queries.get(DESTINATION_RULES, namespace, () =>
    mesh.inNamespace('DestinationRule', namespace).flatMap(({ resource }) => {
      const rule = (resource.spec ?? {}) as DestinationRuleSpec;
      if (typeof rule.host !== 'string') return [];
      const host = rule.host.includes('.')
        ? rule.host
        : `${rule.host}.${namespace}.svc.cluster.local`;
      return [{ host: withDomain(host.toLowerCase()), rule }];
    }),
  );
}

function withDomain(host: string): string {
  return /\.svc$/.test(host) ? `${host}.cluster.local` : host;
}

function peersOf(rule: DestinationRuleSpec, port: number): Peer[] {
  if (rule.workloadSelector) return ['unknown'];
  const policies = [
    rule.trafficPolicy,
    ...(rule.subsets ?? []).map(
      subset => subset?.trafficPolicy ?? rule.trafficPolicy,
    ),
  ];
  return policies.map(policy => {
    const levels = Array.isArray(policy?.portLevelSettings)
      ? policy.portLevelSettings
      : [];
    const own = levels.find(level => level?.port?.number === port);
    return toPeer((own ?? policy)?.tls?.mode);
  });
}

function toPeer(mode: unknown): Peer {
  switch (mode) {
    case undefined:
    case 'ISTIO_MUTUAL':
      return 'mesh';
    case 'DISABLE':
      return 'plaintext';
    default:
      // TLS of the user's own: a sidecar takes it for the application's.
      return 'unknown';
  }
}
