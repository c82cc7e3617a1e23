/** Gateways of the pool whose routes are tried: how they are asked, and how it shows that they have what was drawn. */
import { request as send } from '../http.ts';
import type { Manifest } from '../kube.ts';
import type { PoolGateway } from '../pool.ts';
import { sleep, waitFor } from '../wait.ts';
import { askHttp } from './askHttp.ts';
import { toRouted, type Said, type Seen } from './bench.ts';
import { decideWayIn, Mesh, parseObjects, type WayIn } from './engine.ts';
import { GATEWAY_HOSTS, type Caller, type SampleRequest } from './requests.ts';

/** One for each port of a gateway. */
export const PORT_CALLERS: Caller[] = ['port0', 'port1'].map(name => ({
  name,
  hosts: GATEWAY_HOSTS,
}));

const SENTINEL = 'sentinel.test';
/** The host whose route of its own says which generation a gateway has. */
export const sentinelHost = (generation: string) => `${generation}.${SENTINEL}`;
export const SENTINEL_HOSTS = `*.${SENTINEL}`;

export const SENTINEL_STATUS = 299;

/** A route of its own that says which generation a gateway has. */
export function describeSentinel(
  gateway: Pick<PoolGateway, 'namespace' | 'labels'> & { ports: number[] },
  generation: string,
): Manifest[] {
  const { namespace, labels, ports } = gateway;
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'sentinel', namespace },
      spec: {
        selector: labels,
        servers: ports.map(number => ({
          port: { number, name: `http-${number}`, protocol: 'HTTP' },
          hosts: [SENTINEL_HOSTS],
        })),
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'sentinel', namespace },
      spec: {
        hosts: [sentinelHost(generation)],
        gateways: ['sentinel'],
        http: [{ directResponse: { status: SENTINEL_STATUS } }],
      },
    },
  ];
}

type From = Pick<SampleRequest, 'from'>;

const portOf = ({ ports }: PoolGateway, { from }: From) =>
  ports[from === 'port1' ? 1 : 0];

const urlOf = (gateway: PoolGateway, request: From) =>
  `http://${gateway.address}:${portOf(gateway, request)}`;

/** The way in by a gateway's port, wherever its routes lead. */
function describeWayIn(
  { namespace, name, labels }: PoolGateway,
  port: number,
): WayIn {
  const proxy = { kind: 'gateway' as const, namespace, name, labels };
  return {
    id: `port${port}`,
    kind: 'gateway',
    host: '*',
    port,
    protocol: 'http',
    paths: [],
    hops: [{ proxy, port, protocol: 'http', policies: [] }],
    callerIdentity: 'none',
  };
}

/** What the engine says of requests that `client` sends to a gateway, given all that it knows. */
export function judgeRoutes(
  gateway: PoolGateway,
  objects: Manifest[],
  client: string,
): (request: SampleRequest) => Said {
  const mesh = new Mesh();
  for (const each of parseObjects(objects).resources) mesh.apply(each);
  return request => {
    const { method, host, path, headers, tokens } = request;
    const port = portOf(gateway, request);
    const way = decideWayIn(mesh, describeWayIn(gateway, port), {
      ...{ port, method, host, path, headers, tokens },
      source: { ip: client },
    });
    if (way.route?.kind === 'service') {
      throw new Error('No route of this bench leads to a Service');
    }
    return toRouted(way);
  };
}

/** Waits until both ports of each gateway answer the sentinel's host with the sentinel's status. */
export async function waitForGeneration(
  gateways: readonly PoolGateway[],
  generation: string,
  status: number,
): Promise<void> {
  for (const gateway of gateways) {
    for (const { name: from } of PORT_CALLERS) {
      await waitForSentinel(urlOf(gateway, { from }), generation, status);
    }
  }
  await sleep(100);
}

export async function waitForSentinel(
  url: string,
  generation: string,
  status = SENTINEL_STATUS,
): Promise<void> {
  const headers = { host: sentinelHost(generation) };
  await waitFor(
    `${url} to have ${generation}`,
    async () => {
      const answer = await send(`${url}/`, { headers });
      return answer.status === status ? true : undefined;
    },
    { everyMs: 40, timeoutMs: 20_000 },
  );
}

export async function askGateway(
  gateway: PoolGateway,
  requests: readonly SampleRequest[],
): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const request of requests) {
    const { method, host, path, headers } = request;
    const url = `${urlOf(gateway, request)}${path}`;
    seen.push(await askHttp({ url, method, headers: { host, ...headers } }));
  }
  return seen;
}
