import { MeshCaller, meshCallerOf, WayIn } from 'istio-jwt-policy-engine';
import { ClusterMirror } from '../cluster';
import { ProberConfig } from '../config';
import { matchLabels } from '../entity/parseLabelSelector';

export interface ProberPod {
  namespace: string;
  name: string;
  container: string;
}

/** Pods of one identity that the operator opted in for probes from inside the mesh. */
export interface Prober {
  /** Tried in order; never empty. */
  pods: ProberPod[];
  caller: MeshCaller;
}

/** From where a way in is probed. */
export type Origin =
  | { kind: 'outside' }
  | { kind: 'prober'; prober: Prober }
  | { kind: 'nowhere'; reason: string; looked: string[] };

const MAX_IDENTITIES = 4;
const MAX_PODS = 3;
const PROXY = 'istio-proxy';
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Who asks on a way in: this backend at gateways, and one prober of each identity inside the mesh. */
export function findOrigins(
  mirror: Pick<ClusterMirror, 'mesh' | 'config'>,
  service: { namespace: string; name: string },
  wayIn: WayIn,
): Origin[] {
  if (wayIn.kind === 'gateway') {
    return [{ kind: 'outside' }];
  }
  const nowhere = (reason: string, looked: string[] = []): Origin[] => [
    { kind: 'nowhere', reason, looked },
  ];
  if (wayIn.protocol !== 'http') {
    return nowhere(
      `Port ${wayIn.port} takes ${wayIn.protocol}, and probes inside the mesh speak plain HTTP.`,
    );
  }
  const { namespace, name } = service;
  if (
    !LABEL.test(namespace) ||
    !LABEL.test(name) ||
    wayIn.host !== `${name}.${namespace}.svc.cluster.local`
  ) {
    return nowhere(
      'This way in goes by the name of another Service, which probes of this one leave alone.',
    );
  }
  const { probers } = mirror.config;
  if (probers.length === 0) {
    return nowhere(
      'A request from inside the mesh needs a Pod to send it from, and none is opted in. Apply manifests/prober.yaml of the backend plugin and name its namespace under istioJwt.clusters[].probers.',
    );
  }
  const found = listProbers(mirror, probers, wayIn);
  if (found.length === 0) {
    return nowhere(
      'None of the Pods under istioJwt.clusters[].probers runs.',
      probers.map(prober => describeMissing(prober, mirror.config.namespaces)),
    );
  }
  const usable = found.filter(({ caller }) => caller.elsewhere === undefined);
  return usable.length > 0
    ? usable
        .slice(0, MAX_IDENTITIES)
        .map(prober => ({ kind: 'prober', prober }))
    : nowhere(
        `No prober takes this way in. ${found[0].caller.elsewhere}`,
        found.map(({ pods: [pod] }) => `Pod ${pod.namespace}/${pod.name}`),
      );
}

function describeMissing(
  { namespace, selectorText, container }: ProberConfig,
  read: string[] | undefined,
): string {
  return read && !read.includes(namespace)
    ? `Namespace ${namespace} is not read: add it to istioJwt.clusters[].namespaces`
    : `No running Pod in namespace ${namespace} has the labels ${selectorText}${
        container ? ` and a container ${container}` : ''
      }`;
}

/** One for each identity, in the order of the config. */
function listProbers(
  { mesh }: Pick<ClusterMirror, 'mesh'>,
  probers: ProberConfig[],
  wayIn: WayIn,
): Prober[] {
  const byIdentity = new Map<string, Prober>();
  for (const { namespace, labelSelector, container } of probers) {
    for (const { metadata, spec, status } of mesh.list('Pod', namespace)) {
      const isWanted =
        (status as { phase?: string } | undefined)?.phase === 'Running' &&
        matchLabels(labelSelector, metadata.labels);
      const chosen = isWanted && chooseContainer(spec, container);
      const pod = chosen && { namespace, name: metadata.name };
      const caller = pod && meshCallerOf(mesh, pod, wayIn);
      if (!caller) continue;
      const key = `${caller.identity} ${caller.by} ${caller.connects}`;
      const known = byIdentity.get(key) ?? { pods: [], caller };
      byIdentity.set(key, known);
      if (known.pods.length < MAX_PODS) {
        known.pods.push({ ...pod, container: chosen });
      }
    }
  }
  return [...byIdentity.values()];
}

function chooseContainer(spec: unknown, wanted?: string): string | undefined {
  const { containers } = (spec ?? {}) as { containers?: { name?: string }[] };
  return (Array.isArray(containers) ? containers : []).find(({ name }) =>
    wanted === undefined ? name !== PROXY : name === wanted,
  )?.name;
}

/** Who asks, for people: what the other side sees of it. */
export function nameCaller(origin: Origin): string | undefined {
  if (origin.kind !== 'prober') return undefined;
  const {
    pods: [pod],
    caller,
  } = origin.prober;
  return caller.connects === 'plaintext'
    ? `Pod ${pod.namespace}/${pod.name}, without a certificate`
    : caller.identity;
}
