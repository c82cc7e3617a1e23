import { nameOf } from '../parse';
import type { GatewayServer } from './gateways';

/** Why istiod leaves a server out. */
export type LeftOut =
  | { kind: 'displaced'; by: GatewayServer }
  /** `by`: an earlier listener of the same Gateway, in words. */
  | { kind: 'conflicting-listener'; by: string }
  | { kind: 'foreign-namespace' }
  | { kind: 'own-namespace-only' };

/** A server with the ports on which a proxy listens for it; none where istiod leaves it out. */
export interface ServedServer {
  readonly server: GatewayServer;
  readonly listenPorts: readonly number[];
  /** Why nobody can tell whether the proxy serves it. */
  readonly doubt?: string;
  readonly leftOut?: LeftOut;
}

/** A server as it comes to a proxy, before istiod looks at the others on its ports. */
export interface ServerCandidate extends ServedServer {
  /** The object that it is written in. */
  readonly object: string;
  /** When that was made; empty where it is not known. */
  readonly createdAt: string;
}

/** What is on one port, as far as it keeps others away. */
interface Taken {
  /** Servers with TLS, by address and host. */
  readonly hosts: Map<string, ServerCandidate>;
  /** The server in plain text that others are compared with. */
  plain?: ServerCandidate;
  readonly plainKinds: Set<string>;
}

/**
 * On which of their ports istiod makes listeners of the servers of a proxy (its mergeGateways). One with a `tls`
 * section, be it for a redirect alone, is left out as a whole where an older one of the port and address has any
 * host of it; so is what comes to a port of plain text, unless both are HTTP. Where nobody knows which is older,
 * both are kept in doubt.
 *
 * @param candidates - the oldest first
 */
export function mergeServers(
  candidates: readonly ServerCandidate[],
): ServedServer[] {
  const taken = new Map<number, Taken>();
  const doubts = new Map<ServerCandidate, string>();
  const displaced = new Map<ServerCandidate, ServerCandidate>();
  const ports = candidates.map(candidate =>
    candidate.listenPorts.filter(port => {
      let there = taken.get(port);
      if (!there) {
        taken.set(port, (there = { hosts: new Map(), plainKinds: new Set() }));
      }
      const rival = rivalOf(candidate, there);
      if (!rival) return true;
      const known = rival.doubt ?? doubts.get(rival);
      if (known === undefined && isOrderKnown(candidate, rival)) {
        displaced.set(candidate, rival);
        return false;
      }
      const doubt = known ?? describeConflict(candidate, rival);
      doubts.set(candidate, doubt);
      doubts.set(rival, doubt);
      return true;
    }),
  );
  return candidates.map((candidate, index) => {
    const { server } = candidate;
    const doubt = candidate.doubt ?? doubts.get(candidate);
    const rival = displaced.get(candidate);
    const leftOut: LeftOut | undefined =
      rival && ports[index].length === 0
        ? { kind: 'displaced', by: rival.server }
        : candidate.leftOut;
    return {
      server,
      listenPorts: ports[index],
      ...(doubt === undefined ? {} : { doubt }),
      ...(leftOut ? { leftOut } : {}),
    };
  });
}

/** The server that keeps a younger one from a port. Whoever comes by is noted, as istiod does it. */
function rivalOf(
  candidate: ServerCandidate,
  there: Taken,
): ServerCandidate | undefined {
  const { server } = candidate;
  const { bind, layer } = server;
  if (server.hasTls) {
    const names = server.hosts.map(
      ({ namespace, host }) => `${bind} ${namespace}/${host}`,
    );
    const known = names.find(name => there.hosts.has(name));
    if (known !== undefined) return there.hosts.get(known);
    for (const name of names) there.hosts.set(name, candidate);
  }
  const { plain } = there;
  if (plain?.server.bind === bind) {
    const areHttp = layer === 'http' && plain.server.layer === 'http';
    return areHttp ? undefined : plain;
  }
  if (layer !== 'http' && layer !== 'tcp') return undefined;
  const kind = `${bind} ${layer}`;
  if (!there.plainKinds.has(kind)) there.plain = candidate;
  there.plainKinds.add(kind);
  return undefined;
}

/** Times are in seconds, and names decide among equal ones; without a time of one of them nothing does. */
function isOrderKnown(a: ServerCandidate, b: ServerCandidate): boolean {
  return a.object === b.object || (a.createdAt !== '' && b.createdAt !== '');
}

function describeConflict(a: ServerCandidate, b: ServerCandidate): string {
  const [first, second] = [b, a].map(({ server }) => nameOf(server.gateway));
  return `istiod serves one of ${first} and ${second} on port ${a.server.port}, the older one, and when they were made is not known`;
}
