import {
  BOOTSTRAP_ANNOTATION,
  PROXY_CONFIG_ANNOTATION,
} from '../parse/proxyConfig';
import { Resource } from '../model';
import { PodSpec } from '../parse/specs';
import { isCapturedAs, templatesOf } from './capture';
import { servingContainersOf } from './containers';
import { isEphemeral } from './ephemeralLabels';
import { includesLabels, stringRecord } from './labels';
import { Mesh } from './Mesh';
import { Family, sameItems } from '../queries/queries';
import { TEMPLATE_KINDS } from './podTemplates';
import { isAmbientNamespace, readPod, readTemplate } from './readWorkload';

export { includesLabels, stringRecord } from './labels';
export { proxyKey, proxyOf } from './proxies';

const WORKLOADS = new Family();
const WORKLOADS_BY_POD = new Family();
const WORKLOAD_LABELS = new Family();

/** The injector leaves these as it finds them. */
const SETTING_ANNOTATIONS = [PROXY_CONFIG_ANNOTATION, BOOTSTRAP_ANNOTATION];

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
  /** Why it cannot be told. */
  readonly doubt?: string;
  readonly spec: PodSpec;
  /** Groups with equal keys are the same workload. */
  readonly key: string;
}

/** Namespaces in which workloads may run, sorted. */
export function workloadNamespaces(mesh: Mesh): string[] {
  const found = ['Pod', ...TEMPLATE_KINDS].flatMap(kind =>
    mesh.namespacesOf(kind),
  );
  return [...new Set(found)].sort();
}

/** Workloads of a namespace: from its Pods, and from templates that have no Pod. */
export function workloadsIn(
  mesh: Mesh,
  namespace: string,
): readonly Workload[] {
  return mesh.queries.get(
    WORKLOADS,
    namespace,
    () => {
      const groups = new Map<string, Workload>();
      const ambient = isAmbientNamespace(mesh, namespace);
      for (const stored of mesh.inNamespace('Pod', namespace)) {
        const workload = readPod(mesh, stored, ambient);
        if (workload && !groups.has(workload.key)) {
          groups.set(workload.key, workload);
        }
      }
      const real = [...groups.values()];
      for (const kind of TEMPLATE_KINDS) {
        for (const stored of mesh.inNamespace(kind, namespace)) {
          const workload = readTemplate(mesh, stored, ambient);
          if (!workload) continue;
          const isCovered = isCarriedOut(stored.resource)
            ? (pod: Workload) => includesLabels(pod.labels, workload.labels)
            : (pod: Workload) => covers(mesh, pod, workload);
          if (!real.some(isCovered)) groups.set(workload.key, workload);
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
  const keys = Object.keys(selector);
  if (keys.length === 0) return workloadsIn(mesh, namespace);
  if (keys.some(isEphemeral)) return selectByPod(mesh, namespace, selector);
  const index = labelIndex(mesh, namespace);
  const [key] = keys;
  const candidates = index.get(`${key}=${selector[key]}`) ?? [];
  return candidates.filter(workload =>
    includesLabels(workload.labels, selector),
  );
}

/** By the labels of single Pods: such a selector picks some Pods of a workload. */
function selectByPod(
  mesh: Mesh,
  namespace: string,
  selector: Record<string, string>,
): readonly Workload[] {
  const key = JSON.stringify(selector);
  return mesh.queries.get(
    WORKLOADS_BY_POD,
    `${namespace}/${key}`,
    () => {
      const ambient = isAmbientNamespace(mesh, namespace);
      const found = mesh.inNamespace('Pod', namespace).flatMap(stored => {
        const labels = stringRecord(stored.resource.metadata.labels);
        if (!includesLabels(labels, selector)) return [];
        return readPod(mesh, stored, ambient) ?? [];
      });
      return [...new Set(found)];
    },
    sameItems,
  );
}

/** SPIFFE identity without `spiffe://`. */
export function identityOf(mesh: Mesh, workload: Workload): string {
  return `${mesh.trustDomain}/ns/${workload.namespace}/sa/${workload.serviceAccount}`;
}

/** Workloads of a namespace by each of their labels, as `key=value`. */
export function labelIndex(
  mesh: Mesh,
  namespace: string,
): Map<string, Workload[]> {
  return mesh.queries.get(WORKLOAD_LABELS, namespace, () => {
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

/**
 * Whether the proxy runs as a gateway or waypoint (`pilot-agent proxy router`). A template says it by the one that
 * the injector shall use: the arguments come from there (files/gateway-injection-template.yaml).
 */
export function isRouter({
  spec,
  annotations,
}: Pick<Workload, 'spec' | 'annotations'>): boolean {
  return (
    templatesOf(annotations).includes('gateway') ||
    (spec.containers ?? []).some(
      container =>
        Array.isArray(container.args) &&
        container.args.some(arg => arg === 'router' || arg === 'waypoint'),
    )
  );
}

/** Whether an object comes from a cluster whose controllers have made Pods of it as it stands; these tell more. */
function isCarriedOut({ metadata, status }: Resource): boolean {
  const seen = (status as { observedGeneration?: unknown } | undefined)
    ?.observedGeneration;
  return seen !== undefined && seen === metadata.generation;
}

/** Whether a Pod is of a template as it stands: one that was changed makes other Pods, and both count. */
function covers(mesh: Mesh, pod: Workload, template: Workload): boolean {
  return (
    includesLabels(pod.labels, template.labels) &&
    (template.sidecar === 'unknown' || template.sidecar === pod.sidecar) &&
    SETTING_ANNOTATIONS.every(
      name => pod.annotations[name] === template.annotations[name],
    ) &&
    isCapturedAs(mesh, pod, template) &&
    namedPorts(template).every(named => namedPorts(pod).includes(named))
  );
}

function namedPorts({ spec }: Workload): string[] {
  return servingContainersOf(spec)
    .flatMap(({ ports = [] }) => ports)
    .filter(({ name }) => name)
    .map(({ name, containerPort, protocol = 'TCP' }) =>
      [name, containerPort, protocol].join(),
    );
}
