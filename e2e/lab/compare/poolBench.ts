import type { Lab } from '../client.ts';
import { request as send } from '../http.ts';
import type { Manifest } from '../kube.ts';
import {
  deployPolicies,
  describePoolObjects,
  startPool,
  type PoolAssignment,
} from '../pool.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import { fillIn, type Bench } from './bench.ts';
import { compileProxy, decide, Mesh, parseObjects } from './engine.ts';
import { generatePolicies } from './policies.ts';
import { GATEWAY_HOSTS, type SampleRequest } from './requests.ts';
import {
  GATEWAY_HOSTS as POLICY_HOSTS,
  RANGES,
  type Place,
  type PolicyWords,
} from './words.ts';

const select = (matchLabels: Record<string, string>) => ({
  selector: { matchLabels },
});

const PLACES: Place[] = [
  { namespace: '$NS', target: {} },
  { namespace: '$NS', target: {} },
  { namespace: '$NS', target: {} },
  { namespace: '$NS', target: select({ pool: '$POOL' }) },
  { namespace: '$NS', target: select({ pool: '$POOL' }) },
  {
    namespace: 'istio-system',
    target: select({ app: 'pool', pool: '$POOL' }),
  },
  {
    namespace: 'istio-system',
    target: select({ app: 'pool', pool: '$POOL' }),
  },
  { namespace: '$NS', target: select({ pool: '$POOL', tier: 'other' }) },
  {
    namespace: '$NS',
    target: {
      targetRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: '$POOL',
        },
      ],
    },
  },
];

const WORDS: PolicyWords = {
  hosts: POLICY_HOSTS,
  principals: ['*', 'cluster.local/ns/default/sa/frontend'],
  namespaces: ['default', '*'],
  ports: ['$PORT0', '$PORT1', '8080'],
  ranges: RANGES,
  places: PLACES,
};

/** Gateways with plain HTTP, many at once. Callers: `port0` (as often as not) and `port1`. */
export async function startPoolBench(lab: Lab, count: number): Promise<Bench> {
  const pool = await startPool(lab, count);
  for (const { namespace } of pool) {
    await removeLeftovers(lab, namespace, () => true);
    await removeLeftoverRoutes(lab, namespace);
  }
  await removeLeftovers(lab, 'istio-system', name => name.startsWith('pool-'));
  const client = `${lab.state.subnet}.1`;
  let deployed: PoolAssignment[] = [];
  const portOf = (slot: number, { from }: SampleRequest) =>
    pool[slot].ports[from === 'port1' ? 1 : 0];
  return {
    title: `${count} gateways`,
    generate: (random, stock) => generatePolicies(random, stock, WORDS),
    callers: ['port0', 'port0', 'port0', 'port1'].map(name => ({
      name,
      hosts: GATEWAY_HOSTS,
    })),
    slots: count,
    instantiate(policies, slot, generation) {
      const { name, namespace, ports } = pool[slot];
      const own = policies.map(policy => ({
        ...policy,
        // Names in the root namespace are shared by all slots.
        metadata: {
          ...policy.metadata,
          name: `$POOL-${policy.metadata!.name}`,
        },
      }));
      return fillIn(own as Manifest[], {
        NS: namespace,
        POOL: name,
        PORT0: String(ports[0]),
        PORT1: String(ports[1]),
        CLIENT: client,
        GENERATION: generation,
      });
    },
    async deploy(sets, generation) {
      const assignments = sets.map((policies, slot) => ({
        gateway: pool[slot],
        policies,
      }));
      await deployPolicies(lab, assignments, deployed, generation);
      deployed = assignments;
    },
    judge(slot, policies) {
      const gateway = pool[slot];
      const mesh = new Mesh();
      const objects = [...describePoolObjects(gateway), ...policies];
      for (const each of parseObjects(objects).resources) mesh.apply(each);
      const { namespace, name, labels, address } = gateway;
      const proxy = { kind: 'gateway' as const, namespace, name, labels };
      return request => {
        const { method, host, path, headers, tokens } = request;
        return decide(compileProxy(mesh, proxy), {
          port: portOf(slot, request),
          method,
          host,
          path,
          headers,
          tokens,
          source: { ip: client },
          destinationIp: address,
        });
      };
    },
    async ask(slot, requests) {
      const seen = [];
      for (const request of requests) {
        const { method, host, path, headers } = request;
        const at = `http://${pool[slot].address}:${portOf(slot, request)}`;
        const answer = await send(`${at}${path}`, {
          method,
          headers: { host, ...headers },
        });
        seen.push({ status: answer.status, body: answer.body });
      }
      return seen;
    },
    async clear() {
      for (const { policies } of deployed) await lab.kube.remove(policies);
      deployed = [];
    },
  };
}
