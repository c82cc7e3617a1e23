/**
 * Fields of the Gateway API that the engine reads. A spec may only be read through these types after
 * its resource passed validation.
 */
import { LabelSelectorSpec } from '../../parse/specs';

export interface AllowedRoutesSpec {
  namespaces?: { from?: string; selector?: LabelSelectorSpec };
  kinds?: { group?: string; kind: string }[];
}

export interface ListenerSpec {
  name: string;
  port: number;
  protocol: string;
  hostname?: string;
  tls?: { mode?: string; options?: Record<string, string> };
  allowedRoutes?: AllowedRoutesSpec;
}

interface TlsConfigSpec {
  validation?: { mode?: string };
}

export interface KubernetesGatewaySpec {
  gatewayClassName?: string;
  listeners?: ListenerSpec[];
  addresses?: { type?: string; value?: string }[];
  infrastructure?: { labels?: Record<string, string> };
  allowedListeners?: Pick<AllowedRoutesSpec, 'namespaces'>;
  tls?: {
    frontend?: {
      default?: TlsConfigSpec;
      perPort?: { port: number; tls?: TlsConfigSpec }[];
    };
  };
}

export interface ListenerSetSpec {
  parentRef?: {
    group?: string;
    kind?: string;
    namespace?: string;
    name: string;
  };
  /** Without a port that of HTTP or HTTPS. */
  listeners?: (Omit<ListenerSpec, 'port'> & { port?: number })[];
}

export interface ParentRefSpec {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
  sectionName?: string;
  port?: number;
}

export interface BackendRefSpec {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
  port?: number;
  weight?: number;
  filters?: RouteFilterSpec[];
}

interface HeaderValueSpec {
  name: string;
  value: string;
}

export interface HeaderFilterSpec {
  set?: HeaderValueSpec[];
  add?: HeaderValueSpec[];
  remove?: string[];
}

interface PathModifierSpec {
  type: string;
  replaceFullPath?: string;
  replacePrefixMatch?: string;
}

export interface RouteFilterSpec {
  type: string;
  requestHeaderModifier?: HeaderFilterSpec;
  responseHeaderModifier?: HeaderFilterSpec;
  requestRedirect?: {
    scheme?: string;
    hostname?: string;
    port?: number;
    statusCode?: number;
    path?: PathModifierSpec;
  };
  urlRewrite?: { hostname?: string; path?: PathModifierSpec };
  requestMirror?: { backendRef: BackendRefSpec };
}

interface ValueMatchSpec {
  type?: string;
  name: string;
  value: string;
}

export interface HttpRouteMatchSpec {
  path?: { type?: string; value?: string };
  headers?: ValueMatchSpec[];
  queryParams?: ValueMatchSpec[];
  method?: string;
}

export interface GrpcRouteMatchSpec {
  method?: { type?: string; service?: string; method?: string };
  headers?: ValueMatchSpec[];
}

export interface RouteRuleSpec<TMatch> {
  matches?: TMatch[];
  filters?: RouteFilterSpec[];
  backendRefs?: BackendRefSpec[];
}

/** HTTPRoute, GRPCRoute, TLSRoute and TCPRoute. */
export interface RouteSpec<TMatch = unknown> {
  parentRefs?: ParentRefSpec[];
  hostnames?: string[];
  rules?: RouteRuleSpec<TMatch>[];
}

export interface ReferenceGrantSpec {
  from?: { group: string; kind: string; namespace: string }[];
  to?: { group: string; kind: string; name?: string }[];
}

export const GATEWAY_API_GROUP = 'gateway.networking.k8s.io';

export const ROUTE_KINDS = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'];
