import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { stringRecord } from './labels';
import { Family, sameData } from '../queries/queries';

const SELECTED_EPHEMERALS_FOR = new Family();
const SELECTED_EPHEMERALS = new Family();

const TLS_MODE_LABEL = 'security.istio.io/tlsMode';
/** What the injector writes, on Pods and not on templates. */
const USUAL_TLS_MODE = 'istio';

/** Labels that differ from Pod to Pod of one workload, and that policies hardly ever select. */
const EPHEMERAL_LABELS = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
  TLS_MODE_LABEL,
]);

const SELECTING_KINDS = [
  'RequestAuthentication',
  'AuthorizationPolicy',
  'PeerAuthentication',
];

/**
 * Whether Pods ask to be reached without mutual TLS where Istio finds out by itself how: any other value of the label
 * than the injector's says so (GetTLSModeFromEndpointLabels). Without the label Pods are taken for what they become.
 */
export function refusesMutualTls(labels: Record<string, string>): boolean {
  return (labels[TLS_MODE_LABEL] ?? USUAL_TLS_MODE) !== USUAL_TLS_MODE;
}

export function isEphemeral(label: string): boolean {
  return EPHEMERAL_LABELS.has(label);
}

/**
 * Labels that tell workloads of a namespace apart: all but the ephemeral ones, unless some policy
 * selects by them.
 */
export function tellingLabels(
  mesh: Mesh,
  namespace: string,
  labels: Record<string, string>,
): Record<string, string> {
  const selected = selectedEphemerals(mesh, namespace);
  return Object.fromEntries(
    Object.entries(labels)
      .filter(
        ([key]) =>
          !isEphemeral(key) ||
          selected.includes(key) ||
          (key === TLS_MODE_LABEL && refusesMutualTls(labels)),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function selectedEphemerals(mesh: Mesh, namespace: string): readonly string[] {
  return mesh.queries.get(
    SELECTED_EPHEMERALS_FOR,
    namespace,
    () => {
      const places = new Set([namespace, mesh.rootNamespace]);
      const found = [...places].flatMap(place =>
        SELECTING_KINDS.flatMap(kind => selectedIn(mesh, kind, place)),
      );
      return [...new Set(found)];
    },
    sameData,
  );
}

function selectedIn(
  mesh: Mesh,
  kind: string,
  namespace: string,
): readonly string[] {
  return mesh.queries.get(
    SELECTED_EPHEMERALS,
    `${kind}/${namespace}`,
    () => [
      ...new Set(
        mesh
          .inNamespace(kind, namespace)
          .flatMap(selectedKeys)
          .filter(isEphemeral),
      ),
    ],
    sameData,
  );
}

function selectedKeys({ resource }: Stored): string[] {
  const spec = resource.spec as {
    selector?: { matchLabels?: unknown };
  } | null;
  return Object.keys(stringRecord(spec?.selector?.matchLabels));
}
