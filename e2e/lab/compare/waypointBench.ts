import { applyByAge } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { addressOf, INGRESS, WAYPOINT } from '../topology/workloads.ts';
import { sleep, waitFor } from '../wait.ts';
import { askHttp } from './askHttp.ts';
import { readGreeting } from './askTcp.ts';
import { fillIn, type Bench, type Seen } from './bench.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import type { SampleRequest } from './requests.ts';
import {
  deployPolicies,
  describeSentinels,
  type SettledProxy,
} from './settle.ts';
import { GATEWAY_PORT, judgeWaypoint } from './waypointJudge.ts';
import { generateWaypointRoutes } from './waypointRoutes.ts';
import {
  describeServers,
  hostOf,
  NAMESPACE,
  serverOf,
  SERVERS,
  startServers,
} from './waypointTopology.ts';

/** Objects of several kinds reach istiod one after the other, in no order that shows. */
const SETTLE_MS = 300;

const PROXIES: SettledProxy[] = [
  {
    pod: INGRESS.name,
    namespace: INGRESS.namespace,
    target: { selector: { matchLabels: { istio: 'ingressgateway' } } },
    listeners: /_8080$/,
  },
  {
    pod: WAYPOINT.name,
    namespace: NAMESPACE,
    target: { targetRefs: [{ group: '', kind: 'Service', name: 'one' }] },
    listeners: /^main_internal$/,
  },
];

const isPolicy = ({ apiVersion }: Manifest) =>
  apiVersion!.startsWith('security.istio.io/');

/** What routes of a waypoint answer by themselves, when the policies have let a request pass. */
function isOfRoute(status: Seen['status'], path: string): boolean {
  // Of a path without a slash it is the parser's.
  const mayBeMissing = status === 404 && path.startsWith('/');
  return mayBeMissing || [299, 302, 500, 503].includes(Number(status));
}

/** Which Services of a waypoint requests come to by the gateway. Callers are the Services that they are for. */
export async function startWaypointBench(lab: Lab): Promise<Bench> {
  const { kube, state } = lab;
  for (const namespace of ['default', NAMESPACE, 'istio-system']) {
    const isOurs = (name: string) => name.startsWith('compare-');
    await removeLeftovers(lab, namespace, isOurs);
    await removeLeftoverRoutes(lab, namespace, isOurs);
  }
  await lab.restartIstiod({ ambient: true });
  await startServers();
  const servers = describeServers(state.subnet);
  await kube.apply(servers);
  const client = `${state.subnet}.1`;
  const address = addressOf(INGRESS, state.subnet);
  let deployed: Manifest[] = [];
  /** Whose server answered. */
  const reached = new WeakMap<SampleRequest, string>();
  const note = (request: SampleRequest, server?: { name: string }) =>
    server ? reached.set(request, server.name) : reached.delete(request);

  async function connectOne(request: SampleRequest): Promise<Seen> {
    const { tcp } = serverOf(request);
    const said = await readGreeting({ host: address, port: tcp.entryPort });
    const server = SERVERS.find(({ name }) => name === said);
    note(request, server);
    return { status: server ? 200 : 'closed', body: '' };
  }

  async function askOne(request: SampleRequest): Promise<Seen> {
    const { method, host, path, headers, protocol } = request;
    if (protocol === 'tcp') return connectOne(request);
    const seen = await askHttp({
      url: `http://${address}:${GATEWAY_PORT}${path}`,
      method,
      headers: { host, ...headers },
    });
    const server = SERVERS.find(({ status }) => status === seen.status);
    note(request, server);
    const isAnswer = server || isOfRoute(seen.status, path);
    return isAnswer ? { status: 200, body: '' } : seen;
  }

  for (const { name } of SERVERS) {
    await waitFor(`a way in to ${name}`, async () => {
      const request: SampleRequest = {
        ...{ from: name, method: 'GET', host: hostOf(name), path: '/' },
        ...{ headers: {}, tokens: [], remark: '' },
      };
      const connection: SampleRequest = { ...request, protocol: 'tcp' };
      await askOne(request);
      await askOne(connection);
      const isThere = (asked: SampleRequest) => reached.get(asked) === name;
      return isThere(request) && isThere(connection) ? true : undefined;
    });
  }

  return {
    title: 'the Services that a waypoint leads to',
    generate: generateWaypointRoutes,
    callers: SERVERS.flatMap(({ name }) => {
      const http = { name, hosts: [hostOf(name)] };
      return [http, http, http, { ...http, tcp: [undefined] }];
    }),
    slots: 1,
    instantiate(set, _slot, generation) {
      const named = set.map(({ metadata, ...each }) => ({
        ...each,
        metadata: { ...metadata, name: `compare-${metadata!.name}` },
      }));
      return fillIn(named, { CLIENT: client, GENERATION: generation });
    },
    async deploy([set = []], generation) {
      await kube.remove(deployed);
      deployed = set;
      await applyByAge(kube, [set.filter(each => !isPolicy(each))]);
      await sleep(SETTLE_MS);
      await deployPolicies(lab, set.filter(isPolicy), PROXIES, generation);
      await sleep(100);
    },
    judge(_slot, set) {
      const judge = judgeWaypoint(lab, set);
      return request => judge(request, reached.get(request));
    },
    async ask(_slot, requests) {
      const seen: Seen[] = [];
      for (const request of requests) seen.push(await askOne(request));
      return seen;
    },
    async clear() {
      await kube.remove([
        ...deployed,
        ...describeSentinels(PROXIES, 'none'),
        ...servers,
      ]);
      deployed = [];
      await lab.restartIstiod();
    },
  };
}
