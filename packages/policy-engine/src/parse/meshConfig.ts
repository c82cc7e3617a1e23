import { PATH_NORMALIZATIONS, PathNormalization } from '../match/normalizePath';
import { Resource } from '../model';
import { checkTrustDomain } from './checkTrustDomain';
import { readLabelSelectors } from './labelSelectors';
import { mergeMeshConfigs } from './mergeMeshConfigs';
import { pick, readDocument } from './meshDocument';
import { ProxyConfig, readProxyConfig } from './proxyConfig';
import { Reader } from './reader';
import { LabelSelectorSpec } from './specs';

/** What kind of external authorizer a CUSTOM policy's provider is. */
export type AuthorizerKind = 'http' | 'grpc';

/** The part of Istio's MeshConfig that decides requests. */
export interface MeshConfig {
  rootNamespace?: string;
  trustDomain?: string;
  trustDomainAliases: string[];
  /** Trust domains of `caCertificates`: their callers are let in, and named by no alias. */
  caTrustDomains: string[];
  pathNormalization: PathNormalization;
  /** Authorizers by name; other providers are left out. */
  authorizers: Record<string, AuthorizerKind>;
  defaultConfig: ProxyConfig;
  /** `exportTo` of objects that have none, by kind: `*` for all namespaces, `.` for their own. */
  defaultExportTo: Record<ExportedKind, readonly string[]>;
  /** Namespaces that istiod reads at all; none for all of them. */
  discoverySelectors: readonly LabelSelectorSpec[];
  /** Whether proxies use mutual TLS where no DestinationRule says how they connect. */
  autoMtls: boolean;
  ingress: IngressConfig;
}

/** Which Ingresses istiod serves, and by which proxies. */
export interface IngressConfig {
  /** `DEFAULT`: those of no class too. */
  controllerMode: string;
  /** What the annotation of an Ingress is compared with. */
  className: string;
  /** Value of the label `istio` of the proxies. */
  gatewayLabel: string;
}

export type ExportedKind = 'VirtualService' | 'DestinationRule' | 'Service';

const EVERYWHERE: readonly string[] = ['*'];

export const DEFAULT_EXPORT_TO: MeshConfig['defaultExportTo'] = {
  VirtualService: EVERYWHERE,
  DestinationRule: EVERYWHERE,
  Service: EVERYWHERE,
};

/** Istio's (`DefaultMeshConfig`). */
export const DEFAULT_INGRESS: IngressConfig = {
  controllerMode: 'STRICT',
  className: 'istio',
  gatewayLabel: 'ingressgateway',
};

const CONTROLLER_MODES = ['UNSPECIFIED', 'OFF', 'DEFAULT', 'STRICT'];

/** Whether an object is a ConfigMap that istiod reads its mesh config from: `istio`, or one per revision. */
export function isMeshConfig(resource: Resource): boolean {
  return (
    resource.kind === 'ConfigMap' &&
    /^istio(-.+)?$/.test(resource.metadata.name) &&
    typeof meshField(resource) === 'string'
  );
}

/** `data.mesh` of a ConfigMap; empty where it has none. */
export function meshText(resource: Resource): string {
  const text = meshField(resource);
  return typeof text === 'string' ? text : '';
}

function meshField(resource: Resource): unknown {
  return (resource as { data?: { mesh?: unknown } | null }).data?.mesh;
}

/**
 * Reads `data.mesh` of istiod's ConfigMap; what is wrong with it is reported, with the path inside.
 *
 * @param shared - the same of a ConfigMap that istiod reads before (`SHARED_MESH_CONFIG`)
 */
export function readMeshConfig(
  text: string,
  reader: Reader,
  shared?: string,
): MeshConfig {
  const own = readDocument(text, reader, 'data.mesh') ?? {};
  const base =
    shared === undefined ? {} : readDocument(shared, reader, 'data.mesh') ?? {};
  const root = mergeMeshConfigs(base, own);
  const config: MeshConfig = {
    trustDomainAliases: reader.strings(
      pick(root, 'trustDomainAliases'),
      'data.mesh.trustDomainAliases',
    ),
    caTrustDomains: readCaTrustDomains(root, reader),
    pathNormalization: readNormalization(root, reader),
    authorizers: readAuthorizers(root, reader),
    defaultConfig: readProxyConfig(
      pick(root, 'defaultConfig'),
      reader,
      'data.mesh.defaultConfig',
    ),
    defaultExportTo: readDefaultExportTo(root, reader),
    discoverySelectors: readLabelSelectors(
      pick(root, 'discoverySelectors'),
      'data.mesh.discoverySelectors',
      reader,
    ),
    autoMtls:
      reader.boolean(
        pick(root, 'enableAutoMtls'),
        'data.mesh.enableAutoMtls',
      ) ?? true,
    ingress: readIngress(root, reader),
  };
  for (const field of ['rootNamespace', 'trustDomain'] as const) {
    const value = reader.string(pick(root, field), `data.mesh.${field}`);
    if (value) config[field] = value;
    if (field === 'trustDomain') {
      checkTrustDomain(value, `data.mesh.${field}`, reader);
    }
  }
  config.trustDomainAliases.forEach((alias, index) =>
    checkTrustDomain(alias, `data.mesh.trustDomainAliases[${index}]`, reader),
  );
  return config;
}

function readIngress(
  root: Record<string, unknown>,
  reader: Reader,
): IngressConfig {
  const read = (field: string) =>
    reader.string(pick(root, field), `data.mesh.${field}`);
  // For any other word istiod refuses the whole mesh config.
  const controllerMode = reader.oneOf(
    pick(root, 'ingressControllerMode'),
    'data.mesh.ingressControllerMode',
    CONTROLLER_MODES,
  );
  const service = read('ingressService');
  // The Service of the usual name has Pods with a label of another (getIngressGatewaySelector).
  const ofService = service === 'istio-ingressgateway' ? undefined : service;
  return {
    controllerMode:
      CONTROLLER_MODES.find(mode => mode === controllerMode) ??
      DEFAULT_INGRESS.controllerMode,
    className: read('ingressClass') ?? DEFAULT_INGRESS.className,
    gatewayLabel:
      read('ingressSelector') || ofService || DEFAULT_INGRESS.gatewayLabel,
  };
}

function readDefaultExportTo(
  root: Record<string, unknown>,
  reader: Reader,
): MeshConfig['defaultExportTo'] {
  const read = (kind: ExportedKind) => {
    const field = `default${kind}ExportTo`;
    const list = reader.strings(pick(root, field), `data.mesh.${field}`);
    return list.length > 0 ? list : EVERYWHERE;
  };
  const rules = read('DestinationRule');
  return {
    VirtualService: read('VirtualService'),
    Service: read('Service'),
    // Istio minds nothing but `.` there.
    DestinationRule: rules.includes('.') ? ['.'] : EVERYWHERE,
  };
}

function readCaTrustDomains(
  root: Record<string, unknown>,
  reader: Reader,
): string[] {
  const domains: string[] = [];
  const field = 'data.mesh.caCertificates';
  reader.objects(pick(root, 'caCertificates'), field, (certificate, at) => {
    const names = pick(certificate, 'trustDomains');
    domains.push(...reader.strings(names, `${at}.trustDomains`));
  });
  return domains;
}

function readNormalization(
  root: Record<string, unknown>,
  reader: Reader,
): PathNormalization {
  const at = 'data.mesh.pathNormalization';
  const object = reader.object(pick(root, 'pathNormalization'), at);
  const value = object?.normalization;
  reader.oneOf(value, `${at}.normalization`, [
    'DEFAULT',
    ...PATH_NORMALIZATIONS,
  ]);
  return PATH_NORMALIZATIONS.find(mode => mode === value) ?? 'BASE';
}

function readAuthorizers(
  root: Record<string, unknown>,
  reader: Reader,
): Record<string, AuthorizerKind> {
  const found: [string, AuthorizerKind][] = [];
  reader.objects(
    pick(root, 'extensionProviders'),
    'data.mesh.extensionProviders',
    (provider, at) => {
      const name = reader.string(provider.name, `${at}.name`) ?? '';
      for (const [field, kind] of [
        ['envoyExtAuthzHttp', 'http'],
        ['envoyExtAuthzGrpc', 'grpc'],
      ] as const) {
        if (pick(provider, field) !== undefined) found.push([name, kind]);
      }
    },
  );
  return Object.fromEntries(found);
}
