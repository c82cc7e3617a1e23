import { compareText } from '../compareText';
import { ServicePortSpec, ServiceSpec } from '../parse/specs';
import { pushTo } from '../multimap';
import { Family, sameData } from '../queries/queries';
import { isEphemeral } from './ephemeralLabels';
import { stringList, stringRecord } from './labels';
import { targetPortOf } from './listenPorts';
import { createdAt } from './age';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import {
  listenerProtocolOf,
  parseProtocol,
  PortProtocol,
} from './servicePorts';
import { selectWorkloads, type Workload } from './workloads';

const CONTESTED = new Family();

/** How a sidecar reads a port on which several Services end, and they call it differently. */
export interface ContestedPort {
  /** Where it cannot be told, as HTTP: what that refuses, a chain of TCP refuses too. */
  as: PortProtocol;
  /** Why it cannot be told. */
  uncertain?: string;
}

/** A Service, or what a ServiceEntry makes one of, with ports that end at Pods. */
interface Target {
  label: string;
  hostname: string;
  created: string;
  selector: Record<string, string>;
  /** Some Pods of a workload alone, or perhaps none. */
  isPartial: boolean;
  ports: readonly { port: ServicePortSpec; as: PortProtocol }[];
}

interface Claim {
  target: Target;
  as: PortProtocol;
}

/**
 * What a sidecar makes of a port that Services of its Pods read in different ways: it has one listener for the port, of
 * the oldest Service, and of the first port in that Service (Istio's SetServiceTargets and
 * getFilterChainsByServicePort). Undefined where they agree.
 */
export function contestedPortOf(
  mesh: Mesh,
  { namespace, key }: Workload,
  targetPort: number,
): ContestedPort | undefined {
  return contestedPortsIn(mesh, namespace)[`${targetPort} ${key}`];
}

/** By target port and key of the workload. Most namespaces have none. */
function contestedPortsIn(
  mesh: Mesh,
  namespace: string,
): Readonly<Record<string, ContestedPort>> {
  return mesh.queries.get(
    CONTESTED,
    namespace,
    () => {
      const targets = targetsIn(mesh, namespace);
      const chains = new Set<PortProtocol['chain']>();
      for (const { ports } of targets) {
        for (const { as } of ports) chains.add(as.chain);
      }
      return chains.size < 2 ? {} : findContested(mesh, namespace, targets);
    },
    sameData,
  );
}

function findContested(
  mesh: Mesh,
  namespace: string,
  targets: readonly Target[],
): Record<string, ContestedPort> {
  const claims = new Map<string, Claim[]>();
  for (const target of targets) {
    for (const workload of selectWorkloads(mesh, namespace, target.selector)) {
      for (const { port, as } of target.ports) {
        const number = targetPortOf(workload, port);
        if (number === undefined) continue;
        pushTo(claims, `${number} ${workload.key}`, { target, as });
      }
    }
  }
  const contested: Record<string, ContestedPort> = {};
  for (const [place, list] of claims) {
    const [{ as }] = list;
    if (list.every(claim => claim.as.chain === as.chain)) continue;
    contested[place] = judge(list);
  }
  return contested;
}

function judge(claims: readonly Claim[]): ContestedPort {
  const targets = [...new Set(claims.map(({ target }) => target))];
  const isTold =
    targets.length === 1 ||
    targets.every(({ created, isPartial }) => created && !isPartial);
  if (!isTold) {
    const labels = targets.map(({ label }) => label).sort();
    return {
      as: (claims.find(({ as }) => as.chain === 'http') ?? claims[0]).as,
      uncertain: `${labels.join(
        ' and ',
      )} read one port of the Pods in different ways, and which of them is the oldest, whose way counts, cannot be told`,
    };
  }
  const [oldest] = targets.sort(
    (a, b) =>
      compareText(a.created, b.created) || compareText(a.hostname, b.hostname),
  );
  const [first] = claims.filter(({ target }) => target === oldest);
  return { as: first.as };
}

function targetsIn(mesh: Mesh, namespace: string): Target[] {
  return [
    ...mesh.inNamespace('Service', namespace).flatMap(toTarget),
    ...mesh.inNamespace('ServiceEntry', namespace).flatMap(entryToTarget),
  ];
}

function toTarget(stored: Stored): Target[] {
  const { namespace, name, errors, resource } = stored;
  const spec = (resource.spec ?? {}) as ServiceSpec;
  const selector = stringRecord(spec.selector);
  const keys = Object.keys(selector);
  if (errors.length > 0 || keys.length === 0) return [];
  return [
    {
      label: `Service ${namespace}/${name}`,
      hostname: `${name}.${namespace}.svc.cluster.local`,
      created: createdAt(stored),
      selector,
      isPartial: keys.some(isEphemeral),
      ports: (spec.ports ?? []).map(port => ({
        port,
        as: listenerProtocolOf(port),
      })),
    },
  ];
}

interface ServiceEntrySpec {
  hosts?: unknown;
  workloadSelector?: { labels?: unknown };
  ports?: unknown;
}

/** One that selects Pods is a Service to their sidecars; whether one selects by no label depends on Istio's version. */
function entryToTarget(stored: Stored): Target[] {
  const { namespace, name, resource } = stored;
  const spec = (resource.spec ?? {}) as ServiceEntrySpec;
  if (!spec.workloadSelector || !Array.isArray(spec.ports)) return [];
  const selector = stringRecord(spec.workloadSelector.labels);
  const keys = Object.keys(selector);
  return [
    {
      label: `ServiceEntry ${namespace}/${name}`,
      hostname: stringList(spec.hosts).sort()[0] ?? '',
      created: createdAt(stored),
      selector,
      isPartial: keys.length === 0 || keys.some(isEphemeral),
      ports: spec.ports.flatMap((port: Record<string, unknown> | null) => {
        const number = port?.targetPort || port?.number;
        return typeof number === 'number'
          ? [{ port: { port: number }, as: parseProtocol(port?.protocol) }]
          : [];
      }),
    },
  ];
}
