import { Resource } from '../model';
import { captureFlags } from '../parse/captureFlags';
import {
  BOOTSTRAP_ANNOTATION,
  PROXY_CONFIG_ANNOTATION,
} from '../parse/proxyConfig';
import { PodSpec } from '../parse/specs';
import { proxyContainerOf, runsEnvoy, servingContainersOf } from './containers';
import { tellingLabels } from './ephemeralLabels';
import { stringRecord } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { tellsCapture } from './capture';
import { injectionOf } from './injection';
import { asPodSpec, podTemplateOf, type PodTemplate } from './podTemplates';
import { isRouter, type Workload } from './workloads';
import { Family } from '../queries/queries';

const WORKLOAD = new Family();

/** What Istio's CNI writes on a Pod whose traffic it sends through ztunnel. */
const REDIRECTION = 'ambient.istio.io/redirection';

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
  const pod = {
    labels: stringRecord(resource.metadata.labels),
    annotations: stringRecord(resource.metadata.annotations),
    spec,
  };
  const name = podOwner(resource);
  const make = (sidecar: Workload['sidecar'], doubt?: string) =>
    intern(mesh, namespace, { name, ...pod, sidecar, doubt });
  const own = ownSidecarOf(spec);
  if (own) return make(own);
  if (stored.errors.length > 0) return make('unknown');
  if (!isCapturedByZtunnel(pod, ambient)) return make('absent');
  // istiod goes by the annotation alone (setTunnelProtocol in ambient/workloads.go); the CNI writes it as it starts.
  return phase === 'Running' && pod.annotations[REDIRECTION] !== 'enabled'
    ? make(
        'unknown',
        `its labels ask for ambient mode, and no annotation ${REDIRECTION} says that Istio's CNI sends its traffic through ztunnel`,
      )
    : make('ambient');
}

/** The workload that a Deployment or its like would make. */
export function readTemplate(
  mesh: Mesh,
  { namespace, resource }: Stored,
  ambient: boolean,
): Workload | undefined {
  const template = podTemplateOf(resource);
  if (!template) return undefined;
  const own = ownSidecarOf(template.spec);
  return intern(mesh, namespace, {
    ...template,
    ...(own ? { sidecar: own } : injected(mesh, namespace, template, ambient)),
  });
}

function injected(
  mesh: Mesh,
  namespace: string,
  template: PodTemplate,
  ambient: boolean,
): Pick<Workload, 'sidecar' | 'doubt'> {
  const injection = injectionOf(mesh, { namespace, ...template });
  switch (injection.kind) {
    case 'present':
      return { sidecar: 'present' };
    case 'absent':
      return {
        sidecar: isCapturedByZtunnel(template, ambient) ? 'ambient' : 'absent',
      };
    default:
      return { sidecar: 'unknown', doubt: injection.why };
  }
}

export function isAmbientNamespace(mesh: Mesh, namespace: string): boolean {
  const stored = mesh.stored('Namespace', '', namespace);
  const labels = stringRecord(stored?.resource.metadata.labels);
  return labels['istio.io/dataplane-mode'] === 'ambient';
}

/**
 * Whether the CNI sends a Pod's traffic through ztunnel: by its own label, or by its namespace's unless its label is
 * `none` (enablementSelectors of Istio's CNI chart, and Matches in cni/pkg/util/enablement_selector.go).
 */
function isCapturedByZtunnel(
  { labels, annotations, spec }: Omit<PodTemplate, 'name'>,
  ambient: boolean,
): boolean {
  if (annotations[REDIRECTION] === 'enabled') return true;
  if (spec.hostNetwork) return false;
  const mode = labels['istio.io/dataplane-mode'];
  return mode === 'ambient' || (ambient && mode !== 'none');
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
    doubt?: string;
  },
): Workload {
  const labels = tellingLabels(mesh, namespace, parts.labels);
  const annotations = tellingAnnotations(parts.annotations);
  const serviceAccount = parts.spec.serviceAccountName || 'default';
  const ports = portNames(parts.spec);
  const router = isRouter({ spec: parts.spec, annotations });
  const key = JSON.stringify([
    namespace,
    parts.name,
    labels,
    annotations,
    serviceAccount,
    parts.sidecar,
    parts.doubt,
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
