import { applyByAge, createdIn } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { describePoolObjects, startPool, type PoolGateway } from '../pool.ts';
import { describeIstiod } from '../topology/istiod.ts';
import { sleep } from '../wait.ts';
import { FAR } from './apiParents.ts';
import { generateApiRoutes, SERVICE_PORTS } from './apiRoutes.ts';
import { fillIn, type Bench } from './bench.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import {
  askGateway,
  judgeRoutes,
  PORT_CALLERS,
  SENTINEL_HOSTS,
  sentinelHost,
  waitForGeneration,
} from './routedPool.ts';

const SENTINEL_STATUS = 308;
/** Objects of several kinds reach istiod's routes one after the other, in no order that shows. */
const SETTLE_MS = 300;

/** By which istiod knows the gateway's proxy for one of its Gateways. */
const describeService = ({
  name,
  namespace,
  labels,
  ports,
}: PoolGateway): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: {
    selector: labels,
    ports: SERVICE_PORTS.map((port, index) => ({
      name: `http-${port}`,
      port,
      targetPort: ports[index],
    })),
  },
});

/** A route of its own that says which generation a gateway has. */
function describeSentinel(
  { name, namespace }: PoolGateway,
  generation: string,
): Manifest[] {
  const apiVersion = 'gateway.networking.k8s.io/v1';
  const metadata = { name: 'sentinel', namespace };
  const requestRedirect = {
    hostname: 'sentinel.test',
    statusCode: SENTINEL_STATUS,
  };
  return [
    {
      apiVersion,
      kind: 'Gateway',
      metadata,
      spec: {
        gatewayClassName: 'istio',
        addresses: [
          {
            type: 'Hostname',
            value: `${name}.${namespace}.svc.cluster.local`,
          },
        ],
        listeners: SERVICE_PORTS.map(port => ({
          name: `http-${port}`,
          port,
          protocol: 'HTTP',
          hostname: SENTINEL_HOSTS,
        })),
      },
    },
    {
      apiVersion,
      kind: 'HTTPRoute',
      metadata,
      spec: {
        parentRefs: [{ name: 'sentinel' }],
        hostnames: [sentinelHost(generation)],
        rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect }] }],
      },
    },
  ];
}

/** Routes of gateways by the Gateway API: listeners of Gateways and ListenerSets, HTTPRoutes and GRPCRoutes. */
export async function startApiRouteBench(
  lab: Lab,
  count: number,
): Promise<Bench> {
  const { kube, state } = lab;
  const pool = await startPool(lab, count);
  const client = `${state.subnet}.1`;
  for (const gateway of pool) {
    await removeLeftovers(lab, gateway.namespace, () => true);
    await removeLeftoverRoutes(lab, gateway.namespace);
    await kube.remove(describePoolObjects(gateway));
    await kube.apply(describeService(gateway));
  }
  /** Another slot's namespace, where one slot alone has routes that are far. */
  const elsewhereOf = (slot: number) => pool[(slot + 1) % count].namespace;
  /** As the API server has them: it alone knows when each was made, and seconds part some of a set. */
  let deployed: Manifest[] = [];

  return {
    title: `the routes of ${count} gateways by the Gateway API`,
    generate: generateApiRoutes,
    callers: PORT_CALLERS,
    slots: count,
    instantiate(manifests, slot, generation) {
      const { name, namespace } = pool[slot];
      const values = {
        ...{ NS: namespace, OTHER: elsewhereOf(slot) },
        ...{ POOL: name, GENERATION: generation },
      };
      return fillIn(manifests, values);
    },
    async deploy(sets, generation) {
      await kube.remove(deployed);
      deployed = await applyByAge(kube, sets);
      const gateways = pool.slice(0, sets.length);
      const sentinels = gateways.map(each =>
        describeSentinel(each, generation),
      );
      await applyByAge(kube, sentinels);
      await waitForGeneration(gateways, generation, SENTINEL_STATUS);
      await sleep(SETTLE_MS);
    },
    judge(slot) {
      const gateway = pool[slot];
      const known = [
        describeIstiod(lab),
        describeService(gateway),
        ...describeSentinel(gateway, 'none').map(each => createdIn(2000, each)),
        ...deployed.filter(({ metadata }) =>
          metadata!.name!.endsWith(FAR)
            ? metadata!.namespace === elsewhereOf(slot)
            : metadata!.namespace === gateway.namespace,
        ),
      ];
      return judgeRoutes(gateway, known, client);
    },
    ask: (slot, requests) => askGateway(pool[slot], requests),
    async clear() {
      await kube.remove(deployed);
      deployed = [];
      for (const gateway of pool) {
        await kube.remove([
          describeService(gateway),
          ...describeSentinel(gateway, 'none'),
        ]);
        await kube.apply(describePoolObjects(gateway));
      }
    },
  };
}
