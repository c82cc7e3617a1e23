import { assessService, Mesh, parseObjects } from 'istio-jwt-policy-engine';
import { trimObject } from './trimObject';

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'backend', namespace: 'default' },
  spec: { selector: { app: 'backend' }, ports: [{ name: 'http', port: 8080 }] },
};

/** Why the only way to a Service with this Pod behind it is as it is. */
function reasonWith(pod: { metadata?: object; spec: object }): string {
  const mesh = new Mesh();
  const objects = [
    SERVICE,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      ...pod,
      metadata: {
        name: 'backend-0',
        namespace: 'default',
        labels: { app: 'backend' },
        ...pod.metadata,
      },
    },
  ].map(trimObject);
  parseObjects(objects).resources.forEach(object => mesh.apply(object));
  return assessService(mesh, { namespace: 'default', name: 'backend' })
    .waysIn[0].reason;
}

describe('trimObject', () => {
  const spec = { containers: [{ name: 'app' }, { name: 'istio-proxy' }] };

  it('keeps what says that a port passes by the sidecar', () => {
    const annotations = {
      'traffic.sidecar.istio.io/excludeInboundPorts': '8080',
    };
    expect(reasonWith({ spec })).toMatch(/nothing refuses/);
    expect(reasonWith({ metadata: { annotations }, spec })).toMatch(/excluded/);
  });

  it('keeps what says that ztunnel carries the traffic', () => {
    const annotations = { 'ambient.istio.io/redirection': 'enabled' };
    const plain = { containers: [{ name: 'app' }] };
    expect(reasonWith({ spec: plain })).toMatch(/no sidecar/);
    expect(reasonWith({ metadata: { annotations }, spec: plain })).toMatch(
      /ztunnel/,
    );
  });

  it('keeps what says that the Pod is a gateway', () => {
    const containers = [{ name: 'istio-proxy', args: ['proxy', 'router'] }];
    expect(reasonWith({ spec: { containers } })).toMatch(/are a gateway/);
  });

  it('drops the environment, arguments and other annotations', () => {
    const trimmed = trimObject({
      kind: 'Pod',
      metadata: {
        name: 'p',
        annotations: { note: 'secret-1' },
      },
      spec: {
        containers: [
          { name: 'app', args: ['secret-2'], env: [{ value: 'secret-3' }] },
        ],
      },
    });
    expect(JSON.stringify(trimmed)).not.toContain('secret');
  });

  it('keeps what tells the version of istiod', () => {
    const mesh = new Mesh();
    const objects = [
      SERVICE,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'backend-0',
          namespace: 'default',
          labels: { app: 'backend' },
        },
        spec,
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'istiod-0',
          namespace: 'istio-system',
          labels: { app: 'istiod' },
        },
        spec: {
          containers: [{ name: 'discovery', image: 'istio/pilot:1.27.0' }],
        },
      },
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'RequestAuthentication',
        metadata: { name: 'jwt', namespace: 'default' },
        spec: {
          jwtRules: [{ issuer: 'i', jwksUri: 'https://keys.example' }],
        },
      },
    ].map(trimObject);
    parseObjects(objects).resources.forEach(object => mesh.apply(object));
    const { findings } = assessService(mesh, {
      namespace: 'default',
      name: 'backend',
    });
    expect(findings.map(({ id }) => id)).toContain('fallback-key');
  });

  it('keeps what istiod is told to leave out, and nothing else of its environment', () => {
    const ignored = { name: 'PILOT_IGNORE_RESOURCES', value: '*.istio.io' };
    const trimmed = trimObject({
      kind: 'Pod',
      metadata: { name: 'istiod-0' },
      spec: {
        containers: [
          {
            name: 'discovery',
            env: [{ name: 'KEY', value: 'secret' }, ignored],
          },
          { name: 'app', env: [ignored] },
        ],
      },
    });
    expect(trimmed.spec).toMatchObject({
      containers: [{ name: 'discovery', env: [ignored] }, { name: 'app' }],
    });
    expect(JSON.stringify(trimmed)).not.toContain('secret');
    expect(JSON.stringify(trimmed).match(/IGNORE/g)).toHaveLength(1);
  });
});
