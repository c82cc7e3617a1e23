import type { Lab } from '../client.ts';
import { request as send } from '../http.ts';
import type { Manifest } from '../kube.ts';
import { INGRESS } from '../topology/workloads.ts';
import { toRouted, type Bench, type Seen } from './bench.ts';
import { assessService, decideWayIn, type WayIn } from './engine.ts';
import { coversHost } from './coversHost.ts';
import { startGatewayFrame } from './gatewayFrame.ts';
import {
  generateIngresses,
  INGRESS_CERTIFICATE,
  INGRESS_CLASS,
  MISSING,
} from './ingresses.ts';
import { GATEWAY_HOSTS } from './requests.ts';

const PLAIN_PORT = 8080;
const SECURE_PORT = 8443;
/** Names in the handshake; an empty one is none. */
const NAMES = [
  'h.example.com',
  'a.example.com',
  'a.b.example.com',
  'other.test',
  '',
];
const CLASS: Manifest = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: INGRESS_CLASS },
  spec: { controller: 'istio.io/ingress-controller' },
};

/** What the engine must know of the lab's own workloads. */
const KINDS = ['Service', 'Pod'];

async function listWorkloads({ kube }: Lab): Promise<Manifest[]> {
  const lists = await Promise.all(
    KINDS.map(async kind => {
      const found = await kube.list(`/api/v1/${kind.toLowerCase()}s`);
      return found.map(each => ({ apiVersion: 'v1', kind, ...each }));
    }),
  );
  return lists.flat();
}

/** The way in by a port of the gateway, wherever its routes lead. */
function describeWayIn(port: number): WayIn {
  const { namespace, name, labels } = INGRESS;
  const proxy = { kind: 'gateway' as const, namespace, name, labels };
  return {
    id: `port${port}`,
    kind: 'gateway',
    host: '*',
    port,
    protocol: port === SECURE_PORT ? 'https' : 'http',
    paths: [],
    hops: [{ proxy, port, protocol: 'http', policies: [] }],
    callerIdentity: 'none',
  };
}

/** Envoy refuses such paths before it looks where a request goes, but not where nobody listens. */
const withoutOddities = (path: string) =>
  path.replace('%00', '').replace(/^\*$/, '/');

/** Which workload says that it was reached; empty for another answer. */
function workloadIn(body: string): string {
  try {
    return String(JSON.parse(body).workload ?? '').replace('compare-', '');
  } catch {
    return '';
  }
}

/** Which Services Ingresses lead to. Callers are ports, with the names of their handshake. */
export async function startIngressBench(lab: Lab): Promise<Bench> {
  const { kube } = lab;
  await kube.apply(CLASS);
  const { address, readMesh, clear, ...frame } = await startGatewayFrame(lab, {
    certificate: INGRESS_CERTIFICATE,
    gateway: INGRESS,
    more: [...(await listWorkloads(lab)), CLASS],
  });

  async function ask(from: string, host: string, path: string): Promise<Seen> {
    const [, sni] = from.split(' ');
    const url =
      sni === undefined
        ? `http://${address}:${PLAIN_PORT}${path}`
        : `https://${address}:${SECURE_PORT}${path}`;
    try {
      const { status, body } = await send(url, {
        headers: { host },
        serverName: sni ?? '',
      });
      return { status, body: status === 200 ? workloadIn(body) : body };
    } catch (error) {
      // Nobody listens, or a name that no server takes ends the handshake. For the engine nothing is found there.
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['ECONNREFUSED', 'ECONNRESET'].includes(code)) throw error;
      return { status: 404, body: '' };
    }
  }

  return {
    title: 'where Ingresses lead',
    generate: generateIngresses,
    callers: [
      ...Array.from({ length: 4 }, () => ({
        name: 'http',
        hosts: GATEWAY_HOSTS,
      })),
      ...NAMES.map(name => ({
        name: `https ${name}`,
        hosts: name === '' ? GATEWAY_HOSTS : [name, name, 'h.example.com'],
      })),
    ],
    ...frame,
    judge() {
      const mesh = readMesh();
      return ({ from, host, path }) => {
        const [, sni] = from.split(' ');
        const port = sni === undefined ? PLAIN_PORT : SECURE_PORT;
        const way = decideWayIn(mesh, describeWayIn(port), {
          ...{ port, method: 'GET', host, sni: sni ?? '' },
          path: withoutOddities(path),
        });
        const said = toRouted(way);
        if (way.route?.kind !== 'service' || said.status !== 200) return said;
        const { service } = way.route;
        if (service.name === MISSING) return { ...said, status: 503 };
        const isListed = assessService(mesh, service).waysIn.some(
          each => each.hops[0]?.port === port && coversHost(each, host),
        );
        return isListed
          ? { ...said, body: service.name }
          : { ...said, status: 'closed', reason: 'no way in is listed' };
      };
    },
    async ask(_slot, requests) {
      const seen: Seen[] = [];
      for (const { from, host, path } of requests) {
        seen.push(await ask(from, host, withoutOddities(path)));
      }
      return seen;
    },
    async clear() {
      await clear();
      await kube.remove(CLASS);
    },
  };
}
