import type { Lab } from '../client.ts';
import { request as send } from '../http.ts';
import type { Manifest } from '../kube.ts';
import {
  deployPolicies,
  describePoolObjects,
  startPool,
  type PoolGateway,
} from '../pool.ts';
import { sleep, waitFor } from '../wait.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import { fillIn, type Bench, type Said } from './bench.ts';
import { askHttp } from './askHttp.ts';
import {
  compileProxy,
  decide,
  matchRoute,
  Mesh,
  parseObjects,
} from './engine.ts';
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

/** Routes of gateways: Gateway servers and VirtualServices, whose routes answer by themselves. */
export async function startRouteBench(lab: Lab, count: number): Promise<Bench> {
  const { kube, state } = lab;
  const pool = await startPool(lab, count);
  const client = `${state.subnet}.1`;
  for (const { namespace } of pool) {
    await removeLeftovers(lab, namespace, () => true);
    await removeLeftoverRoutes(lab, namespace);
  }
  await deployPolicies(
    lab,
    pool.map(gateway => ({ gateway, policies: [] })),
    [],
    `routes${process.pid}`,
  );
  let deployed: Manifest[] = [];
  const urlOf = (slot: number, { from }: Pick<SampleRequest, 'from'>) =>
    `http://${pool[slot].address}:${
      pool[slot].ports[from === 'port1' ? 1 : 0]
    }`;

  return {
    title: `the routes of ${count} gateways`,
    generate: random => generateRoutes(random),
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
      const wanted = sets.flat();
      const keep = new Set(wanted.map(each => each.metadata!.name));
      await kube.remove(
        deployed.filter(each => !keep.has(each.metadata!.name)),
      );
      await Promise.all(
        sets.map(async (set, slot) => {
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
      const { namespace, name, labels, ports } = pool[slot];
      const mesh = new Mesh();
      for (const each of parseObjects(manifests).resources) mesh.apply(each);
      const proxy = { kind: 'gateway' as const, namespace, name, labels };
      return ({ from, method, host, path, headers }): Said => {
        const request = {
          port: ports[from === 'port1' ? 1 : 0],
          method,
          host,
          path,
          headers,
          source: { ip: client },
        };
        // What the parser refuses is never routed.
        const parsed = decide(compileProxy(mesh, proxy), request);
        if (parsed.status !== 200) return parsed;
        const match = matchRoute(mesh, proxy, request);
        const trace: Said['trace'] = [];
        switch (match.kind) {
          case 'direct-response':
            return { status: match.status, trace };
          case 'redirect':
            return { status: match.status, trace };
          case 'not-found':
            return { status: 404, trace };
          case 'unknown':
            return { status: 'unknown', trace, reason: match.reason };
          default:
            throw new Error('No route of this bench leads to a Service');
        }
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
      await kube.remove(deployed);
      for (const gateway of pool) {
        await kube.remove(describeSentinel(gateway, 'none'));
        await kube.apply(describePoolObjects(gateway));
      }
      deployed = [];
    },
  };
}
