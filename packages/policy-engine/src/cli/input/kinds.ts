import { WEBHOOKS_KIND } from '../../attach/injection';
import { TEMPLATE_KINDS } from '../../attach/podTemplates';

/** What the engine reads of one API group, and what else the group has. */
interface Group {
  kinds: Record<string, readonly string[]>;
  /** Kinds that decide no request. `any` where they are too many to name. */
  others: readonly string[] | 'any';
}

const ISTIO = ['v1', 'v1beta1', 'v1alpha3'];

/** Kinds by API group, with the versions that API servers serve: those of Istio 1.24 to 1.31. */
const GROUPS: Record<string, Group> = {
  '': {
    kinds: {
      Service: ['v1'],
      Pod: ['v1'],
      Namespace: ['v1'],
      ConfigMap: ['v1'],
      ReplicationController: ['v1'],
    },
    others: [
      ...['Binding', 'ComponentStatus', 'Endpoints', 'Event', 'LimitRange'],
      ...['Node', 'PersistentVolume', 'PersistentVolumeClaim', 'PodTemplate'],
      ...['ReplicationController', 'ResourceQuota', 'Secret', 'ServiceAccount'],
      ...['List', 'Status', 'DeleteOptions', 'Eviction', 'Scale'],
      // What tools keep under the same version: a kubeconfig, and objects of OpenShift 3.
      ...['Config', 'Template', 'Route', 'DeploymentConfig', 'BuildConfig'],
      ...['Build', 'ImageStream', 'ImageStreamTag', 'Project', 'Group', 'User'],
      ...['SecurityContextConstraints', 'Role', 'RoleBinding'],
    ],
  },
  apps: {
    kinds: {
      Deployment: ['v1'],
      StatefulSet: ['v1'],
      DaemonSet: ['v1'],
      ReplicaSet: ['v1'],
    },
    others: 'any',
  },
  batch: { kinds: { Job: ['v1'], CronJob: ['v1'] }, others: 'any' },
  'argoproj.io': { kinds: { Rollout: ['v1alpha1'] }, others: 'any' },
  'security.istio.io': {
    kinds: {
      RequestAuthentication: ['v1', 'v1beta1'],
      AuthorizationPolicy: ['v1', 'v1beta1'],
      PeerAuthentication: ['v1', 'v1beta1'],
    },
    others: [],
  },
  'networking.istio.io': {
    kinds: {
      Gateway: ISTIO,
      VirtualService: ISTIO,
      DestinationRule: ISTIO,
      ServiceEntry: ISTIO,
      Sidecar: ISTIO,
      WorkloadEntry: ISTIO,
      EnvoyFilter: ['v1alpha3'],
    },
    others: ['WorkloadGroup', 'ProxyConfig'],
  },
  'extensions.istio.io': {
    kinds: { WasmPlugin: ['v1alpha1'], TrafficExtension: ['v1alpha1'] },
    others: [],
  },
  'admissionregistration.k8s.io': {
    kinds: { [WEBHOOKS_KIND]: ['v1'] },
    others: 'any',
  },
  'networking.k8s.io': {
    kinds: { Ingress: ['v1'], IngressClass: ['v1'] },
    others: 'any',
  },
  'gateway.networking.k8s.io': {
    kinds: {
      Gateway: ['v1', 'v1beta1'],
      GatewayClass: ['v1', 'v1beta1'],
      ListenerSet: ['v1'],
      HTTPRoute: ['v1', 'v1beta1'],
      GRPCRoute: ['v1', 'v1alpha2'],
      TLSRoute: ['v1', 'v1alpha3', 'v1alpha2'],
      TCPRoute: ['v1', 'v1alpha2'],
      ReferenceGrant: ['v1', 'v1beta1'],
      BackendTLSPolicy: ['v1', 'v1alpha3'],
    },
    others: 'any',
  },
};

/** Groups of Istio before 1.6, which no API server serves now. */
const RETIRED_GROUPS = new Set([
  'authentication.istio.io',
  'rbac.istio.io',
  'config.istio.io',
]);

/** Groups of Istio's whose kinds decide no request. */
const OTHER_ISTIO_GROUPS = new Set(['telemetry.istio.io', 'install.istio.io']);

/** What nearly nobody but Istio and the Gateway API calls a kind: under another group it is a slip. */
const OWN_KINDS = new Set([
  ...['AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication'],
  ...['VirtualService', 'DestinationRule', 'ServiceEntry', 'WorkloadEntry'],
  ...['EnvoyFilter', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'],
  ...['GatewayClass', 'ListenerSet', 'ReferenceGrant', 'BackendTLSPolicy'],
]);

/** Who has kinds of the same names: Linkerd, Gloo, AWS App Mesh, Kuma, Higress, NGINX and OpenShift. */
const OTHER_MESHES =
  /(^|\.)(linkerd\.io|solo\.io|k8s\.aws|kuma\.io|higress\.io|nginx\.(org|com)|openshift\.io)$/;

/** What to do with an object of a kind and version. */
export type KindVerdict =
  | { use: 'read' }
  | { use: 'ignore' }
  /** `message` says who would refuse it, and why. */
  | { use: 'refuse'; message: string };

const READ: KindVerdict = { use: 'read' };
const IGNORE: KindVerdict = { use: 'ignore' };

/** Whether an object is read, is none of the engine's business, or would be refused by the API server. */
export function judgeKind(kind: string, apiVersion: string): KindVerdict {
  const cut = apiVersion.indexOf('/');
  const name = cut < 0 ? '' : apiVersion.slice(0, cut);
  const version = apiVersion.slice(cut + 1);
  const group = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined;
  if (!group) return judgeForeign(kind, name);
  const versions = Object.hasOwn(group.kinds, kind)
    ? group.kinds[kind]
    : undefined;
  if (versions) {
    return versions.includes(version)
      ? READ
      : refuse(
          `the API server would refuse it: ${kind} has no version ${JSON.stringify(
            apiVersion,
          )}: it is served as ${versions
            .map(item => (name ? `${name}/${item}` : item))
            .join(', ')}`,
        );
  }
  const home = homeOf(kind);
  if (home !== undefined) {
    return refuse(
      `the API server would refuse it: ${kind} belongs to ${
        home || 'the core group'
      }`,
    );
  }
  // Another version without a group is some tool's own.
  if (name === '' && version !== 'v1') return IGNORE;
  if (group.others === 'any' || group.others.includes(kind)) return IGNORE;
  return refuse(
    `the API server would refuse it: ${
      name || 'the core group v1'
    } has no kind ${kind}`,
  );
}

/** An object of a group that the engine reads nothing of. */
function judgeForeign(kind: string, group: string): KindVerdict {
  if (RETIRED_GROUPS.has(group)) {
    return refuse(
      `the API server would refuse it: the API group ${group} ended with Istio 1.6`,
    );
  }
  if (group === 'extensions') {
    const home = homeOf(kind);
    return home === undefined
      ? IGNORE
      : refuse(
          `the API server would refuse it: the API group extensions ended with Kubernetes 1.22: ${kind} belongs to ${home}`,
        );
  }
  if (OWN_KINDS.has(kind) && !OTHER_MESHES.test(group)) {
    return refuse(
      `Istio would not read it: ${kind} belongs to ${homeOf(
        kind,
      )}, not to ${group}`,
    );
  }
  return group.endsWith('.istio.io') && !OTHER_ISTIO_GROUPS.has(group)
    ? refuse(`the API server would refuse it: Istio has no API group ${group}`)
    : IGNORE;
}

/** API group that a kind belongs to, of those that the engine reads. */
function homeOf(kind: string): string | undefined {
  return Object.keys(GROUPS).find(name =>
    Object.hasOwn(GROUPS[name].kinds, kind),
  );
}

function refuse(message: string): KindVerdict {
  return { use: 'refuse', message };
}

/** A kind that is listed where a cluster is read. */
export interface ListedKind {
  kind: string;
  plural: string;
  /** Tried in order: the first that the API server serves. */
  apiVersions: string[];
  /** Whether it is read in istiods' namespaces alone. */
  isOfIstiod: boolean;
  /** Whether a cluster without it cannot be judged. */
  needed: boolean;
}

const IRREGULAR: Record<string, string> = {
  AuthorizationPolicy: 'authorizationpolicies',
  BackendTLSPolicy: 'backendtlspolicies',
  ServiceEntry: 'serviceentries',
  WorkloadEntry: 'workloadentries',
  GatewayClass: 'gatewayclasses',
  Ingress: 'ingresses',
  IngressClass: 'ingressclasses',
};
const NEEDED = new Set([
  ...['Service', 'Pod', 'Namespace'],
  ...['RequestAuthentication', 'AuthorizationPolicy'],
]);

/** Every kind to list of a cluster, Pods and Services first. Of ConfigMaps only istiods' are asked for. */
export function listedKinds(): ListedKind[] {
  return Object.entries(GROUPS).flatMap(([name, { kinds }]) =>
    Object.entries(kinds)
      // Running Pods say all that their templates do, and what their tags lead to.
      .filter(
        ([kind]) => !TEMPLATE_KINDS.includes(kind) && kind !== WEBHOOKS_KIND,
      )
      .map(([kind, versions]) => ({
        kind,
        plural: IRREGULAR[kind] ?? `${kind.toLowerCase()}s`,
        apiVersions: versions.map(item => (name ? `${name}/${item}` : item)),
        needed: NEEDED.has(kind),
        isOfIstiod: kind === 'ConfigMap',
      })),
  );
}
