/**
 * The fields that the engine reads, as the CRDs name them. A spec may only be read through these
 * types after its resource passed {@link validateResource}.
 */

export interface SelectorSpec {
  matchLabels?: Record<string, string>;
}

export interface TargetRefSpec {
  group?: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** Kubernetes' selector by labels. */
export interface LabelSelectorSpec {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** Fields common to the policies that attach to proxies. */
export interface AttachableSpec {
  selector?: SelectorSpec;
  targetRef?: TargetRefSpec;
  targetRefs?: TargetRefSpec[];
}

export interface JwtRuleSpec {
  issuer?: string;
  audiences?: string[];
  jwksUri?: string;
  /** The field's original name, which the CRD still takes. */
  jwks_uri?: string;
  jwks?: string;
  fromHeaders?: { name: string; prefix?: string }[];
  fromParams?: string[];
  fromCookies?: string[];
  outputPayloadToHeader?: string;
  forwardOriginalToken?: boolean;
  outputClaimToHeaders?: { header: string; claim: string }[];
  spaceDelimitedClaims?: string[];
}

export interface RequestAuthenticationSpec extends AttachableSpec {
  jwtRules?: JwtRuleSpec[];
}

export interface SourceSpec {
  principals?: string[];
  notPrincipals?: string[];
  requestPrincipals?: string[];
  notRequestPrincipals?: string[];
  namespaces?: string[];
  notNamespaces?: string[];
  ipBlocks?: string[];
  notIpBlocks?: string[];
  remoteIpBlocks?: string[];
  notRemoteIpBlocks?: string[];
  serviceAccounts?: string[];
  notServiceAccounts?: string[];
  trustDomains?: string[];
  notTrustDomains?: string[];
}

export interface OperationSpec {
  hosts?: string[];
  notHosts?: string[];
  ports?: string[];
  notPorts?: string[];
  methods?: string[];
  notMethods?: string[];
  paths?: string[];
  notPaths?: string[];
}

export interface ConditionSpec {
  key: string;
  values?: string[];
  notValues?: string[];
}

export interface RuleSpec {
  from?: { source?: SourceSpec }[];
  to?: { operation?: OperationSpec }[];
  when?: ConditionSpec[];
}

export type PolicyAction = 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';

export interface AuthorizationPolicySpec extends AttachableSpec {
  action?: PolicyAction;
  provider?: { name?: string };
  rules?: RuleSpec[];
}

export type MutualTlsMode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT';

export interface PeerAuthenticationSpec {
  selector?: SelectorSpec;
  mtls?: { mode?: MutualTlsMode };
  portLevelMtls?: Record<string, { mode?: MutualTlsMode }>;
}

export interface GatewayServerSpec {
  port: { number: number; protocol: string; name?: string };
  hosts: string[];
  bind?: string;
  tls?: { mode?: string; httpsRedirect?: boolean };
}

export interface GatewaySpec {
  selector?: Record<string, string>;
  servers?: GatewayServerSpec[];
}

export type StringMatchSpec =
  | { exact: string }
  | { prefix: string }
  | { regex: string }
  | Record<string, never>;

export interface DestinationSpec {
  destination: { host: string; port?: { number?: number }; subset?: string };
  weight?: number;
  headers?: HeaderOperationsSpec;
}

export interface HeaderOperationsSpec {
  request?: {
    set?: Record<string, string>;
    add?: Record<string, string>;
    remove?: string[];
  };
}

export interface HttpMatchSpec {
  uri?: StringMatchSpec;
  ignoreUriCase?: boolean;
  scheme?: StringMatchSpec;
  method?: StringMatchSpec;
  authority?: StringMatchSpec;
  headers?: Record<string, StringMatchSpec>;
  withoutHeaders?: Record<string, StringMatchSpec>;
  queryParams?: Record<string, StringMatchSpec>;
  port?: number;
  gateways?: string[];
  sourceLabels?: Record<string, string>;
  sourceNamespace?: string;
}

export interface HttpRouteSpec {
  name?: string;
  /** Of a route made from the Gateway API or an Ingress: compared place by place, highest first. */
  precedence?: readonly number[];
  match?: HttpMatchSpec[];
  route?: DestinationSpec[];
  redirect?: {
    uri?: string;
    authority?: string;
    redirectCode?: number;
    scheme?: string;
    port?: number;
  };
  directResponse?: { status: number };
  delegate?: { name?: string; namespace?: string };
  rewrite?: {
    uri?: string;
    authority?: string;
    uriRegexRewrite?: { match?: string; rewrite?: string };
    /** Set where `uri` takes the place of the whole path (Gateway API's ReplaceFullPath). */
    isWholePath?: boolean;
  };
  mirror?: { host: string; port?: { number?: number } };
  mirrors?: { destination: { host: string; port?: { number?: number } } }[];
  headers?: HeaderOperationsSpec;
}

/** Of networking.k8s.io/v1, as far as istiod reads it. */
export interface IngressSpec {
  ingressClassName?: string;
  tls?: { hosts?: string[]; secretName?: string }[];
  rules?: IngressRuleSpec[];
}

export interface IngressRuleSpec {
  /** Absent for every host. */
  host?: string;
  http?: { paths: IngressPathSpec[] };
}

export interface IngressPathSpec {
  path?: string;
  pathType: string;
  backend: {
    /** Absent where the backend is another resource, which istiod does not follow. */
    service?: { name: string; port?: { number?: number; name?: string } };
  };
}

export interface L4RouteSpec {
  match?: { sniHosts?: string[]; port?: number; gateways?: string[] }[];
  route?: DestinationSpec[];
}

export interface VirtualServiceSpec {
  hosts?: string[];
  gateways?: string[];
  http?: HttpRouteSpec[];
  tls?: L4RouteSpec[];
  tcp?: L4RouteSpec[];
  exportTo?: string[];
}

export interface ServicePortSpec {
  name?: string;
  port: number;
  targetPort?: number | string;
  protocol?: string;
  appProtocol?: string;
  nodePort?: number;
}

export interface ServiceSpec {
  type?: string;
  clusterIP?: string;
  clusterIPs?: string[];
  selector?: Record<string, string>;
  ports?: ServicePortSpec[];
  externalName?: string;
}

export interface ContainerSpec {
  name: string;
  image?: unknown;
  args?: string[];
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  restartPolicy?: string;
  env?: { name?: string; value?: unknown; valueFrom?: unknown }[];
}

export interface PodSpec {
  serviceAccountName?: string;
  hostNetwork?: boolean;
  containers?: ContainerSpec[];
  initContainers?: ContainerSpec[];
}
