import { Resource } from '../model';
import { captureFlags } from '../parse/captureFlags';
import { PROXY_CONFIG_ANNOTATION } from '../parse/meshConfig';
import { PodSpec } from '../parse/specs';
import { proxyContainerOf, runsEnvoy, servingContainersOf } from './containers';
import { tellingLabels } from './ephemeralLabels';
import { stringRecord } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { tellsCapture } from './capture';
import { BOOTSTRAP_ANNOTATION } from './proxySettings';
import { isRouter, type Workload } from './workloads';
import { Family } from '../queries/queries';

const WORKLOAD = new Family();

/** The workload that a Pod belongs to; undefined for one that has ended. */
export function readPod(
  mesh: Mesh,
  stored: Stored,
  ambient: boolean,
): Workload | undefined {
  const { namespace, resource } = stored;
  const phase = (resource.status as { phase?: unknown } | undefined)?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  // A Pod that cannot be read in full still receives traffic: keep its labels, forget the rest.
  const spec = stored.errors.length === 0 ? asPodSpec(resource.spec) : {};
  let sidecar: Workload['sidecar'] = 'absent';
  const own = ownSidecarOf(spec);
  if (own) sidecar = own;
  else if (stored.errors.length > 0) sidecar = 'unknown';
  else if (isCapturedByZtunnel(resource, spec, ambient)) sidecar = 'ambient';
  return intern(mesh, namespace, {
    name: podOwner(resource),
    labels: stringRecord(resource.metadata.labels),
    annotations: stringRecord(resource.metadata.annotations),
    spec,
    sidecar,
  });
}

/** The workload that a Deployment or its like would make. */
export function readTemplate(
  mesh: Mesh,
  { namespace, name, resource }: Stored,
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
  const own = ownSidecarOf(podSpec);
  if (own) sidecar = own;
  else {
    sidecar = injectionOf(mesh, pod, namespace);
    if (sidecar !== 'present' && isCapturedByZtunnel(pod, podSpec, ambient)) {
      sidecar = 'ambient';
    }
  }
  return intern(mesh, namespace, {
    name,
    labels,
    annotations,
    spec: podSpec,
    sidecar,
  });
}

/** What the injector would do with a template, from the labels that it reads. */
function injectionOf(
  mesh: Mesh,
  pod: Resource,
  place: string,
): Workload['sidecar'] {
  const namespace = mesh.stored('Namespace', '', place);
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

export function isAmbientNamespace(mesh: Mesh, namespace: string): boolean {
  const stored = mesh.stored('Namespace', '', namespace);
  const labels = stringRecord(stored?.resource.metadata.labels);
  return labels['istio.io/dataplane-mode'] === 'ambient';
}

/** Whether the CNI sends a Pod's traffic through ztunnel. */
function isCapturedByZtunnel(
  pod: Resource,
  spec: PodSpec,
  ambient: boolean,
): boolean {
  const annotations = stringRecord(pod.metadata.annotations);
  if (annotations['ambient.istio.io/redirection'] === 'enabled') return true;
  if (spec.hostNetwork) return false;
  const mode = stringRecord(pod.metadata.labels)['istio.io/dataplane-mode'];
  return mode === undefined ? ambient : mode === 'ambient';
}

/** What a container of a sidecar says; undefined without one. */
function ownSidecarOf(spec: PodSpec): Workload['sidecar'] | undefined {
  const container = proxyContainerOf(spec);
  if (!container) return undefined;
  const runs = runsEnvoy(container);
  if (runs === 'unknown') return 'unknown';
  return runs ? 'present' : 'absent';
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
  const labels = tellingLabels(mesh, namespace, parts.labels);
  const annotations = tellingAnnotations(parts.annotations);
  const serviceAccount = parts.spec.serviceAccountName || 'default';
  const ports = portNames(parts.spec);
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
    captureFlags(parts.spec),
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
  return mesh.queries.intern(WORKLOAD, key, workload);
}

const NO_ANNOTATIONS: Record<string, string> = {};

/** Those that Istio's injector reads. */
function tellingAnnotations(
  annotations: Record<string, string>,
): Record<string, string> {
  let telling: Record<string, string> | undefined;
  for (const key of Object.keys(annotations)) {
    if (
      key === PROXY_CONFIG_ANNOTATION ||
      key === BOOTSTRAP_ANNOTATION ||
      tellsCapture(key)
    ) {
      telling ??= {};
      telling[key] = annotations[key];
    }
  }
  return telling ?? NO_ANNOTATIONS;
}

function portNames(spec: PodSpec): unknown[] {
  return servingContainersOf(spec).flatMap(({ ports = [] }) =>
    ports.map(({ name, containerPort, protocol }) => [
      name,
      containerPort,
      protocol,
    ]),
  );
}

function asPodSpec(value: unknown): PodSpec {
  return value && typeof value === 'object' ? (value as PodSpec) : {};
}
