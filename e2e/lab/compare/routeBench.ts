import { applyByAge, createdAsDrawn, createdIn } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import {
  deployPolicies,
  describePoolObjects,
  startPool,
  type PoolAssignment,
  type PoolGateway,
} from '../pool.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import { fillIn, type Bench } from './bench.ts';
import {
  askGateway,
  describeSentinel,
  judgeRoutes,
  PORT_CALLERS,
  SENTINEL_STATUS,
  waitForGeneration,
} from './routedPool.ts';
import { generateRoutes } from './routes.ts';

/** The pool's own route, which would answer before the ones under test. */
const ownRoute = (gateway: PoolGateway): Manifest[] =>
  describePoolObjects(gateway).filter(each => each.kind === 'VirtualService');

const isPolicy = ({ kind }: Manifest) => kind === 'RequestAuthentication';

/** Istio goes by age, and the pool's own Gateway was there before what is drawn. */
function withAge(object: Manifest, { name }: PoolGateway): Manifest {
  const isOld = object.kind === 'Gateway' && object.metadata!.name === name;
  return isOld ? createdIn(2000, object) : createdAsDrawn(object);
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
  return {
    title: `the routes of ${count} gateways`,
    generate: generateRoutes,
    callers: PORT_CALLERS,
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
      const gateways = pool.slice(0, sets.length);
      await Promise.all(gateways.map(each => kube.remove(ownRoute(each))));
      await applyByAge(kube, routes);
      const sentinels = gateways.map(each =>
        describeSentinel(each, generation),
      );
      await applyByAge(kube, sentinels);
      deployed = wanted;
      await waitForGeneration(gateways, generation, SENTINEL_STATUS);
    },
    judge(slot, manifests) {
      const aged = manifests.map(each => withAge(each, pool[slot]));
      return judgeRoutes(pool[slot], aged, client);
    },
    ask: (slot, requests) => askGateway(pool[slot], requests),
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
