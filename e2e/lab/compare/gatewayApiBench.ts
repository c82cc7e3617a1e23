import { createdAsDrawn } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import {
  addressOf,
  GATEWAY_API_GATEWAY,
  INGRESS,
} from '../topology/workloads.ts';
import { sleep, waitFor } from '../wait.ts';
import { askHttp } from './askHttp.ts';
import { fillIn, toSaid, type Bench, type Seen } from './bench.ts';
import {
  assessService,
  compileProxy,
  decide,
  decideWayIn,
  Mesh,
  parseObjects,
} from './engine.ts';
import {
  describeKnown,
  REDIRECT_STATUS,
  ROUTES,
} from './gatewayApiTopology.ts';
import { CALLERS, PROXIES, WORDS } from './gatewayApiWords.ts';
import { removeLeftovers } from './leftovers.ts';
import { describeMeshConfig } from './meshConfig.ts';
import { generatePolicies } from './policies.ts';
import type { SampleRequest } from './requests.ts';
import { deployPolicies, describeSentinels } from './settle.ts';

const REPORTS = { namespace: 'ambient', name: 'reports' };

/**
 * Which policies reach a gateway of the Gateway API and a waypoint. Callers: `gateway-api`, and
 * `waypoint`, which asks the ingress gateway. istiod runs with ambient support meanwhile.
 */
export async function startGatewayApiBench(lab: Lab): Promise<Bench> {
  const { kube, state } = lab;
  for (const namespace of ['default', 'ambient', 'istio-system']) {
    await removeLeftovers(lab, namespace, name => name.startsWith('compare-'));
  }
  await lab.restartIstiod({ ambient: true });
  await kube.apply(ROUTES);
  const client = `${state.subnet}.1`;
  const callers: Record<string, { address: string; port: number }> = {
    'gateway-api': {
      address: addressOf(GATEWAY_API_GATEWAY, state.subnet),
      port: 80,
    },
    waypoint: { address: addressOf(INGRESS, state.subnet), port: 8080 },
  };
  const known = [describeMeshConfig(), ...describeKnown(lab)];
  let deployed: Manifest[] = [];

  async function askOne(request: SampleRequest): Promise<Seen> {
    const { from, method, host, path, headers } = request;
    const { address, port } = callers[from];
    const seen = await askHttp({
      url: `http://${address}:${port}${path}`,
      method,
      headers: { host, ...headers },
    });
    return seen.status === REDIRECT_STATUS ? { ...seen, status: 200 } : seen;
  }

  for (const { name, hosts } of CALLERS) {
    await waitFor(`a way in by ${name}`, async () => {
      const plain = { method: 'GET', path: '/', headers: {}, tokens: [] };
      const remark = '';
      const seen = await askOne({
        from: name,
        host: hosts[0],
        ...plain,
        remark,
      });
      return seen.status === 200 ? true : undefined;
    });
  }

  return {
    title: 'a Gateway API gateway and a waypoint',
    generate: (random, stock) => generatePolicies(random, stock, WORDS),
    callers: CALLERS,
    slots: 1,
    instantiate(policies, _slot, generation) {
      const named = policies.map(({ metadata, ...policy }) => ({
        ...policy,
        metadata: { ...metadata, name: `compare-${metadata!.name}` },
      }));
      return fillIn(named, { CLIENT: client, GENERATION: generation });
    },
    async deploy([policies = []], generation) {
      await kube.remove(deployed);
      deployed = policies;
      await deployPolicies(lab, policies, PROXIES, generation);
      await sleep(100);
    },
    judge(_slot, policies) {
      const mesh = new Mesh();
      const { resources } = parseObjects([
        ...known,
        ...policies.map(createdAsDrawn),
      ]);
      for (const each of resources) mesh.apply(each);
      const wayIn = assessService(mesh, REPORTS).waysIn.find(
        each => each.kind === 'gateway',
      );
      if (wayIn?.hops.length !== 2) {
        throw new Error('The engine sees no way in by gateway and waypoint');
      }
      const { namespace, name, labels } = GATEWAY_API_GATEWAY;
      const gateway = { kind: 'gateway' as const, namespace, name, labels };
      return ({ from, method, host, path, headers, tokens }) => {
        const { address, port } = callers[from];
        const asked = {
          ...{ method, host, path, headers, tokens, port },
          source: { ip: client },
          sni: '',
          destinationIp: address,
        };
        if (from === 'gateway-api') {
          return decide(compileProxy(mesh, gateway), asked);
        }
        return toSaid(decideWayIn(mesh, wayIn, asked));
      };
    },
    async ask(_slot, requests) {
      const seen: Seen[] = [];
      for (const request of requests) seen.push(await askOne(request));
      return seen;
    },
    async clear() {
      await kube.remove(deployed);
      await kube.remove(describeSentinels(PROXIES, 'none'));
      await kube.remove(ROUTES);
      deployed = [];
      await lab.restartIstiod();
    },
  };
}
