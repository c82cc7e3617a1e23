/**
 * A pool of gateways, each alone in its namespace and with a label of its own, so that as many
 * policy sets can be tried at once without meeting each other. They answer 200 by themselves: what
 * is looked at is only what their filters decide.
 */
import { applyByAge } from './ages.ts';
import type { Lab } from './client.ts';
import { request } from './http.ts';
import type { Manifest } from './kube.ts';
import { createNamespace, hasNamespace } from './network.ts';
import { startPlainEnvoy } from './parts/plain-envoy.ts';
import { sleep, waitFor } from './wait.ts';

const POD = 'pool';
/** Address of the pool's network namespace: `<subnet>.40`. */
const INDEX = 40;

export interface PoolGateway {
  name: string;
  /** Its Kubernetes namespace. Only this gateway is in it. */
  namespace: string;
  labels: Record<string, string>;
  address: string;
  /** Ports that it listens on, plain HTTP. No Service maps them: they are also the target ports. */
  ports: [number, number];
  admin: string;
}

function describePoolGateway(index: number, address: string): PoolGateway {
  const name = `pool-${String(index).padStart(2, '0')}`;
  return {
    name,
    namespace: name,
    labels: { app: 'pool', pool: name },
    address,
    ports: [10_000 + 10 * index, 10_001 + 10 * index],
    admin: `http://${address}:${9000 + index}`,
  };
}

/** Gateway and routes of one member of the pool. The engine needs them to judge its ports. */
export function describePoolObjects(gateway: PoolGateway): Manifest[] {
  const { name, namespace, labels, ports } = gateway;
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name, namespace },
      spec: {
        selector: labels,
        servers: ports.map(number => ({
          port: { number, name: `http-${number}`, protocol: 'HTTP' },
          hosts: ['*'],
        })),
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name, namespace },
      spec: {
        hosts: ['*'],
        gateways: [name],
        http: [{ directResponse: { status: 200, body: { string: 'passed' } } }],
      },
    },
  ];
}

const sentinelOf = (gateway: PoolGateway, generation: string): Manifest => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: 'sentinel', namespace: gateway.namespace },
  spec: {
    // AUDIT decides nothing, so the policies under test stay as they are.
    action: 'AUDIT',
    rules: [{ to: [{ operation: { paths: [`/sentinel/${generation}`] } }] }],
  },
});

/** Starts (or finds) `count` gateways and waits until each answers. */
export async function startPool(
  lab: Lab,
  count: number,
): Promise<PoolGateway[]> {
  const { state, kube } = lab;
  if (!hasNamespace(POD)) createNamespace(POD, INDEX, state.subnet);
  const address = `${state.subnet}.${INDEX}`;
  const gateways = Array.from({ length: count }, (_, index) =>
    describePoolGateway(index, address),
  );
  for (const gateway of gateways) {
    const { name, namespace, labels } = gateway;
    await kube.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ...describePoolObjects(gateway),
      {
        // Without an agent there are no certificates: a cluster that wants them would hold the
        // listeners back.
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: 'no-mutual-tls', namespace },
        spec: {
          host: '*.local',
          exportTo: ['.'],
          trafficPolicy: { tls: { mode: 'DISABLE' } },
        },
      },
    ]);
    const adminPort = Number(gateway.admin.split(':').pop());
    await startPlainEnvoy(
      { name, namespace, labels, address, adminPort },
      POD,
      state,
    );
  }
  for (const gateway of gateways) await waitForPorts(lab, gateway);
  return gateways;
}

const PUSHES = 5;

/**
 * Waits until a gateway listens. istiod tells it of its Gateway with the next push where it connected while one was
 * under way, and by itself there is no next one.
 */
async function waitForPorts(lab: Lab, gateway: PoolGateway): Promise<void> {
  const { name, address, ports } = gateway;
  const listens = async () => {
    for (const port of ports) {
      await request(`http://${address}:${port}/`, { timeoutMs: 1000 });
    }
    return true;
  };
  for (let push = 1; ; push += 1) {
    try {
      await waitFor(`${name} to listen`, listens, { timeoutMs: 10_000 });
      return;
    } catch (error) {
      if (push > PUSHES) throw error;
      await lab.kube.apply(sentinelOf(gateway, `listens-${push}`));
    }
  }
}

/** What istiod has read: the resource versions of one kind, by namespace and name. */
async function readStore(lab: Lab, kind: string): Promise<Map<string, string>> {
  const at = `http://127.0.0.1:${
    lab.state.ports.istiodHttp
  }/debug/configz?resource=${kind.toLowerCase()}`;
  const answer = await request(at);
  const versions = new Map<string, string>();
  for (const each of JSON.parse(answer.body || '[]') ?? []) {
    if (each.kind !== kind) continue;
    const { namespace, name, resourceVersion } = each.metadata;
    versions.set(`${namespace}/${name}`, resourceVersion);
  }
  return versions;
}

export async function waitForStore(lab: Lab, wanted: Manifest[], kind: string) {
  await waitFor(
    `istiod to read ${kind}`,
    async () => {
      const store = await readStore(lab, kind);
      const complete = wanted
        .filter(each => each.kind === kind)
        .every(
          ({ metadata }) =>
            store.get(`${metadata!.namespace}/${metadata!.name}`) ===
            metadata!.resourceVersion,
        );
      return complete ? true : undefined;
    },
    { everyMs: 20, timeoutMs: 20_000 },
  );
}

/** Whether every listener in use (none warming) was made with the sentinel of `generation`. */
async function hasArrived(
  gateway: PoolGateway,
  generation: string,
): Promise<boolean> {
  const answer = await request(
    `${gateway.admin}/config_dump?resource=dynamic_listeners`,
  );
  const listeners = (JSON.parse(answer.body).configs ?? []).filter(
    (each: any) =>
      gateway.ports.some(port => String(each.name).endsWith(`_${port}`)),
  );
  return (
    listeners.length === gateway.ports.length &&
    listeners.every(
      (each: any) =>
        !each.warming_state &&
        JSON.stringify(each.active_state).includes(`/sentinel/${generation}"`),
    )
  );
}

/** The policies that are tried on one gateway. */
export interface PoolAssignment {
  gateway: PoolGateway;
  policies: Manifest[];
}

/**
 * Puts one policy set on each gateway and waits until the gateways have it. `previous` is what was
 * there before; it is removed first.
 */
export async function deployPolicies(
  lab: Lab,
  assignments: PoolAssignment[],
  previous: PoolAssignment[],
  generation: string,
): Promise<void> {
  const { kube } = lab;
  const keyOf = ({ kind, metadata }: Manifest) =>
    `${kind}/${metadata!.namespace}/${metadata!.name}`;
  const kept = new Set(assignments.flatMap(each => each.policies.map(keyOf)));
  const isKind = (kind: string) => (each: Manifest) => each.kind === kind;
  await Promise.all(
    previous.map(each =>
      kube.remove(each.policies.filter(policy => !kept.has(keyOf(policy)))),
    ),
  );
  const applied = await applyByAge(
    kube,
    assignments.map(each =>
      each.policies.filter(isKind('RequestAuthentication')),
    ),
  );
  // One kind is read in order, two kinds are not: RequestAuthentications first, then the rest with
  // the sentinel last, so that whoever has the sentinel has everything.
  await waitForStore(lab, applied, 'RequestAuthentication');
  const gone = previous
    .flatMap(each => each.policies)
    .filter(isKind('RequestAuthentication'))
    .filter(each => !kept.has(keyOf(each)));
  await waitFor('istiod to forget', async () => {
    const store = await readStore(lab, 'RequestAuthentication');
    return gone.some(({ metadata }) =>
      store.has(`${metadata!.namespace}/${metadata!.name}`),
    )
      ? undefined
      : true;
  });
  await applyByAge(
    kube,
    assignments.map(({ policies }) =>
      policies.filter(each => !isKind('RequestAuthentication')(each)),
    ),
  );
  await Promise.all(
    assignments.map(({ gateway }) =>
      kube.apply(sentinelOf(gateway, generation)),
    ),
  );
  await Promise.all(
    assignments.map(({ gateway }) =>
      waitFor(
        `${gateway.name} to have generation ${generation}`,
        async () =>
          (await hasArrived(gateway, generation)) ? true : undefined,
        { everyMs: 40, timeoutMs: 20_000 },
      ),
    ),
  );
  // The workers take over a listener a moment after the main thread shows it.
  await sleep(30);
}
