import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createdAsDrawn } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import {
  deployPolicies,
  describePoolObjects,
  startPool,
  type PoolAssignment,
} from '../pool.ts';
import { waitFor } from '../wait.ts';
import { askHttp } from './askHttp.ts';
import { askTcp, createTcpServer } from './askTcp.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import { fillIn, type Bench } from './bench.ts';
import { describeMeshConfig } from './meshConfig.ts';
import { compileProxy, decide, Mesh, parseObjects } from './engine.ts';
import { generatePolicies } from './policies.ts';
import { DETAILS_FILTER, describeRawPorts, rawPortsOf } from './poolExtras.ts';
import { GATEWAY_HOSTS, type Caller, type SampleRequest } from './requests.ts';
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
  serviceAccounts: ['frontend', 'default/frontend'],
  ports: ['$PORT0', '$PORT1', '$PORT2', '$PORT3', '8080'],
  ranges: RANGES,
  places: PLACES,
};

const CALLERS: Caller[] = [
  ...['port0', 'port0', 'port0', 'port0', 'port1'].map(name => ({
    name,
    hosts: GATEWAY_HOSTS,
  })),
  { name: 'tcp', hosts: ['-'], tcp: [undefined] },
  {
    name: 'tls',
    hosts: ['-'],
    tcp: ['h.example.com', 'a.example.com', 'H.EXAMPLE.com', 'other.test'],
  },
];

/** Gateways with plain HTTP, TCP and TLS that is passed through, many at once. */
export async function startPoolBench(lab: Lab, count: number): Promise<Bench> {
  const pool = await startPool(lab, count);
  for (const { namespace } of pool) {
    await removeLeftovers(lab, namespace, () => true);
    await removeLeftoverRoutes(lab, namespace);
  }
  await removeLeftovers(lab, 'istio-system', name => name.startsWith('pool-'));
  const client = `${lab.state.subnet}.1`;
  let deployed: PoolAssignment[] = [];
  const meshConfig = describeMeshConfig();
  const server = createTcpServer().listen(0, client);
  await once(server, 'listening');
  const upstream = {
    address: client,
    port: (server.address() as AddressInfo).port,
  };
  await lab.kube.apply(DETAILS_FILTER);
  const raw = pool.map(gateway => describeRawPorts(gateway, upstream));
  await lab.kube.apply(raw.flat());
  for (const gateway of pool) {
    await waitFor(`${gateway.name} to pass connections through`, async () => {
      const { tcp, tls } = rawPortsOf(gateway);
      const host = gateway.address;
      const plain = await askTcp({ host, port: tcp });
      const secure = await askTcp({ host, port: tls, sni: 'h.example.com' });
      return plain.status === 200 && secure.status === 200 ? true : undefined;
    });
  }
  const portOf = (slot: number, { from }: Pick<SampleRequest, 'from'>) => {
    const [port0, port1] = pool[slot].ports;
    return { port0, port1, ...rawPortsOf(pool[slot]) }[from]!;
  };
  return {
    title: `${count} gateways`,
    generate: (random, stock) => generatePolicies(random, stock, WORDS),
    callers: CALLERS,
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
        PORT2: String(rawPortsOf(pool[slot]).tcp),
        PORT3: String(rawPortsOf(pool[slot]).tls),
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
      const objects = [
        meshConfig,
        ...describePoolObjects(gateway),
        ...raw[slot],
        ...policies.map(createdAsDrawn),
      ];
      for (const each of parseObjects(objects).resources) mesh.apply(each);
      const { namespace, name, labels, address } = gateway;
      const proxy = { kind: 'gateway' as const, namespace, name, labels };
      return request => {
        const { method, host, path, headers, tokens, protocol, sni } = request;
        const said = decide(compileProxy(mesh, proxy), {
          port: portOf(slot, request),
          source: { ip: client },
          destinationIp: address,
          // Empty where the client names no server.
          sni: sni ?? '',
          ...(protocol === 'tcp'
            ? { protocol }
            : { method, host, path, headers, tokens }),
        });
        return said.status === 200 && protocol !== 'tcp'
          ? { ...said, body: 'passed' }
          : said;
      };
    },
    async ask(slot, requests) {
      const { address } = pool[slot];
      const seen = [];
      for (const request of requests) {
        const { method, host, path, headers, protocol, sni } = request;
        const port = portOf(slot, request);
        seen.push(
          protocol === 'tcp'
            ? await askTcp({ host: address, port, sni })
            : await askHttp({
                url: `http://${address}:${port}${path}`,
                method,
                headers: { host, ...headers },
              }),
        );
      }
      return seen;
    },
    async clear() {
      for (const { policies } of deployed) await lab.kube.remove(policies);
      deployed = [];
      await lab.kube.remove([DETAILS_FILTER, ...raw.flat()]);
      server.close();
    },
  };
}
