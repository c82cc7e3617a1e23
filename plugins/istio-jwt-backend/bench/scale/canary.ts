/** A service of its own that comes and goes, so that it can be seen how long the index takes. */
export function buildCanary(number: number): object[] {
  const name = nameCanary(number);
  const metadata = { name, namespace: 'team-000', labels: { app: name } };
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: `${name}-0` },
      spec: {
        serviceAccountName: name,
        containers: [
          { name, ports: [{ name: 'http', containerPort: 8080 }] },
          { name: 'istio-proxy', args: ['proxy', 'sidecar'] },
        ],
      },
      status: { phase: 'Running' },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        selector: { app: name },
        ports: [{ name: 'http', port: 80, targetPort: 8080 }],
      },
    },
  ];
}

export function nameCanary(number: number): string {
  return `canary-${number}`;
}
