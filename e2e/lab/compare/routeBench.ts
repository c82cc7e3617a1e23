import type { Lab } from '../client.ts';
import { request as send } from '../http.ts';
import type { Manifest } from '../kube.ts';
import {
  deployPolicies,
  describePoolObjects,
  startPool,
  type PoolAssignment,
  type PoolGateway,
} from '../pool.ts';
import { sleep, waitFor } from '../wait.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import { createdIn, fillIn, toRouted, type Bench, type Said } from './bench.ts';
import { askHttp } from './askHttp.ts';
import { decideWayIn, Mesh, parseObjects, type WayIn } from './engine.ts';
import { GATEWAY_HOSTS, type SampleRequest } from './requests.ts';
import { generateRoutes } from './routes.ts';

const SENTINEL_STATUS = 299;

/** A route of its own that says which generation a gateway has. */
function describeSentinel(
  gateway: PoolGateway,
  generation: string,
): Manifest[] {
  const { namespace, labels, ports } = gateway;
  const host = `${generation}.sentinel.test`;
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'sentinel', namespace },
      spec: {
        selector: labels,
        servers: ports.map(number => ({
          port: { number, name: `http-${number}`, protocol: 'HTTP' },
          hosts: ['*.sentinel.test'],
        })),
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'sentinel', namespace },
      spec: {
        hosts: [host],
        gateways: ['sentinel'],
        http: [{ directResponse: { status: SENTINEL_STATUS } }],
      },
    },
  ];
}

/** The pool's own route, which would answer before the ones under test. */
const ownRoute = (gateway: PoolGateway): Manifest[] =>
  describePoolObjects(gateway).filter(each => each.kind === 'VirtualService');

const isPolicy = ({ kind }: Manifest) => kind === 'RequestAuthentication';

/** Istio goes by age, and the pool's own Gateway was there before what is drawn. */
function withAge(object: Manifest, { name }: PoolGateway): Manifest {
  const isOld = object.kind === 'Gateway' && object.metadata!.name === name;
  return createdIn(isOld ? 2000 : 2001, object);
}

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

/** Routes of gateways: Gateway servers and VirtualServices, whose routes answer by themselves. */
export async function startRouteBench(lab: Lab, count: number): Promise<Bench> {
  const { kube, state } = lab;
  const pool = await startPool(lab, count);
  const client = `${state.subnet}.1`;
  for (const { namespace } of pool) {
    await removeLeftovers(lab, namespace, () => true);
    await removeLeftoverRoutes(lab, namespace);
  }
  let assigned: PoolAssignment[] = [];
  const assign = async (sets: Manifest[][], generation: string) => {
    const wanted = pool.map((gateway, slot) => ({
      gateway,
      policies: (sets[slot] ?? []).filter(isPolicy),
    }));
    await deployPolicies(lab, wanted, assigned, generation);
    assigned = wanted;
  };
  await assign([], `routes${process.pid}`);
  let deployed: Manifest[] = [];
  const urlOf = (slot: number, { from }: Pick<SampleRequest, 'from'>) =>
    `http://${pool[slot].address}:${
      pool[slot].ports[from === 'port1' ? 1 : 0]
    }`;

  return {
    title: `the routes of ${count} gateways`,
    generate: generateRoutes,
    callers: ['port0', 'port1'].map(name => ({ name, hosts: GATEWAY_HOSTS })),
    slots: count,
    instantiate(manifests, slot, generation) {
      const { name, namespace, ports } = pool[slot];
      const filled = fillIn(manifests, {
        NS: namespace,
        POOL: name,
        PORT0: String(ports[0]),
        PORT1: String(ports[1]),
        GENERATION: generation,
      });
      for (const { kind, spec } of filled) {
        if (kind !== 'Gateway') continue;
        for (const { port } of spec?.servers ?? []) {
          if (port?.number) port.number = Number(port.number);
        }
      }
      return filled;
    },
    async deploy(sets, generation) {
      await assign(sets, generation);
      const routes = sets.map(set => set.filter(each => !isPolicy(each)));
      const wanted = routes.flat();
      const keep = new Set(wanted.map(each => each.metadata!.name));
      await kube.remove(
        deployed.filter(each => !keep.has(each.metadata!.name)),
      );
      await Promise.all(
        routes.map(async (set, slot) => {
          await kube.remove(ownRoute(pool[slot]));
          const sentinel = describeSentinel(pool[slot], generation);
          await kube.apply([...set, ...sentinel]);
        }),
      );
      deployed = wanted;
      for (const slot of sets.keys()) {
        for (const from of ['port0', 'port1']) {
          await waitFor(
            `${pool[slot].name} to have ${generation}`,
            async () => {
              const { status } = await send(`${urlOf(slot, { from })}/`, {
                headers: { host: `${generation}.sentinel.test` },
              });
              return status === SENTINEL_STATUS ? true : undefined;
            },
            { everyMs: 40, timeoutMs: 20_000 },
          );
        }
      }
      await sleep(100);
    },
    judge(slot, manifests) {
      const { ports } = pool[slot];
      const mesh = new Mesh();
      const aged = manifests.map(each => withAge(each, pool[slot]));
      for (const each of parseObjects(aged).resources) mesh.apply(each);
      return ({ from, method, host, path, headers, tokens }): Said => {
        const port = ports[from === 'port1' ? 1 : 0];
        const way = decideWayIn(mesh, describeWayIn(pool[slot], port), {
          ...{ port, method, host, path, headers, tokens },
          source: { ip: client },
        });
        if (way.route?.kind === 'service') {
          throw new Error('No route of this bench leads to a Service');
        }
        return toRouted(way);
      };
    },
    async ask(slot, requests) {
      const seen = [];
      for (const request of requests) {
        const { method, host, path, headers } = request;
        const url = `${urlOf(slot, request)}${path}`;
        const sent = { host, ...headers };
        seen.push(await askHttp({ url, method, headers: sent }));
      }
      return seen;
    },
    async clear() {
      await kube.remove([
        ...deployed,
        ...assigned.flatMap(each => each.policies),
      ]);
      assigned = [];
      for (const gateway of pool) {
        await kube.remove(describeSentinel(gateway, 'none'));
        await kube.apply(describePoolObjects(gateway));
      }
      deployed = [];
    },
  };
}
