/** Who is in the lab's mesh. Indexes give addresses: workload 10 has `<subnet>.10`. */

export interface WorkloadBase {
  namespace: string;
  name: string;
  index: number;
  serviceAccount: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  /** Of its ProxyConfig, by which it tells istiod how many proxies before it are trusted. */
  gatewayTopology?: { numTrustedProxies: number };
}

export interface GatewayWorkload extends WorkloadBase {
  kind: 'gateway';
  service: {
    name: string;
    /** Names of ports that get a NodePort. */
    ports: { name: string; port: number; targetPort: number }[];
  };
}

export interface SidecarWorkload extends WorkloadBase {
  kind: 'sidecar';
  appPort: number;
  service: { name: string; ports: { name: string; port: number }[] };
}

/** A waypoint: it decides for the Services that name it, and is reached by HBONE. */
export interface WaypointWorkload extends WorkloadBase {
  kind: 'waypoint';
  service: {
    name: string;
    ports: { name: string; port: number; targetPort: number }[];
  };
}

/** A program without any proxy. */
export interface PlainWorkload extends WorkloadBase {
  kind: 'plain';
  appPort: number;
  service: {
    name: string;
    labels: Record<string, string>;
    ports: { name: string; port: number }[];
  };
}

export type Workload =
  | GatewayWorkload
  | SidecarWorkload
  | WaypointWorkload
  | PlainWorkload;

const gatewayPorts = [
  { name: 'status-port', port: 15021, targetPort: 15021 },
  { name: 'http2', port: 80, targetPort: 8080 },
  { name: 'https', port: 443, targetPort: 8443 },
];

function describeSidecar(name: string, index: number): SidecarWorkload {
  return {
    kind: 'sidecar',
    namespace: 'default',
    name,
    index,
    serviceAccount: name,
    labels: { app: name, 'service.istio.io/canonical-name': name },
    appPort: 8080,
    service: { name, ports: [{ name: 'http', port: 80 }] },
  };
}

export const INGRESS: GatewayWorkload = {
  kind: 'gateway',
  namespace: 'istio-system',
  name: 'istio-ingressgateway',
  index: 10,
  serviceAccount: 'istio-ingressgateway-service-account',
  labels: { app: 'istio-ingressgateway', istio: 'ingressgateway' },
  service: { name: 'istio-ingressgateway', ports: gatewayPorts },
};

/** Another shared gateway, in a namespace of its own. */
export const SECOND_GATEWAY: GatewayWorkload = {
  kind: 'gateway',
  namespace: 'edge',
  name: 'second-gateway',
  index: 11,
  serviceAccount: 'second-gateway',
  labels: { app: 'second-gateway', istio: 'second-gateway' },
  service: { name: 'second-gateway', ports: gatewayPorts },
};

/**
 * The proxy of the Gateway API resource `backend-api`. Istio names the Service of a Gateway it
 * deploys itself `<gateway>-istio`, so this is what it finds.
 */
export const GATEWAY_API_GATEWAY: GatewayWorkload = {
  kind: 'gateway',
  namespace: 'default',
  name: 'backend-api-istio',
  index: 12,
  serviceAccount: 'backend-api-istio',
  labels: { 'gateway.networking.k8s.io/gateway-name': 'backend-api' },
  service: {
    name: 'backend-api-istio',
    ports: [
      { name: 'status-port', port: 15021, targetPort: 15021 },
      { name: 'http', port: 80, targetPort: 80 },
    ],
  },
};

export const FRONTEND = describeSidecar('frontend', 20);
export const BACKEND = describeSidecar('backend', 21);
/** A caller with an identity that no policy names. */
export const STRANGER = describeSidecar('stranger', 22);
/** The neighbour behind the same gateway, and what shows the headers that arrive. */
export const ECHO = describeSidecar('echo', 23);

export const WAYPOINT: WaypointWorkload = {
  kind: 'waypoint',
  namespace: 'ambient',
  name: 'waypoint',
  index: 30,
  serviceAccount: 'waypoint',
  labels: {
    'gateway.networking.k8s.io/gateway-name': 'waypoint',
    'gateway.networking.k8s.io/gateway-class-name': 'istio-waypoint',
    'istio.io/dataplane-mode': 'none',
  },
  service: {
    name: 'waypoint',
    ports: [
      { name: 'status-port', port: 15021, targetPort: 15021 },
      { name: 'mesh', port: 15008, targetPort: 15008 },
    ],
  },
};

/**
 * Behind the waypoint. There is no ztunnel in the lab, so only a gateway finds the way: the label
 * `ingress-use-waypoint` sends it there.
 */
export const REPORTS: PlainWorkload = {
  kind: 'plain',
  namespace: 'ambient',
  name: 'reports',
  index: 31,
  serviceAccount: 'reports',
  labels: { app: 'reports' },
  appPort: 8080,
  service: {
    name: 'reports',
    labels: {
      'istio.io/use-waypoint': 'waypoint',
      'istio.io/ingress-use-waypoint': 'true',
    },
    ports: [{ name: 'http', port: 80 }],
  },
};

/** In ambient mode; started by the tests that need it (`parts/ambientCaller.ts`). */
export const AMBIENT_CALLER: WorkloadBase = {
  namespace: 'ambient',
  name: 'caller',
  index: 32,
  serviceAccount: 'caller',
  labels: { app: 'caller', 'istio.io/dataplane-mode': 'ambient' },
  // As Istio's CNI writes it on Pods whose traffic it sends through ztunnel.
  annotations: { 'ambient.istio.io/redirection': 'enabled' },
};

export const WORKLOADS: Workload[] = [
  INGRESS,
  SECOND_GATEWAY,
  GATEWAY_API_GATEWAY,
  FRONTEND,
  BACKEND,
  STRANGER,
  ECHO,
  WAYPOINT,
  REPORTS,
];

export const NAMESPACES = [
  ...new Set(WORKLOADS.map(workload => workload.namespace)),
];

export const addressOf = (workload: WorkloadBase, subnet: string) =>
  `${subnet}.${workload.index}`;
