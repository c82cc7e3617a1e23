import type { Lab } from '../client.ts';
import { request as send } from '../http.ts';
import { stopWorkload } from '../parts/proxy.ts';
import { addressOf } from '../topology/workloads.ts';
import { fillIn, type Bench, type Said, type Seen } from './bench.ts';
import { coversHost } from './coversHost.ts';
import { assessService } from './engine.ts';
import { generateEntries, SERVER_ADDRESS } from './entries.ts';
import { startGatewayFrame } from './gatewayFrame.ts';
import { GATEWAY, NAMESPACE, SERVER } from './meshTopology.ts';
import { GATEWAY_HOSTS } from './requests.ts';

const PORT = 8080;
const SERVICE = { namespace: NAMESPACE, name: SERVER.service.name };

/**
 * Whether every route by ServiceEntries that comes to the server is a way in. The engine does not follow them, so where
 * it lists a way nothing is compared, and where it lists none the server must not be reached.
 */
export async function startEntryBench(lab: Lab): Promise<Bench> {
  const { address, readMesh, ...frame } = await startGatewayFrame(lab, {
    certificate: 'compare-entries',
  });
  // With their addresses, which the API server has alone.
  const pods = await lab.kube.list(`/api/v1/namespaces/${NAMESPACE}/pods`);
  const running = pods.map(pod => ({ apiVersion: 'v1', kind: 'Pod', ...pod }));
  const values = {
    [SERVER_ADDRESS.slice(1)]: addressOf(SERVER, lab.state.subnet),
  };
  return {
    title: 'which ServiceEntries lead to a Service',
    generate: generateEntries,
    callers: [{ name: 'gateway', hosts: GATEWAY_HOSTS }],
    requestsPerSet: 16,
    ...frame,
    instantiate: (manifests, _slot, generation) =>
      fillIn(manifests, { ...values, GENERATION: generation }),
    judge() {
      const { waysIn } = assessService(readMesh(running), SERVICE);
      return ({ host }): Said => {
        const listed = waysIn.find(each => coversHost(each, host));
        if (!listed) return { status: 404, trace: [] };
        const [reason = 'a way in is listed'] = listed.uncertain ?? [];
        return { status: 'unknown', reason, trace: [] };
      };
    },
    async ask(_slot, requests) {
      const seen: Seen[] = [];
      for (const { host } of requests) {
        const { body } = await send(`http://${address}:${PORT}/`, {
          headers: { host },
        });
        const isReached = body.includes(SERVER.name);
        seen.push({ status: isReached ? 200 : 404, body: '' });
      }
      return seen;
    },
    async clear() {
      await frame.clear();
      // Entries for the Service's own host can leave its sidecar without its ports until it connects to istiod anew, and
      // connections of the gateway with what it served before.
      await Promise.all([SERVER, GATEWAY].map(stopWorkload));
    },
  };
}
