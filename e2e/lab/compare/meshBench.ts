import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { namespaceOf } from '../network.ts';
import { waitForStore } from '../pool.ts';
import { addressOf, FRONTEND, STRANGER } from '../topology/workloads.ts';
import { sleep } from '../wait.ts';
import { removeLeftovers } from './leftovers.ts';
import { fillIn, toSaid, type Bench, type Seen } from './bench.ts';
import {
  assessService,
  compileProxy,
  decide,
  decideWayIn,
  Mesh,
  parseObjects,
} from './engine.ts';
import type { Question } from './askFromPod.ts';
import { describeMeshConfig } from './meshConfig.ts';
import {
  describeRoutes,
  GATEWAY,
  NAMESPACE,
  RAW_PORT,
  SERVER,
  SERVER_PORT,
  startComparedMesh,
} from './meshTopology.ts';
import { onGateway, onServer } from './meshWords.ts';
import type { SampleRequest } from './requests.ts';
import {
  describeSentinels,
  waitForRoutes,
  waitForSentinels,
  type SettledProxy,
} from './settle.ts';

/** What is drawn on the mesh. */
export type MeshDraw = Pick<Bench, 'title' | 'generate' | 'callers'>;

const isRoutes = ({ kind }: Manifest) => kind === 'VirtualService';

/** The gateway's routes of a set, by a name that its Envoy tells. */
function findRoutes(set: Manifest[], name: string): Manifest {
  const { spec } = set.find(isRoutes) ?? describeRoutes();
  return describeRoutes(spec.http.map((each: object) => ({ ...each, name })));
}

/** Under it a set may put a STRICT of its own; mesh-wide settings of other tests do not reach. */
const PERMISSIVE: Manifest = {
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { name: 'default', namespace: NAMESPACE },
  spec: { mtls: { mode: 'PERMISSIVE' } },
};

function askFrom(pod: string, requests: Question[]): Promise<Seen[]> {
  const script = join(import.meta.dirname, 'askFromPod.ts');
  const command = pod === 'host' ? process.execPath : 'ip';
  const enter = ['netns', 'exec', namespaceOf(pod), process.execPath];
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...(pod === 'host' ? [] : enter), script],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        error ? reject(new Error(stderr)) : resolve(JSON.parse(stdout)),
    );
    child.stdin!.end(JSON.stringify(requests));
  });
}

/**
 * A gateway and a server with mutual TLS. Callers: `frontend` and `stranger` by their sidecars,
 * `gateway` from outside, and `plaintext` past everything but the server's own sidecar.
 */
export async function startMeshBench(lab: Lab, draw: MeshDraw): Promise<Bench> {
  const { kube, state } = lab;
  const { objects, clusterIp, rawClusterIp } = await startComparedMesh(lab);
  await removeLeftovers(lab, NAMESPACE, () => true);
  await removeLeftovers(lab, 'default', name => name.startsWith('compare-'));
  await removeLeftovers(lab, 'istio-system', name =>
    name.startsWith('compare-'),
  );
  const client = `${state.subnet}.1`;
  const serverIp = addressOf(SERVER, state.subnet);
  let deployed: Manifest[] = [];
  await kube.apply(PERMISSIVE);

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
      const named = set.map(each =>
        isRoutes(each)
          ? each
          : {
              ...each,
              metadata: {
                ...each.metadata,
                name: `compare-${each.metadata!.name}`,
              },
            },
      );
      return fillIn(named, { CLIENT: client, GENERATION: generation });
    },
    async deploy([set = []], generation) {
      await kube.remove(deployed);
      const policies = set.filter(each => !isRoutes(each));
      deployed = policies;
      const routes = await kube.apply([findRoutes(set, generation)]);
      await waitForStore(lab, routes, 'VirtualService');
      // One kind is read in order, several are not: the sentinel comes when the others were read.
      const isLast = (each: Manifest) => each.kind === 'AuthorizationPolicy';
      const read = await kube.apply(policies.filter(each => !isLast(each)));
      await waitForStore(lab, read, 'RequestAuthentication');
      await waitForStore(lab, read, 'PeerAuthentication');
      await kube.apply(policies.filter(isLast));
      await kube.apply(describeSentinels(proxies, generation));
      await waitForSentinels(proxies, generation);
      await waitForRoutes(GATEWAY.name, generation);
      await sleep(50);
    },
    judge(_slot, set) {
      const mesh = new Mesh();
      const routes = set.some(isRoutes) ? [] : [describeRoutes()];
      const all = [
        ...[describeMeshConfig(), ...objects, PERMISSIVE],
        ...[...routes, ...set],
      ];
      for (const each of parseObjects(all).resources) mesh.apply(each);
      const service = { namespace: NAMESPACE, name: SERVER.service.name };
      const wayIn = assessService(mesh, service).waysIn.find(
        each => each.kind === 'gateway',
      );
      if (!wayIn) throw new Error('The engine sees no way in by the gateway');
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
          return toSaid(decideWayIn(mesh, wayIn, asked));
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
            seen[index] = answers[at];
          });
        }),
      );
      return seen;
    },
    async clear() {
      await kube.remove(deployed);
      deployed = [];
    },
  };
}
