const ENVIRONMENT = Array.from({ length: 12 }, (_, index) => ({
  name: `SETTING_NUMBER_${index}`,
  value: `value-${index}-of-some-length`,
}));

const MOUNTS = ['config', 'cache', 'tokens', 'istio-data'].map(name => ({
  name,
  mountPath: `/var/run/${name}`,
  readOnly: true,
}));

const MANAGED_FIELDS = ['kube-controller-manager', 'kubelet'].map(manager => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time: '2026-11-01T08:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: Object.fromEntries(
    Array.from({ length: 24 }, (_, index) => [
      `f:field-${index}`,
      { '.': {}, 'f:name': {}, 'f:value': {}, [`k:{"name":"${index}"}`]: {} },
    ]),
  ),
}));

/**
 * Gives a synthetic Pod what Pods of clusters have and nobody here needs: environment, mounts, probes,
 * conditions, and what `managedFields` says of all that. Some 8 KB of JSON, as usual with a sidecar.
 */
export function swellPod(pod: any): object {
  const { name } = pod.metadata;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      uid: '5b1c3c0e-0d7c-4d8e-9a53-8f3f7c1d2e4b',
      creationTimestamp: '2026-11-01T08:00:00Z',
      generateName: `${name}-`,
      labels: { ...pod.metadata.labels, 'pod-template-hash': '7d9c5b6f4' },
      annotations: {
        'sidecar.istio.io/status': '{"containers":["istio-proxy"]}',
        'kubectl.kubernetes.io/restartedAt': '2026-11-01T08:00:00Z',
        'prometheus.io/scrape': 'true',
      },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${pod.metadata.labels.app}-7d9c5b6f4`,
          uid: '2e4b5b1c-3c0e-4d8e-9a53-8f3f7c1d0d7c',
          controller: true,
        },
      ],
      managedFields: MANAGED_FIELDS,
    },
    spec: {
      ...pod.spec,
      containers: pod.spec.containers.map((container: object) => ({
        ...container,
        env: ENVIRONMENT,
        volumeMounts: MOUNTS,
        resources: { requests: { cpu: '100m', memory: '128Mi' } },
        readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
        securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true },
      })),
      volumes: MOUNTS.map(({ name: volume }) => ({
        name: volume,
        emptyDir: {},
      })),
      nodeName: 'node-17',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists' },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists' },
      ],
    },
    status: {
      ...pod.status,
      conditions: [
        'Initialized',
        'Ready',
        'ContainersReady',
        'PodScheduled',
      ].map(type => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: '2026-11-01T08:00:00Z',
      })),
      startTime: '2026-11-01T08:00:00Z',
      qosClass: 'Burstable',
    },
  };
}
