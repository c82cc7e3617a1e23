import { assessService, Mesh, parseObjects, trimObject } from '..';

const LABELS = { app: 'backend' };
const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'backend', namespace: 'default' },
  spec: { selector: LABELS, ports: [{ name: 'http', port: 80 }] },
};
const pod = (name: string, containers: object[], phase: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: LABELS },
  spec: { containers },
  status: { phase },
});

describe('trimObject', () => {
  it('leaves what says that a Pod has ended', () => {
    const proxied = [{ name: 'app' }, { name: 'istio-proxy' }];
    const objects = [
      SERVICE,
      pod('running', proxied, 'Running'),
      pod('job', [{ name: 'app' }], 'Succeeded'),
    ];
    const assess = (given: Record<string, unknown>[]) => {
      const mesh = new Mesh();
      parseObjects(given).resources.forEach(each => mesh.apply(each));
      return assessService(mesh, { namespace: 'default', name: 'backend' });
    };
    const trimmed = assess(objects.map(trimObject));
    expect(trimmed.waysIn).toHaveLength(1);
    expect(trimmed).toEqual(assess(objects));
  });

  it('keeps the addresses of a Pod, by which ServiceEntries may lead to it', () => {
    const running = pod('p', [], 'Running');
    const statusOf = (status: object) =>
      trimObject({
        ...running,
        status: { phase: 'Running', hostIP: '10.9.9.9', ...status },
      }).status;
    expect(statusOf({})).toEqual({ phase: 'Running' });
    const one = { podIP: '10.0.0.5', podIPs: [{ ip: '10.0.0.5' }] };
    expect(statusOf(one)).toEqual({ phase: 'Running', podIP: '10.0.0.5' });
    const podIPs = [{ ip: '10.0.0.5' }, { ip: 'fd00::5' }];
    expect(statusOf({ ...one, podIPs })).toEqual({
      phase: 'Running',
      podIP: '10.0.0.5',
      podIPs,
    });
  });

  it('keeps what the kubelet asks by HTTP, as it was before Istio rewrote it', () => {
    const probe = (path: string, port: number) => ({ httpGet: { path, port } });
    const env = [
      { name: 'SECRET', value: 'hidden' },
      {
        name: 'ISTIO_KUBE_APP_PROBERS',
        value: JSON.stringify({
          '/app-health/app/readyz': probe('/ready', 8080),
        }),
      },
    ];
    const trimmed = trimObject(
      pod(
        'p',
        [
          {
            name: 'app',
            readinessProbe: probe('/app-health/app/readyz', 15020),
            livenessProbe: probe('/alive', 8080),
            startupProbe: { tcpSocket: { port: 1 } },
          },
          { name: 'istio-proxy', env },
        ],
        'Running',
      ),
    );
    expect(trimmed.spec).toMatchObject({
      httpProbes: [
        {
          container: 'app',
          kind: 'readiness',
          path: '/ready',
          port: 8080,
          isRewritten: true,
        },
        { kind: 'liveness', path: '/alive', isRewritten: false },
      ],
    });
    expect(JSON.stringify(trimmed)).not.toContain('hidden');
  });

  it('keeps of ConfigMaps only the mesh config', () => {
    const data = { mesh: 'trustDomain: td', other: 'secret' };
    const configMap = (name: string) =>
      trimObject({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        data,
      });
    expect(configMap('istio')).toMatchObject({ data: { mesh: data.mesh } });
    expect(JSON.stringify(configMap('istio'))).not.toContain('secret');
    expect(configMap('settings')).not.toHaveProperty('data');
  });

  it('drops who wrote what, and the copy that kubectl keeps', () => {
    const { metadata } = trimObject({
      kind: 'Gateway',
      metadata: {
        name: 'g',
        managedFields: [{}],
        annotations: {
          note: 'kept',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        },
      },
    });
    expect(metadata).toEqual({ name: 'g', annotations: { note: 'kept' } });
  });
});
