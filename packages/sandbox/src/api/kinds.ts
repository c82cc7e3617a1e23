/** A kind of the Kubernetes API that the sandbox serves. @internal */
export interface ResourceKind {
  /** Empty for the core group. */
  group: string;
  /** First one is the storage version. Objects are identical in all versions served. */
  versions: string[];
  kind: string;
  plural: string;
  shortNames?: string[];
  categories?: string[];
  namespaced: boolean;
  /** Built-in kinds take strategic merge patches, custom resources do not. */
  builtIn?: boolean;
}

const core = (
  kind: string,
  plural: string,
  shortNames: string[],
  namespaced = true,
): ResourceKind => ({
  group: '',
  versions: ['v1'],
  kind,
  plural,
  shortNames,
  categories: kind === 'Pod' || kind === 'Service' ? ['all'] : undefined,
  namespaced,
  builtIn: true,
});

const ingress = (
  kind: string,
  plural: string,
  shortNames: string[],
  namespaced = true,
): ResourceKind => ({
  group: 'networking.k8s.io',
  versions: ['v1'],
  kind,
  plural,
  shortNames,
  namespaced,
  builtIn: true,
});

const istio = (
  group: 'security' | 'networking',
  kind: string,
  plural: string,
  shortNames: string[],
  versions: string[],
): ResourceKind => ({
  group: `${group}.istio.io`,
  versions,
  kind,
  plural,
  shortNames,
  categories: ['istio-io', `${group}-istio-io`],
  namespaced: true,
});

const gatewayApi = (
  kind: string,
  plural: string,
  shortNames: string[],
  namespaced = true,
): ResourceKind => ({
  group: 'gateway.networking.k8s.io',
  versions: ['v1'],
  kind,
  plural,
  shortNames,
  categories: ['gateway-api'],
  namespaced,
});

const NETWORKING_VERSIONS = ['v1', 'v1beta1', 'v1alpha3'];

/** Every kind served, in the order in which objects are loaded. @internal */
export const RESOURCE_KINDS: readonly ResourceKind[] = [
  core('Namespace', 'namespaces', ['ns'], false),
  core('Node', 'nodes', ['no'], false),
  core('ConfigMap', 'configmaps', ['cm']),
  core('ServiceAccount', 'serviceaccounts', ['sa']),
  core('Service', 'services', ['svc']),
  core('Pod', 'pods', ['po']),
  {
    group: 'apps',
    versions: ['v1'],
    kind: 'Deployment',
    plural: 'deployments',
    shortNames: ['deploy'],
    categories: ['all'],
    namespaced: true,
    builtIn: true,
  },
  ingress('IngressClass', 'ingressclasses', [], false),
  ingress('Ingress', 'ingresses', ['ing']),
  istio('networking', 'Gateway', 'gateways', ['gw'], NETWORKING_VERSIONS),
  istio(
    'networking',
    'VirtualService',
    'virtualservices',
    ['vs'],
    NETWORKING_VERSIONS,
  ),
  istio(
    'networking',
    'ServiceEntry',
    'serviceentries',
    ['se'],
    NETWORKING_VERSIONS,
  ),
  istio(
    'networking',
    'WorkloadEntry',
    'workloadentries',
    ['we'],
    NETWORKING_VERSIONS,
  ),
  istio('networking', 'Sidecar', 'sidecars', [], NETWORKING_VERSIONS),
  istio(
    'networking',
    'DestinationRule',
    'destinationrules',
    ['dr'],
    NETWORKING_VERSIONS,
  ),
  istio('networking', 'EnvoyFilter', 'envoyfilters', [], ['v1alpha3']),
  gatewayApi('GatewayClass', 'gatewayclasses', ['gc'], false),
  gatewayApi('Gateway', 'gateways', ['gtw']),
  gatewayApi('HTTPRoute', 'httproutes', []),
  gatewayApi('ListenerSet', 'listenersets', []),
  gatewayApi('GRPCRoute', 'grpcroutes', []),
  gatewayApi('TLSRoute', 'tlsroutes', []),
  gatewayApi('TCPRoute', 'tcproutes', []),
  gatewayApi('ReferenceGrant', 'referencegrants', ['refgrant']),
  gatewayApi('BackendTLSPolicy', 'backendtlspolicies', ['btlspolicy']),
  istio(
    'security',
    'PeerAuthentication',
    'peerauthentications',
    ['pa'],
    ['v1', 'v1beta1'],
  ),
  istio(
    'security',
    'RequestAuthentication',
    'requestauthentications',
    ['ra'],
    ['v1', 'v1beta1'],
  ),
  istio(
    'security',
    'AuthorizationPolicy',
    'authorizationpolicies',
    ['ap'],
    ['v1', 'v1beta1'],
  ),
];

/** `pods` or `authorizationpolicies.security.istio.io`, as messages name it. @internal */
export function qualifiedPlural(kind: ResourceKind): string {
  return kind.group ? `${kind.plural}.${kind.group}` : kind.plural;
}

/** `Pod` or `AuthorizationPolicy.security.istio.io`, as messages name it. @internal */
export function qualifiedKind(kind: ResourceKind): string {
  return kind.group ? `${kind.kind}.${kind.group}` : kind.kind;
}

/** @internal */
export function formatApiVersion(group: string, version: string): string {
  return group ? `${group}/${version}` : version;
}

/** @internal */
export function findKindByPlural(
  group: string,
  version: string,
  plural: string,
): ResourceKind | undefined {
  return RESOURCE_KINDS.find(
    entry =>
      entry.group === group &&
      entry.plural === plural &&
      entry.versions.includes(version),
  );
}

/** The kind of an object by its `apiVersion` and `kind`. @internal */
export function findKindOf(object: {
  apiVersion?: unknown;
  kind?: unknown;
}): ResourceKind | undefined {
  return RESOURCE_KINDS.find(
    entry =>
      entry.kind === object.kind &&
      entry.versions.some(
        version => formatApiVersion(entry.group, version) === object.apiVersion,
      ),
  );
}
