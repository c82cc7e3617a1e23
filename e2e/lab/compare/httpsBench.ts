import type { Lab } from '../client.ts';
import { request as send } from '../http.ts';
import { toRouted, type Bench, type Seen } from './bench.ts';
import { decideWayIn } from './engine.ts';
import { startGatewayFrame } from './gatewayFrame.ts';
import { generateHttps, HTTPS_CERTIFICATE, HTTPS_PORTS } from './https.ts';
import { GATEWAY, NAMESPACE } from './meshTopology.ts';

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

const proxy = {
  kind: 'gateway' as const,
  namespace: NAMESPACE,
  name: GATEWAY.name,
  labels: GATEWAY.labels,
};

/** Which of several Gateways serves a name, and whose routes it goes to. Callers are ports and names. */
export async function startHttpsBench(lab: Lab): Promise<Bench> {
  const { address, readMesh, ...frame } = await startGatewayFrame(lab, {
    certificate: HTTPS_CERTIFICATE,
  });
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
    ...frame,
    judge() {
      const mesh = readMesh();
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
  };
}
