import { ProxyRef, Resource } from '../model';
import { ContainerSpec, PodSpec } from '../parse/specs';
import { Mesh, Stored } from './Mesh';
import { sameItems } from './queries';

/**
 * Pods that are the same to every policy: one namespace, one set of labels, one identity. They
 * share one proxy configuration.
 */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly serviceAccount: string;
  /** `unknown` where only a template was read, and whether injection adds a proxy cannot be told. */
  readonly sidecar: 'present' | 'absent' | 'ambient' | 'unknown';
  readonly spec: PodSpec;
  /** Groups with equal keys are the same workload. */
  readonly key: string;
}

/** Labels that differ from Pod to Pod of one workload and that no policy can sensibly select. */
const EPHEMERAL_LABELS = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
  'security.istio.io/tlsMode',
]);

const TEMPLATE_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Workloads of a namespace: from its Pods, and from templates that have no Pod. */
export function workloadsIn(
  mesh: Mesh,
  namespace: string,
): readonly Workload[] {
  return mesh.queries.get(
    `workloads/${namespace}`,
    () => {
      const groups = new Map<string, Workload>();
      const ambient = isAmbientNamespace(mesh, namespace);
      for (const stored of mesh.inNamespace('Pod', namespace)) {
        const workload = podWorkload(mesh, stored, ambient);
        if (workload && !groups.has(workload.key)) {
          groups.set(workload.key, workload);
        }
      }
      const real = [...groups.values()];
      for (const kind of TEMPLATE_KINDS) {
        for (const stored of mesh.inNamespace(kind, namespace)) {
          const workload = templateWorkload(mesh, stored.resource, ambient);
          if (workload && !real.some(pod => covers(pod, workload))) {
            groups.set(workload.key, workload);
          }
        }
      }
      return [...groups.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    sameItems,
  );
}

/** Workloads of a namespace whose labels include all of `selector`. */
export function selectWorkloads(
  mesh: Mesh,
  namespace: string,
  selector: Record<string, string>,
): readonly Workload[] {
  const pairs = Object.entries(selector);
  if (pairs.length === 0) return workloadsIn(mesh, namespace);
  const index = labelIndex(mesh, namespace);
  const [key, value] = pairs[0];
  const candidates = index.get(`${key}=${value}`) ?? [];
  return candidates.filter(workload =>
    includesLabels(workload.labels, selector),
  );
}

/** Whether `labels` has every pair of `wanted`. */
export function includesLabels(
  labels: Record<string, string>,
  wanted: Record<string, string>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** SPIFFE identity without `spiffe://`. */
export function identityOf(mesh: Mesh, workload: Workload): string {
  return `${mesh.trustDomain}/ns/${workload.namespace}/sa/${workload.serviceAccount}`;
}

const proxies = new WeakMap<Workload, Map<ProxyRef['kind'], ProxyRef>>();
/** Only of proxies made here: a caller's own object may change. */
const proxyKeys = new WeakMap<ProxyRef, string>();

/** The proxy of a workload; always the same object for the same workload and kind. */
export function proxyOf(workload: Workload, kind: ProxyRef['kind']): ProxyRef {
  let kinds = proxies.get(workload);
  if (!kinds) proxies.set(workload, (kinds = new Map()));
  let proxy = kinds.get(kind);
  if (!proxy) {
    const { namespace, name, labels } = workload;
    proxy = { kind, namespace, name, labels };
    proxyKeys.set(proxy, keyOfProxy(proxy));
    kinds.set(kind, proxy);
  }
  return proxy;
}

/** Identifies a proxy's configuration: two Pods with equal keys get the same policies. */
export function proxyKey(proxy: ProxyRef): string {
  return proxyKeys.get(proxy) ?? keyOfProxy(proxy);
}

function keyOfProxy(proxy: ProxyRef): string {
  const labels = Object.entries(proxy.labels).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return `${proxy.kind}/${proxy.namespace}/${JSON.stringify(labels)}`;
}

function labelIndex(mesh: Mesh, namespace: string): Map<string, Workload[]> {
  return mesh.queries.get(`workload-labels/${namespace}`, () => {
    const index = new Map<string, Workload[]>();
    for (const workload of workloadsIn(mesh, namespace)) {
      for (const [key, value] of Object.entries(workload.labels)) {
        const pair = `${key}=${value}`;
        const list = index.get(pair);
        if (list) list.push(workload);
        else index.set(pair, [workload]);
      }
    }
    return index;
  });
}

function podWorkload(
  mesh: Mesh,
  stored: Stored,
  ambient: boolean,
): Workload | undefined {
  const { resource } = stored;
  const phase = (resource.status as { phase?: unknown } | undefined)?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  // A Pod that cannot be read in full still receives traffic: keep its labels, forget the rest.
  const spec = stored.errors.length === 0 ? asPodSpec(resource.spec) : {};
  const known = hasProxy(resource, spec);
  let sidecar: Workload['sidecar'] = known ? 'present' : 'absent';
  if (!known && ambient) sidecar = 'ambient';
  if (!known && stored.errors.length > 0) sidecar = 'unknown';
  return intern(mesh, resource.metadata.namespace ?? '', {
    name: podOwner(resource),
    labels: stringRecord(resource.metadata.labels),
    annotations: stringRecord(resource.metadata.annotations),
    spec,
    sidecar,
  });
}

function templateWorkload(
  mesh: Mesh,
  resource: Resource,
  ambient: boolean,
): Workload | undefined {
  const spec = resource.spec as
    | {
        template?: {
          metadata?: { labels?: unknown; annotations?: unknown };
          spec?: unknown;
        };
      }
    | undefined;
  const template = spec?.template;
  if (!template || typeof template !== 'object') return undefined;
  const podSpec = asPodSpec(template.spec);
  const labels = stringRecord(template.metadata?.labels);
  const annotations = stringRecord(template.metadata?.annotations);
  const pod = {
    ...resource,
    metadata: { ...resource.metadata, labels, annotations },
  };
  let sidecar: Workload['sidecar'] = 'unknown';
  if (hasProxy(pod, podSpec)) sidecar = 'present';
  else if (ambient) sidecar = 'ambient';
  else sidecar = injectionOf(mesh, pod);
  return intern(mesh, resource.metadata.namespace ?? '', {
    name: resource.metadata.name,
    labels,
    annotations,
    spec: podSpec,
    sidecar,
  });
}

/** What the injector would do with a template, from the labels that it reads. */
function injectionOf(mesh: Mesh, pod: Resource): Workload['sidecar'] {
  const namespace = mesh.stored('Namespace', '', pod.metadata.namespace ?? '');
  const labels = stringRecord(pod.metadata.labels);
  const annotations = stringRecord(pod.metadata.annotations);
  const own =
    labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject'];
  if (own === 'false') return 'absent';
  const outer = stringRecord(namespace?.resource.metadata.labels);
  if (outer['istio-injection'] === 'disabled') return 'absent';
  const injected =
    own === 'true' ||
    outer['istio-injection'] === 'enabled' ||
    'istio.io/rev' in outer ||
    'istio.io/rev' in labels;
  if (injected) return 'present';
  return namespace ? 'absent' : 'unknown';
}

function isAmbientNamespace(mesh: Mesh, namespace: string): boolean {
  const stored = mesh.stored('Namespace', '', namespace);
  const labels = stringRecord(stored?.resource.metadata.labels);
  return labels['istio.io/dataplane-mode'] === 'ambient';
}

function hasProxy(pod: Resource, spec: PodSpec): boolean {
  const containers = [
    ...(spec.containers ?? []),
    // Native sidecars are init containers that never end.
    ...(spec.initContainers ?? []).filter(c => c.restartPolicy === 'Always'),
  ];
  return (
    containers.some(container => container.name === 'istio-proxy') ||
    stringRecord(pod.metadata.labels)['security.istio.io/tlsMode'] ===
      'istio' ||
    'sidecar.istio.io/status' in stringRecord(pod.metadata.annotations)
  );
}

function podOwner(pod: Resource): string {
  const owners = pod.metadata.ownerReferences as
    | { kind?: string; name?: string }[]
    | undefined;
  const owner = Array.isArray(owners) ? owners[0]?.name : undefined;
  const labels = stringRecord(pod.metadata.labels);
  const hash = labels['pod-template-hash'];
  if (typeof owner === 'string' && owner !== '') {
    return hash && owner.endsWith(`-${hash}`)
      ? owner.slice(0, -hash.length - 1)
      : owner;
  }
  return labels['app.kubernetes.io/name'] ?? labels.app ?? pod.metadata.name;
}

function intern(
  mesh: Mesh,
  namespace: string,
  parts: {
    name: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    spec: PodSpec;
    sidecar: Workload['sidecar'];
  },
): Workload {
  const labels = Object.fromEntries(
    Object.entries(parts.labels)
      .filter(([key]) => !EPHEMERAL_LABELS.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const annotations = Object.fromEntries(
    Object.entries(parts.annotations).filter(([key]) =>
      key.startsWith('traffic.sidecar.istio.io/'),
    ),
  );
  const serviceAccount = parts.spec.serviceAccountName || 'default';
  const ports = portNames([
    ...(parts.spec.containers ?? []),
    ...(parts.spec.initContainers ?? []),
  ]);
  const router = isRouter(parts.spec);
  const key = JSON.stringify([
    namespace,
    parts.name,
    labels,
    annotations,
    serviceAccount,
    parts.sidecar,
    ports,
    router,
  ]);
  const workload = {
    namespace,
    ...parts,
    labels,
    annotations,
    serviceAccount,
    key,
  };
  // The identity of unchanged workloads is what keeps a Pod's restart from spreading.
  return mesh.queries.get(`workload/${key}`, () => workload);
}

/** Whether the Pod's proxy runs as a gateway (`pilot-agent proxy router`). */
export function isRouter(spec: PodSpec): boolean {
  return (spec.containers ?? []).some(
    container =>
      Array.isArray(container.args) && container.args.includes('router'),
  );
}

function portNames(containers: ContainerSpec[]): [string, number][] {
  return containers.flatMap(container =>
    (container.ports ?? []).map((port): [string, number] => [
      port.name ?? '',
      port.containerPort,
    ]),
  );
}

function covers(pod: Workload, template: Workload): boolean {
  return includesLabels(pod.labels, template.labels);
}

function asPodSpec(value: unknown): PodSpec {
  return value && typeof value === 'object' ? (value as PodSpec) : {};
}

/** The string entries of an untrusted map. */
export function stringRecord(value: unknown): Record<string, string> {
  if (!value || typeof value !== 'object') return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
