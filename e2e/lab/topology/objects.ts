import type { Manifest } from '../kube.ts';
import { addressOf, type Workload, type WorkloadBase } from './workloads.ts';

export const NODE_NAME = 'lab';

export function describeNode(kubeletPort: number): {
  node: Manifest;
  status: Manifest;
} {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: NODE_NAME, labels: { 'kubernetes.io/os': 'linux' } },
  };
  return {
    node,
    status: {
      ...node,
      status: {
        addresses: [
          { type: 'InternalIP', address: '127.0.0.1' },
          { type: 'Hostname', address: NODE_NAME },
        ],
        daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'LabUp',
            message: 'the lab is up',
            lastHeartbeatTime: new Date().toISOString(),
            lastTransitionTime: new Date().toISOString(),
          },
        ],
      },
    },
  };
}

function listPorts(workload: Workload) {
  return 'appPort' in workload
    ? workload.service.ports.map(port => ({
        ...port,
        targetPort: workload.appPort,
      }))
    : workload.service.ports;
}

function describePodStatus(workload: WorkloadBase, subnet: string): Manifest {
  const ip = addressOf(workload, subnet);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: workload.name, namespace: workload.namespace },
    status: {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      hostIP: '127.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

/** A Pod without a proxy and without a Service: one that calls others. */
export function describePlainPod(
  workload: WorkloadBase,
  subnet: string,
): { objects: Manifest[]; podStatus: Manifest } {
  const { namespace, name, labels, annotations, serviceAccount } = workload;
  return {
    objects: [
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: serviceAccount, namespace },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace,
          labels,
          ...(annotations ? { annotations } : {}),
        },
        spec: {
          serviceAccountName: serviceAccount,
          nodeName: NODE_NAME,
          containers: [{ name: 'app', image: 'app' }],
        },
      },
    ],
    podStatus: describePodStatus(workload, subnet),
  };
}

/**
 * The objects of one workload. No controller runs in the lab, so what a Deployment and the endpoint
 * controller would write is written here.
 */
export function describeWorkload(
  workload: Workload,
  subnet: string,
  nodePorts: Record<string, number>,
): { objects: Manifest[]; podStatus: Manifest } {
  const { namespace, name } = workload;
  const isSidecar = workload.kind === 'sidecar';
  const pod: Manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: isSidecar
        ? { ...workload.labels, 'security.istio.io/tlsMode': 'istio' }
        : workload.labels,
      ...(isSidecar
        ? { annotations: { 'sidecar.istio.io/status': '{}' } }
        : {}),
    },
    spec: {
      serviceAccountName: workload.serviceAccount,
      nodeName: NODE_NAME,
      containers: [
        ...('appPort' in workload
          ? [
              {
                name: 'app',
                image: 'app',
                ports: [{ containerPort: workload.appPort }],
              },
            ]
          : []),
        ...(workload.kind === 'plain'
          ? []
          : [{ name: 'istio-proxy', image: 'proxy' }]),
      ],
    },
  };
  return {
    objects: [
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: workload.serviceAccount, namespace },
      },
      pod,
      ...describeService(workload, subnet, { nodePorts }),
    ],
    podStatus: describePodStatus(workload, subnet),
  };
}

/** A Service of a workload with its endpoints, by default the workload's own. */
export function describeService(
  workload: Workload,
  subnet: string,
  {
    service = workload.service.name,
    nodePorts = {},
  }: { service?: string; nodePorts?: Record<string, number> } = {},
): Manifest[] {
  const { namespace, name } = workload;
  const ports = listPorts(workload);
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: service,
        namespace,
        labels:
          workload.kind === 'plain' ? workload.service.labels : workload.labels,
      },
      spec: {
        type: workload.kind === 'gateway' ? 'NodePort' : 'ClusterIP',
        selector: workload.labels,
        ports: ports.map(port => ({
          name: port.name,
          port: port.port,
          targetPort: port.targetPort,
          ...(nodePorts[`${namespace}/${name}/${port.name}`]
            ? { nodePort: nodePorts[`${namespace}/${name}/${port.name}`] }
            : {}),
        })),
      },
    },
    describeEndpoints(
      service,
      workload,
      subnet,
      ports.map(port => ({ name: port.name, port: port.targetPort })),
    ),
  ];
}

/** Endpoints of a Service with one Pod behind it: no controller runs that would write them. */
export function describeEndpoints(
  service: string,
  workload: Workload,
  subnet: string,
  ports: { name: string; port: number }[],
): Manifest {
  const { namespace, name } = workload;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${service}-lab`,
      namespace,
      labels: { 'kubernetes.io/service-name': service },
    },
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: [addressOf(workload, subnet)],
        conditions: { ready: true, serving: true },
        nodeName: NODE_NAME,
        targetRef: { kind: 'Pod', name, namespace },
      },
    ],
    ports,
  };
}
