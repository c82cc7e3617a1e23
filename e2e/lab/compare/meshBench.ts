import { applyByAge, createdAsDrawn } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { addressOf, FRONTEND, STRANGER } from '../topology/workloads.ts';
import { sleep } from '../wait.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import { fillIn, toRouted, type Bench, type Seen } from './bench.ts';
import {
  assessService,
  compileProxy,
  decide,
  decideWayIn,
  Mesh,
  parseObjects,
  type WayIn,
} from './engine.ts';
import { askFrom } from './askFrom.ts';
import { describeMeshConfig } from './meshConfig.ts';
import {
  GATEWAY,
  NAMESPACE,
  RAW_PORT,
  SERVER,
  SERVER_PORT,
  startComparedMesh,
} from './meshTopology.ts';
import { onGateway, onServer } from './meshWords.ts';
import type { SampleRequest } from './requests.ts';
import type { Routing } from './routing.ts';
import { deployPolicies, waitForRoutes, type SettledProxy } from './settle.ts';

/** What is drawn on the mesh. */
export interface MeshDraw
  extends Pick<Bench, 'title' | 'generate' | 'callers' | 'requestsPerSet'> {
  routing: Routing;
}

const isAmong = ({ metadata }: Manifest, all: Manifest[]) =>
  all.some(each => each.metadata!.name === metadata!.name);

function buildMesh(objects: Manifest[]): InstanceType<typeof Mesh> {
  const mesh = new Mesh();
  for (const each of parseObjects(objects).resources) mesh.apply(each);
  return mesh;
}

function findWayIn(mesh: InstanceType<typeof Mesh>): WayIn {
  const service = { namespace: NAMESPACE, name: SERVER.service.name };
  const { waysIn } = assessService(mesh, service);
  const found = waysIn.find(({ kind }) => kind === 'gateway');
  if (!found) throw new Error('The engine sees no way in by the gateway');
  return found;
}

/** The gateway answers 503 where the sidecar closed the connection; the server itself never does. */
const asClosedBehind = (seen: Seen): Seen =>
  seen.status === 503 ? { status: 'closed', body: '' } : seen;

/** Under it a set may put a STRICT of its own; mesh-wide settings of other tests do not reach. */
const PERMISSIVE: Manifest = {
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { name: 'default', namespace: NAMESPACE },
  spec: { mtls: { mode: 'PERMISSIVE' } },
};

/**
 * A gateway and a server with mutual TLS. Callers: `frontend` and `stranger` by their sidecars,
 * `gateway` from outside, and `plaintext` past everything but the server's own sidecar.
 */
export async function startMeshBench(
  lab: Lab,
  { routing, ...draw }: MeshDraw,
): Promise<Bench> {
  const { kube, state } = lab;
  const { objects, clusterIp, rawClusterIp } = await startComparedMesh(lab);
  await removeLeftovers(lab, NAMESPACE, () => true);
  for (const namespace of ['default', 'istio-system']) {
    const isOurs = (name: string) => name.startsWith('compare-');
    await removeLeftovers(lab, namespace, isOurs);
    await removeLeftoverRoutes(lab, namespace, isOurs);
  }
  const client = `${state.subnet}.1`;
  const serverIp = addressOf(SERVER, state.subnet);
  let deployed: Manifest[] = [];
  let routed: Manifest[] = [];
  await removeLeftoverRoutes(lab, NAMESPACE, () => true);
  await kube.apply([PERMISSIVE, routing.listener]);
  const known = [
    ...[describeMeshConfig(), ...objects],
    ...[PERMISSIVE, routing.listener],
  ];
  const isRoute = ({ kind }: Manifest) => kind === routing.kind;
  const routesOf = (set: Manifest[]) =>
    set.some(isRoute) ? set.filter(isRoute) : [routing.plain];
  const policiesOf = (set: Manifest[]) => set.filter(each => !isRoute(each));

  const proxies: SettledProxy[] = [
    {
      pod: SERVER.name,
      namespace: NAMESPACE,
      target: onServer,
      listeners: /^virtualInbound$/,
    },
    {
      pod: GATEWAY.name,
      namespace: NAMESPACE,
      target: onGateway,
      listeners: /_8080$/,
    },
  ];
  const callers: Record<string, { pod: string; url: string; raw?: string }> = {
    frontend: {
      pod: FRONTEND.name,
      url: `http://${clusterIp}:80`,
      raw: rawClusterIp,
    },
    stranger: {
      pod: STRANGER.name,
      url: `http://${clusterIp}:80`,
      raw: rawClusterIp,
    },
    plaintext: {
      pod: 'host',
      url: `http://${serverIp}:${SERVER_PORT}`,
      raw: serverIp,
    },
    gateway: {
      pod: 'host',
      url: `http://${addressOf(GATEWAY, state.subnet)}:8080`,
    },
  };

  return {
    ...draw,
    slots: 1,
    instantiate(set, _slot, generation) {
      const named = set.map(each => ({
        ...each,
        metadata: {
          ...each.metadata,
          name: `compare-${each.metadata!.name}`,
        },
      }));
      return fillIn(named, { CLIENT: client, GENERATION: generation });
    },
    async deploy([set = []], generation) {
      await kube.remove(deployed);
      const policies = policiesOf(set);
      deployed = policies;
      const routes = routing.mark(routesOf(set), generation);
      await kube.remove(routed.filter(each => !isAmong(each, routes)));
      routed = routes;
      await applyByAge(kube, [routes.slice(0, -1)]);
      // It has the mark.
      await kube.apply(routes.slice(-1));
      await deployPolicies(lab, policies, proxies, generation);
      await waitForRoutes(GATEWAY.name, routing.markOf(generation));
      await sleep(50);
    },
    judge(_slot, set) {
      const [policies, routes] = [policiesOf(set), routesOf(set)].map(all =>
        all.map(createdAsDrawn),
      );
      const mesh = buildMesh([...known, ...routes, ...policies]);
      // Whatever the routes that were drawn lead to.
      const wayIn = findWayIn(
        buildMesh([...known, routing.plain, ...policies]),
      );
      const { namespace, name, labels } = SERVER;
      const sidecar = {
        kind: 'sidecar' as const,
        namespace,
        name,
        labels: { ...labels, 'security.istio.io/tlsMode': 'istio' },
      };
      return request => {
        const { method, host, path, headers, tokens, from, protocol } = request;
        const sent =
          protocol === 'tcp'
            ? { port: RAW_PORT, protocol }
            : { port: SERVER_PORT, method, host, path, headers, tokens };
        if (from === 'gateway') {
          const asked = {
            ...sent,
            sni: '',
            source: { ip: client },
            destinationIp: addressOf(GATEWAY, state.subnet),
          };
          return toRouted(decideWayIn(mesh, wayIn, asked));
        }
        const account = from === 'plaintext' ? undefined : from;
        const [serverName, port] =
          protocol === 'tcp'
            ? ['server-raw', RAW_PORT]
            : [SERVER.service.name, SERVER.service.ports[0].port];
        return decide(compileProxy(mesh, sidecar), {
          ...sent,
          // What Istio's proxies name to each other.
          sni: account
            ? `outbound_.${port}_._.${serverName}.${NAMESPACE}.svc.cluster.local`
            : '',
          source: account
            ? {
                principal: `cluster.local/ns/default/sa/${account}`,
                namespace: 'default',
                ip: addressOf(
                  account === 'frontend' ? FRONTEND : STRANGER,
                  state.subnet,
                ),
              }
            : { ip: client },
          destinationIp: serverIp,
        });
      };
    },
    async ask(_slot, requests) {
      const seen: Seen[] = [];
      const byCaller = new Map<string, number[]>();
      requests.forEach(({ from }, index) =>
        byCaller.set(from, [...(byCaller.get(from) ?? []), index]),
      );
      await Promise.all(
        [...byCaller].map(async ([from, indexes]) => {
          const { pod, url, raw } = callers[from];
          const answers = await askFrom(
            pod,
            indexes.map(index => {
              const { method, host, path, headers, protocol }: SampleRequest =
                requests[index];
              if (protocol === 'tcp') return { host: raw!, port: RAW_PORT };
              return {
                url: `${url}${path}`,
                method,
                headers: { host, ...headers },
              };
            }),
          );
          indexes.forEach((index, at) => {
            seen[index] =
              from === 'gateway' ? asClosedBehind(answers[at]) : answers[at];
          });
        }),
      );
      return seen;
    },
    async clear() {
      await kube.remove([...deployed, ...routed, routing.listener]);
      deployed = [];
      routed = [];
    },
  };
}
