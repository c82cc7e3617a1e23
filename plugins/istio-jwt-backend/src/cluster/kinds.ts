/** A kind that is listed and watched. */
export interface WatchedKind {
  kind: string;
  group: string;
  /** Tried in order: the first that the API server serves is used. */
  versions: string[];
  plural: string;
  namespaced: boolean;
  /** Only those in Istio's root namespace matter, and only those are read. */
  rootNamespaceOnly?: boolean;
  /**
   * What a verdict loses without it. `everything`: no state can be trusted. `protection`: a state
   * that says protected cannot be trusted. `probes`: only addresses of probes are lost.
   */
  neededFor: 'everything' | 'protection' | 'probes';
}

const CORE = { group: '', versions: ['v1'] };
const SECURITY = {
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  namespaced: true,
};
const NETWORKING = {
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  neededFor: 'protection' as const,
};
const GATEWAY_API = {
  group: 'gateway.networking.k8s.io',
  namespaced: true,
  neededFor: 'protection' as const,
};

const INGRESS = {
  group: 'networking.k8s.io',
  versions: ['v1'],
  neededFor: 'protection' as const,
};
const EXTENSIONS = {
  group: 'extensions.istio.io',
  versions: ['v1alpha1'],
  namespaced: true,
  neededFor: 'protection' as const,
};

export const WATCHED_KINDS: readonly WatchedKind[] = [
  {
    ...CORE,
    kind: 'Namespace',
    plural: 'namespaces',
    namespaced: false,
    neededFor: 'everything',
  },
  {
    ...CORE,
    kind: 'Service',
    plural: 'services',
    namespaced: true,
    neededFor: 'everything',
  },
  {
    ...CORE,
    kind: 'Pod',
    plural: 'pods',
    namespaced: true,
    neededFor: 'everything',
  },
  {
    ...CORE,
    kind: 'Node',
    plural: 'nodes',
    namespaced: false,
    neededFor: 'probes',
  },
  // Of all ConfigMaps of the root namespace, istiod's mesh config is kept.
  {
    ...CORE,
    kind: 'ConfigMap',
    plural: 'configmaps',
    namespaced: true,
    rootNamespaceOnly: true,
    neededFor: 'protection',
  },
  {
    ...SECURITY,
    kind: 'RequestAuthentication',
    plural: 'requestauthentications',
    neededFor: 'everything',
  },
  {
    ...SECURITY,
    kind: 'AuthorizationPolicy',
    plural: 'authorizationpolicies',
    neededFor: 'everything',
  },
  {
    ...SECURITY,
    kind: 'PeerAuthentication',
    plural: 'peerauthentications',
    neededFor: 'protection',
  },
  { ...NETWORKING, kind: 'Gateway', plural: 'gateways' },
  { ...NETWORKING, kind: 'VirtualService', plural: 'virtualservices' },
  { ...NETWORKING, kind: 'ServiceEntry', plural: 'serviceentries' },
  { ...NETWORKING, kind: 'WorkloadEntry', plural: 'workloadentries' },
  { ...NETWORKING, kind: 'Sidecar', plural: 'sidecars' },
  { ...NETWORKING, kind: 'DestinationRule', plural: 'destinationrules' },
  {
    ...NETWORKING,
    versions: ['v1alpha3'],
    kind: 'EnvoyFilter',
    plural: 'envoyfilters',
  },
  {
    ...GATEWAY_API,
    versions: ['v1', 'v1beta1'],
    kind: 'Gateway',
    plural: 'gateways',
  },
  {
    ...GATEWAY_API,
    versions: ['v1'],
    kind: 'ListenerSet',
    plural: 'listenersets',
  },
  {
    ...GATEWAY_API,
    versions: ['v1', 'v1beta1'],
    kind: 'HTTPRoute',
    plural: 'httproutes',
  },
  {
    ...GATEWAY_API,
    versions: ['v1', 'v1alpha2'],
    kind: 'GRPCRoute',
    plural: 'grpcroutes',
  },
  {
    ...GATEWAY_API,
    versions: ['v1', 'v1alpha3', 'v1alpha2'],
    kind: 'TLSRoute',
    plural: 'tlsroutes',
  },
  {
    ...GATEWAY_API,
    versions: ['v1', 'v1alpha2'],
    kind: 'TCPRoute',
    plural: 'tcproutes',
  },
  {
    ...GATEWAY_API,
    versions: ['v1', 'v1beta1'],
    kind: 'ReferenceGrant',
    plural: 'referencegrants',
  },
  {
    ...GATEWAY_API,
    versions: ['v1', 'v1alpha3'],
    kind: 'BackendTLSPolicy',
    plural: 'backendtlspolicies',
  },
  {
    ...GATEWAY_API,
    versions: ['v1', 'v1beta1'],
    kind: 'GatewayClass',
    plural: 'gatewayclasses',
    namespaced: false,
  },
  { ...INGRESS, kind: 'Ingress', plural: 'ingresses', namespaced: true },
  {
    ...INGRESS,
    kind: 'IngressClass',
    plural: 'ingressclasses',
    namespaced: false,
  },
  { ...EXTENSIONS, kind: 'WasmPlugin', plural: 'wasmplugins' },
  { ...EXTENSIONS, kind: 'TrafficExtension', plural: 'trafficextensions' },
];

/** Name for people and messages, such as `gateways.networking.istio.io`. */
export function nameKind(kind: WatchedKind): string {
  return kind.group ? `${kind.plural}.${kind.group}` : kind.plural;
}

/** `apiVersion` of the kind's objects. */
export function nameVersion(kind: WatchedKind, version: string): string {
  return kind.group ? `${kind.group}/${version}` : version;
}

export function buildListPath(
  kind: WatchedKind,
  version: string,
  namespace?: string,
): string {
  const root = kind.group
    ? `/apis/${kind.group}/${version}`
    : `/api/${version}`;
  return namespace && kind.namespaced
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${kind.plural}`
    : `${root}/${kind.plural}`;
}
