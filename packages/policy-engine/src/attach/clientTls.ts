import { ProxyRef } from '../model';
import { ServicePortSpec } from '../parse/specs';
import { backendTlsOf } from './backendTls';
import { isSubsetHost, resolveShortName } from './hosts';
import { stringList } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { isExported } from './visibility';
import { Family } from '../queries/queries';

const SETTINGS_THERE = new Family();
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
    SETTINGS_THERE,
    () =>
      mesh.all('DestinationRule').length > 0 ||
      mesh.all('BackendTLSPolicy').length > 0,
  );
  if (!some) return byDefault;
  const { namespace, name } = service;
  return mesh.queries.get(
    PEER,
    `${from}/${namespace}/${name}/${port.port}`,
    () => {
      // Istio looks in the client's namespace, then the Service's, then the root namespace.
      const peers: Peer[] = [];
      for (const place of new Set([from, namespace, mesh.rootNamespace])) {
        const made =
          place === namespace
            ? backendTlsOf(mesh, { namespace, name }, port)
            : 'none';
        if (made === 'this-port') return 'unknown';
        // The rule that is made of it says nothing of this port, and may stand before others.
        if (made === 'other-ports') peers.push(byDefault);
        const rules = rulesIn(mesh, place, from, { namespace, name });
        if (rules.length === 0) continue;
        peers.push(
          ...rules.flatMap(rule => peersOf(rule, port.port, byDefault)),
        );
        return agreed(peers);
      }
      return agreed([...peers, byDefault]);
    },
  );
}

function agreed([peer, ...others]: Peer[]): Peer {
  return others.every(other => other === peer) ? peer : 'unknown';
}

interface DestinationRule {
  host: string;
  exportTo: readonly string[];
  spec: DestinationRuleSpec | 'malformed';
}

/** Rules for the most specific host that names the Service. */
function rulesIn(
  mesh: Mesh,
  place: string,
  from: string,
  service: { namespace: string; name: string },
): DestinationRule[] {
  const full = `${service.name}.${service.namespace}.svc.cluster.local`;
  const defaults = mesh.config.defaultExportTo.DestinationRule;
  let best = '';
  let found: DestinationRule[] = [];
  for (const rule of hostsIn(mesh, place)) {
    const { host } = rule;
    const exportTo = rule.exportTo.length > 0 ? rule.exportTo : defaults;
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
function hostsIn(mesh: Mesh, namespace: string): readonly DestinationRule[] {
  return mesh.queries.get(DESTINATION_RULES, namespace, () =>
    mesh
      .inNamespace('DestinationRule', namespace)
      .flatMap(({ resource, errors }) => {
        const spec = (resource.spec ?? {}) as DestinationRuleSpec & {
          host?: unknown;
          exportTo?: unknown;
        };
        if (typeof spec.host !== 'string') return [];
        return [
          {
            host: resolveShortName(spec.host, namespace),
            exportTo: stringList(spec.exportTo),
            spec: errors.length > 0 ? ('malformed' as const) : spec,
          },
        ];
      }),
  );
}

function peersOf(
  { spec }: DestinationRule,
  port: number,
  byDefault: Peer,
): Peer[] {
  if (spec === 'malformed' || spec.workloadSelector) return ['unknown'];
  const { trafficPolicy, subsets = [] } = spec;
  const policies = [
    trafficPolicy,
    ...subsets.map(subset => subset.trafficPolicy ?? trafficPolicy),
  ];
  return policies.map(policy => {
    const own = policy?.portLevelSettings?.find(
      level => level.port?.number === port,
    );
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
