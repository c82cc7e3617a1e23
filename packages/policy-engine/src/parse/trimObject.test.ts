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
