/** What the engine says of requests that the ingress gateway sends to Services of a waypoint. */
import { createdAsDrawn, createdIn } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { describeWorkload } from '../topology/objects.ts';
import { describeWaypoint } from '../topology/waypoint.ts';
import {
  addressOf,
  INGRESS,
  REPORTS,
  WAYPOINT,
} from '../topology/workloads.ts';
import { toSaid, type Said } from './bench.ts';
import {
  assessService,
  decideWayIn,
  Mesh,
  parseObjects,
  type WayIn,
} from './engine.ts';
import { describeMeshConfig } from './meshConfig.ts';
import type { SampleRequest } from './requests.ts';
import {
  describeServers,
  fullNameOf,
  hostOf,
  NAMESPACE,
  SERVERS,
  TCP_PORT,
} from './waypointTopology.ts';

export const GATEWAY_PORT = 8080;

function describeKnown({ state }: Lab): Manifest[] {
  const namespaces = ['istio-system', 'default', NAMESPACE].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  const workloads = [INGRESS, WAYPOINT, REPORTS].flatMap(
    each => describeWorkload(each, state.subnet, state.nodePorts).objects,
  );
  return [
    describeMeshConfig(),
    ...namespaces,
    ...workloads,
    describeWaypoint(),
    ...describeServers(state.subnet).map(each => createdIn(2000, each)),
  ];
}

/** Whether a route is for a Service. Of those of one route and the same policies the engine names one. */
function isFor({ spec }: Manifest, name: string): boolean {
  const hosts: string[] = spec.hosts ?? [];
  const parents: { name: string }[] = spec.parentRefs ?? [];
  return (
    parents.some(parent => parent.name === name) ||
    hosts.some(host => host.startsWith('*') || host.split('.')[0] === name)
  );
}

/** Whether a route for connections may lead nowhere: nothing tells that from a connection that policies refuse. */
function mayBeDeadEnd({ kind, metadata, spec }: Manifest): boolean {
  const isOfApi = kind === 'TCPRoute';
  const isForOthers = isOfApi && metadata!.namespace !== NAMESPACE;
  const text = JSON.stringify(isOfApi ? spec.rules : [spec.tcp, spec.tls]);
  return isForOthers || text.includes('"weight":0') || text.includes('nobody');
}

const isConnection = ({ protocol }: { protocol?: string }) =>
  protocol === 'tcp';

/** By a Service's own way in through the gateway, or inside the mesh as the gateway asks. */
function decideBy(
  { state }: Lab,
  mesh: InstanceType<typeof Mesh>,
  wayIn: WayIn,
  request: SampleRequest,
) {
  const { method, host, path, headers, tokens } = request;
  const client = `${state.subnet}.1`;
  const isTcp = isConnection(request);
  const asked = isTcp
    ? { protocol: 'tcp' as const, sni: '' }
    : {
        ...{ method, host, path, tokens, sni: '' },
        headers:
          wayIn.kind === 'gateway'
            ? headers
            : { ...headers, 'x-forwarded-for': client },
      };
  if (wayIn.kind === 'gateway') {
    return decideWayIn(mesh, wayIn, {
      ...asked,
      port: wayIn.port,
      source: { ip: client },
      destinationIp: addressOf(INGRESS, state.subnet),
    });
  }
  const { namespace, serviceAccount } = INGRESS;
  const principal = `cluster.local/ns/${namespace}/sa/${serviceAccount}`;
  return decideWayIn(mesh, wayIn, {
    ...asked,
    port: isTcp ? TCP_PORT : 80,
    source: { principal, namespace },
  });
}

/**
 * The engine does not follow a waypoint's routes, but it must know of every Service that they may lead to: that whose
 * server answered must have a way in that lets the request pass, and that is not `enforced` where it had no token.
 */
export function judgeWaypoint(
  lab: Lab,
  set: readonly Manifest[],
): (request: SampleRequest, server: string | undefined) => Said {
  const mesh = new Mesh();
  const drawn = set.map(createdAsDrawn);
  for (const each of parseObjects([...describeKnown(lab), ...drawn])
    .resources) {
    mesh.apply(each);
  }
  const waysTo = (name: string) =>
    assessService(mesh, { namespace: NAMESPACE, name }).waysIn;
  const ownWays = SERVERS.flatMap(({ name }) =>
    waysTo(name)
      .filter(way => way.kind === 'gateway' && way.host === hostOf(name))
      .map(way => ({ name, way })),
  );
  const hasDeadEnd = set.some(mayBeDeadEnd);
  const mayStandFor = ({ host, route }: WayIn, name: string) =>
    host === fullNameOf(name) ||
    set.some(each => each.metadata!.name === route?.name && isFor(each, name));

  return (request, server) => {
    const { from, tokens } = request;
    const isTcp = isConnection(request);
    const own = ownWays.find(
      ({ name, way }) => name === from && isConnection(way) === isTcp,
    )?.way;
    if (!own) throw new Error(`The engine sees no way in to ${from}`);
    const isExplained =
      server === undefined ||
      waysTo(server)
        .filter(way => way.id === own.id || mayStandFor(way, from))
        .filter(({ state }) => tokens.length > 0 || state !== 'enforced')
        .some(way =>
          [200, 'unknown'].includes(decideBy(lab, mesh, way, request).status),
        );
    if (isExplained) {
      const said = toSaid(decideBy(lab, mesh, own, request));
      return isTcp && said.status === 200 && hasDeadEnd
        ? { ...said, status: 'unknown', reason: 'a route may lead nowhere' }
        : said;
    }
    const reason = `no way in to ${server} lets that pass`;
    return { status: 'closed', trace: [], reason };
  };
}
