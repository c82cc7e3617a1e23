import type { Lab } from '../client.ts';
import { request as send } from '../http.ts';
import type { Manifest } from '../kube.ts';
import { describeCertificate } from '../topology/certificate.ts';
import { addressOf } from '../topology/workloads.ts';
import { sleep } from '../wait.ts';
import { createdIn, fillIn, toRouted, type Bench, type Seen } from './bench.ts';
import { decideWayIn, Mesh, parseObjects } from './engine.ts';
import { generateHttps, HTTPS_CERTIFICATE, HTTPS_PORTS } from './https.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import { GATEWAY, NAMESPACE, startComparedMesh } from './meshTopology.ts';
import { describeSentinel, waitForSentinel } from './routedPool.ts';

const SENTINEL_PORT = 8080;
const SETTLE_MS = 150;

/** Names in the handshake; none is no name. */
const NAMES = [
  'h.example.com',
  'h.example.com',
  'a.example.com',
  'a.b.example.com',
  'other.test',
  'H.Example.com',
  'none',
];

const HOSTS = [
  'h.example.com',
  'h.example.com',
  'H.EXAMPLE.com',
  'h.example.com:8443',
  'a.example.com',
  'a.b.example.com',
  'other.test',
];

/** Routes in plain text say which generation the gateway has. */
const SENTINEL_GATEWAY = {
  namespace: NAMESPACE,
  labels: GATEWAY.labels,
  ports: [80],
};

const proxy = {
  kind: 'gateway' as const,
  namespace: NAMESPACE,
  name: GATEWAY.name,
  labels: GATEWAY.labels,
};

/** Which of several Gateways serves a name, and whose routes it goes to. Callers are ports and names. */
export async function startHttpsBench(lab: Lab): Promise<Bench> {
  const { kube, state } = lab;
  const { objects } = await startComparedMesh(lab);
  const address = addressOf(GATEWAY, state.subnet);
  await removeLeftovers(lab, NAMESPACE, () => true);
  await removeLeftoverRoutes(lab, NAMESPACE, () => true);
  const certificate = describeCertificate(
    HTTPS_CERTIFICATE,
    NAMESPACE,
    GATEWAY.serviceAccount,
  );
  await kube.apply(certificate);
  /** As the API server has them: it alone knows when each was made. */
  let deployed: Manifest[] = [];
  const readCaller = (from: string) => {
    const [port, name] = from.split(' ');
    return { port: Number(port), sni: name === 'none' ? undefined : name };
  };

  async function ask(from: string, host: string): Promise<Seen> {
    const { port, sni } = readCaller(from);
    try {
      const { status, body } = await send(`https://${address}:${port}/`, {
        headers: { host },
        serverName: sni ?? '',
      });
      return { status, body };
    } catch (error) {
      // Nobody listens, or a name that no server takes ends the handshake. For the engine nothing is found there.
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['ECONNREFUSED', 'ECONNRESET'].includes(code)) throw error;
      return { status: 404, body: '' };
    }
  }

  return {
    title: 'which server of HTTPS takes a name',
    generate: generateHttps,
    callers: HTTPS_PORTS.flatMap(port =>
      NAMES.map(name => ({ name: `${port} ${name}`, hosts: HOSTS })),
    ),
    slots: 1,
    instantiate: (manifests, _slot, generation) =>
      fillIn(manifests, { GENERATION: generation }),
    async deploy([set = []], generation) {
      await kube.remove(deployed);
      deployed = await kube.apply(set);
      await kube.apply(describeSentinel(SENTINEL_GATEWAY, generation));
      await waitForSentinel(`http://${address}:${SENTINEL_PORT}`, generation);
      await sleep(SETTLE_MS);
    },
    judge() {
      const mesh = new Mesh();
      const sentinel = describeSentinel(SENTINEL_GATEWAY, 'none').map(each =>
        createdIn(2000, each),
      );
      const known = [...objects, ...sentinel, ...deployed];
      for (const each of parseObjects(known).resources) mesh.apply(each);
      return ({ from, host }) => {
        const { port, sni } = readCaller(from);
        return toRouted(
          decideWayIn(
            mesh,
            {
              id: `port${port}`,
              kind: 'gateway',
              host: '*',
              port,
              protocol: 'https',
              paths: [],
              hops: [{ proxy, port, protocol: 'http', policies: [] }],
              callerIdentity: 'none',
            },
            { port, host, sni: sni ?? '' },
          ),
        );
      };
    },
    async ask(_slot, requests) {
      const seen: Seen[] = [];
      for (const { from, host } of requests) {
        seen.push(await ask(from, host));
      }
      return seen;
    },
    async clear() {
      await kube.remove([
        ...deployed,
        ...describeSentinel(SENTINEL_GATEWAY, 'none'),
        ...certificate,
      ]);
      deployed = [];
    },
  };
}
