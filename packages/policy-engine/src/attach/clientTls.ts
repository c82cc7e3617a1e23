import { ProxyRef } from '../model';
import { ServicePortSpec } from '../parse/specs';
import { isSubsetHost, resolveShortName } from './hosts';
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

interface TlsSpec {
  mode?: unknown;
}

interface TrafficPolicySpec {
  tls?: TlsSpec | null;
  portLevelSettings?: {
    port?: { number?: unknown };
    tls?: TlsSpec | null;
  }[];
}

interface DestinationRuleSpec {
  host?: unknown;
  exportTo?: unknown;
  workloadSelector?: unknown;
  trafficPolicy?: TrafficPolicySpec;
  subsets?: { trafficPolicy?: TrafficPolicySpec }[];
}

/**
 * How proxies of a namespace connect to a Service port. What DestinationRules and the mesh config switch off is
 * Istio's mutual TLS between sidecars alone (applyHBONETransportSocketMatches): whether a proxy in ambient mode
 * is reached by the mesh's tunnel nevertheless depends on how Istio was installed.
 *
 * @param to - the kind of the proxy that takes the connection
 */
export function peerOf(
  mesh: Mesh,
  from: string,
  service: Stored,
  port: ServicePortSpec,
  to: ProxyRef['kind'],
): Peer {
  const peer = peerByRules(mesh, from, service, port);
  return peer === 'plaintext' && to !== 'sidecar' ? 'unknown' : peer;
}

function peerByRules(
  mesh: Mesh,
  from: string,
  service: Stored,
  port: ServicePortSpec,
): Peer {
  const byDefault = mesh.config.autoMtls ? 'mesh' : 'plaintext';
  const some = mesh.queries.getOne(
    DESTINATION_RULES_THERE,
    () => mesh.all('DestinationRule').length > 0,
  );
  if (!some) return byDefault;
  const { namespace, name } = service;
  return mesh.queries.get(
    PEER,
    `${from}/${namespace}/${name}/${port.port}`,
    () => {
      // Istio looks in the client's namespace, then the Service's, then the root namespace.
      for (const place of new Set([from, namespace, mesh.rootNamespace])) {
        const rules = rulesIn(mesh, place, from, { namespace, name });
        const peers = new Set(
          rules.flatMap(rule => peersOf(rule, port.port, byDefault)),
        );
        if (rules.length === 0) continue;
        const [peer] = peers;
        return peers.size === 1 ? peer : 'unknown';
      }
      return byDefault;
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

/** Hosts as Istio compares them: letter by letter, and whole where they have a dot (ResolveShortnameToFQDN). */
function hostsIn(
  mesh: Mesh,
  namespace: string,
): readonly { host: string; rule: DestinationRuleSpec }[] {
  return mesh.queries.get(DESTINATION_RULES, namespace, () =>
    mesh.inNamespace('DestinationRule', namespace).flatMap(({ resource }) => {
      const rule = (resource.spec ?? {}) as DestinationRuleSpec;
      if (typeof rule.host !== 'string') return [];
      return [{ host: resolveShortName(rule.host, namespace), rule }];
    }),
  );
}

function peersOf(
  rule: DestinationRuleSpec,
  port: number,
  byDefault: Peer,
): Peer[] {
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
    const { tls } = own ?? policy ?? {};
    return tls ? toPeer(tls) : byDefault;
  });
}

/** Settings without a mode say DISABLE, which is the first of the modes (ClientTLSSettings). */
function toPeer({ mode = 'DISABLE' }: TlsSpec): Peer {
  switch (mode) {
    case 'ISTIO_MUTUAL':
      return 'mesh';
    case 'DISABLE':
      return 'plaintext';
    default:
      // TLS of the user's own: a sidecar takes it for the application's.
      return 'unknown';
  }
}
