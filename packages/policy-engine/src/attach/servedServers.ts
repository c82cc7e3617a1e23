import { ProxyRef, WayIn } from '../model';
import { compareText } from '../compareText';
import { Family } from '../queries/queries';
import { createdAt } from './age';
import { isManaged, isProxyOf } from './gatewayApi/gateways';
import { allListenersOf } from './gatewayApi/listenerSets';
import type { Conflict } from './gatewayApi/listenerConflicts';
import { type ApiListener } from './gatewayApi/listeners';
import { GatewayServer, gatewaySelectorOf, serversOf } from './gateways';
import { intersectHosts } from './hosts';
import { allGateways, doubtAboutRoutes } from './ingress/ingressRoutes';
import { readIstiodSwitch } from './istiodSettings';
import { istiodsHave } from './istiodVersions';
import { GATEWAY_API_GATEWAY } from './kindKeys';
import { includesLabels } from './labels';
import { apiListenPorts, listenPortsOf } from './listenPorts';
import type { Mesh } from './Mesh';
import {
  LeftOut,
  mergeServers,
  ServedServer,
  ServerCandidate,
} from './mergeServers';
import { proxyKey } from './proxies';
import type { Stored } from './Stored';

const MERGED = new Family();
const SERVED = new Family();

/** What a proxy serves of all Gateways. */
interface Merged {
  readonly served: readonly ServedServer[];
  readonly byServer: ReadonlyMap<string, ServedServer>;
  readonly leavesOut: boolean;
}

/** Servers of all Gateways, of both kinds, that a gateway proxy serves; of the oldest first. */
export function serversOfProxy(
  mesh: Mesh,
  proxy: ProxyRef,
): readonly ServedServer[] {
  return mergedOf(mesh, proxy).served;
}

/** A server of a Gateway as a proxy serves it, on no port where istiod leaves it out; undefined for another proxy's. */
export function servingOf(
  mesh: Mesh,
  proxy: ProxyRef,
  server: GatewayServer,
): ServedServer | undefined {
  const key = serverKey(server);
  return mesh.queries.get(
    SERVED,
    `${proxyKey(proxy)}/${key}`,
    () => mergedOf(mesh, proxy).byServer.get(key),
    isServedAlike,
  );
}

function isServedAlike(
  a: ServedServer | undefined,
  b: ServedServer | undefined,
): boolean {
  return (
    a?.server === b?.server &&
    a?.doubt === b?.doubt &&
    a?.listenPorts.join() === b?.listenPorts.join() &&
    a?.leftOut?.kind === b?.leftOut?.kind &&
    rivalOf(a) === rivalOf(b)
  );
}

function rivalOf(
  served: ServedServer | undefined,
): GatewayServer | string | undefined {
  const { leftOut } = served ?? {};
  return leftOut && 'by' in leftOut ? leftOut.by : undefined;
}

/** Whether istiod leaves out a server that it would else make listeners of. */
export function leavesServersOut(mesh: Mesh, proxy: ProxyRef): boolean {
  return mergedOf(mesh, proxy).leavesOut;
}

export function serverKey(server: GatewayServer): string {
  return `${server.key}/${server.index}`;
}

function mergedOf(mesh: Mesh, proxy: ProxyRef): Merged {
  return mesh.queries.get(MERGED, proxyKey(proxy), () => {
    const merged = mergeServers(candidatesFor(mesh, proxy));
    return {
      served: merged.filter(({ listenPorts }) => listenPorts.length > 0),
      byServer: new Map(
        merged.map(item => [serverKey(item.server), item] as const),
      ),
      leavesOut: merged.some(({ leftOut }) => leftOut !== undefined),
    };
  });
}

/** In istiod's order: listeners of the Gateway API have names of their own, and the time of their object. */
function candidatesFor(mesh: Mesh, proxy: ProxyRef): ServerCandidate[] {
  const gateways = mesh
    .inNamespace(GATEWAY_API_GATEWAY, proxy.namespace)
    .filter(stored => isProxyOf(mesh, stored, proxy));
  const listeners = gateways.flatMap(stored =>
    apiCandidates(mesh, stored, proxy),
  );
  const managed = new Set(
    listeners
      .filter(({ isManagedByIstio }) => isManagedByIstio)
      .map(({ server }) => server.namespace),
  );
  const classic = allGateways(mesh)
    .filter(stored => includesLabels(proxy.labels, gatewaySelectorOf(stored)))
    .flatMap(stored => classicCandidates(mesh, stored, proxy, managed));
  return [...classic, ...listeners].sort(
    (a, b) =>
      compareText(a.createdAt, b.createdAt) ||
      compareText(a.name, b.name) ||
      compareText(a.server.namespace, b.server.namespace),
  );
}

type NamedCandidate = ServerCandidate & { name: string };

function classicCandidates(
  mesh: Mesh,
  stored: Stored,
  proxy: ProxyRef,
  managed: ReadonlySet<string>,
): NamedCandidate[] {
  const { namespace, name } = stored;
  const refusal = refusalOf(mesh, stored, proxy, managed);
  const isLeftOut = refusal !== undefined && 'leftOut' in refusal;
  const doubt = doubtAboutRoutes(stored);
  return serversOf(stored).map(server => ({
    server,
    name,
    object: `${namespace}/${name}`,
    createdAt: createdAt(stored),
    listenPorts: isLeftOut ? [] : listenPortsOf(mesh, proxy, server.port),
    ...(doubt === undefined ? {} : { doubt }),
    ...refusal,
  }));
}

/**
 * Why istiod leaves out a Gateway whose selector picks a proxy of another namespace, or may: it was told to take each
 * for its own namespace; or the proxy is one that Istio makes for the Gateway API, and istiod is of 1.31 or newer
 * (`filterStrictGatewayMerging`; a fix of security, which older lines may get later).
 */
function refusalOf(
  mesh: Mesh,
  { namespace, name }: Stored,
  proxy: ProxyRef,
  managed: ReadonlySet<string>,
): { leftOut: LeftOut } | { doubt: string } | undefined {
  const scope =
    readIstiodSwitch(mesh, 'PILOT_SCOPE_GATEWAY_TO_NAMESPACE') ?? false;
  if (scope !== false && namespace !== proxy.namespace) {
    return scope === true
      ? { leftOut: { kind: 'own-namespace-only' } }
      : {
          doubt: `Gateway ${namespace}/${name} selects proxies of namespace ${proxy.namespace}, and whether istiod has PILOT_SCOPE_GATEWAY_TO_NAMESPACE, which does not allow that, is not known`,
        };
  }
  if (managed.size === 0 || managed.has(namespace)) return undefined;
  const strict = readIstiodSwitch(mesh, 'PILOT_ENABLE_STRICT_GATEWAY_MERGING');
  if (strict === false) return undefined;
  return strict !== 'unknown' && istiodsHave(mesh, [1, 31, 0])
    ? { leftOut: { kind: 'foreign-namespace' } }
    : {
        doubt: `Gateway ${namespace}/${name} selects proxies that Istio makes for a Gateway of namespace ${proxy.namespace}, which istiods from 1.31 on do not allow, unless told so, and older ones do`,
      };
}

function apiCandidates(
  mesh: Mesh,
  stored: Stored,
  proxy: ProxyRef,
): (NamedCandidate & { isManagedByIstio: boolean })[] {
  const { namespace, name } = stored;
  const isManagedByIstio = isManaged(stored);
  return allListenersOf(mesh, namespace, name).map(
    ({ server, parent, spec, conflict }) => ({
      server,
      isManagedByIstio,
      name: `${parent.name}~istio-autogenerated-k8s-gateway~${spec.name}`,
      object: `${parent.kind}/${parent.namespace}/${parent.name}`,
      createdAt: createdAt(objectOf(mesh, stored, parent)),
      listenPorts: apiListenPorts(mesh, stored, proxy, server.port),
      ...consequenceOf(conflict),
    }),
  );
}

function consequenceOf(
  conflict: Conflict | undefined,
): Partial<ServerCandidate> {
  switch (conflict?.kind) {
    case 'left-out':
      return {
        listenPorts: [],
        leftOut: { kind: 'conflicting-listener', by: conflict.by },
      };
    case 'doubtful':
      return { doubt: conflict.why };
    default:
      return {};
  }
}

function objectOf(
  mesh: Mesh,
  gateway: Stored,
  { kind, namespace, name }: ApiListener['parent'],
): Stored {
  if (kind === 'Gateway') return gateway;
  return mesh.stored(kind, namespace, name) ?? gateway;
}

/**
 * Whether the gateway of a way in ends the handshake with every client that shows no certificate.
 *
 * @public
 */
export function asksForCertificate(
  mesh: Mesh,
  { protocol, port, host, hops: [hop] }: WayIn,
): boolean {
  if (protocol !== 'https' || hop?.proxy.kind !== 'gateway') return false;
  return serversOfProxy(mesh, hop.proxy).some(
    ({ server }) =>
      server.layer === 'https' &&
      server.port === port &&
      (server.clientCertificate === 'mesh' ||
        server.clientCertificate === 'other') &&
      server.hosts.some(each => intersectHosts(each.host, host) !== undefined),
  );
}
