import { assessService, Mesh, parseYaml, Resource } from '..';
import {
  BACKEND,
  gatewayWays,
  gatewayYaml,
  TO_BACKEND,
  virtualService,
} from '../__testUtils__/gateways';
import { BACKEND_JWT, WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

describe('Sidecar ingress', () => {
  const sidecar = (
    ingress: string,
    rest = 'workloadSelector: {labels: {app: backend}},',
  ) => `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: s, namespace: default}
spec: {${rest} ingress: [${ingress}]}
`;
  const inMesh = (...texts: string[]) =>
    assessService(meshOf([WORKLOADS, BACKEND_JWT, ...texts]), BACKEND)
      .waysIn[0];

  it.each([
    [
      'HTTP',
      '{port: {number: 8080, protocol: HTTP, name: http}, defaultEndpoint: "127.0.0.1:8080"}',
      'enforced',
      'http',
    ],
    [
      'TCP',
      '{port: {number: 8080, protocol: TCP, name: tcp}}',
      'over-blocked',
      'tcp',
    ],
    [
      'another port',
      '{port: {number: 9090, protocol: TCP, name: tcp}}',
      'enforced',
      'http',
    ],
    [
      'TLS of its own',
      '{port: {number: 8080, protocol: HTTPS, name: x}, tls: {mode: SIMPLE}}',
      'unknown',
      'http',
    ],
  ])('reads the port as it says: %s', (_, ingress, state, protocol) => {
    const way = inMesh(sidecar(ingress));
    expect(way.state).toBe(state);
    expect(way.hops[0].protocol).toBe(protocol);
  });

  it('of other workloads does not matter', () => {
    const tcp = '{port: {number: 8080, protocol: TCP, name: tcp}}';
    expect(
      inMesh(sidecar(tcp, 'workloadSelector: {labels: {app: x}},')).state,
    ).toBe('enforced');
    expect(inMesh(sidecar(tcp, '')).state).toBe('over-blocked');
  });
});

describe('labels of single Pods', () => {
  const pods = ['a', 'b']
    .map(
      hash => `
apiVersion: v1
kind: Pod
metadata: {name: backend-${hash}, namespace: default, labels: {app: backend, pod-template-hash: ${hash}}}
spec: {serviceAccountName: backend, containers: [{name: app}, {name: istio-proxy}]}
`,
    )
    .join('---');

  it('make no difference, unless a policy selects by them', () => {
    const mesh = meshOf([WORKLOADS, pods]);
    mesh.remove({ kind: 'Pod', namespace: 'default', name: 'backend-0' });
    expect(assessService(mesh, BACKEND).waysIn).toHaveLength(1);
    applyYaml(
      mesh,
      BACKEND_JWT.replaceAll('app: backend', 'pod-template-hash: a'),
    );
    const states = assessService(mesh, BACKEND).waysIn.map(
      ({ state }) => state,
    );
    expect(states.sort()).toEqual(['enforced', 'open']);
  });

  it('make no difference where a policy of another namespace selects by them', () => {
    const elsewhere = BACKEND_JWT.replaceAll(
      'app: backend',
      'pod-template-hash: a',
    ).replaceAll('namespace: default', 'namespace: other');
    const mesh = meshOf([
      WORKLOADS,
      pods,
      elsewhere,
      pods.replaceAll('namespace: default', 'namespace: other'),
      WORKLOADS.split('---')[0].replace(
        'namespace: default',
        'namespace: other',
      ),
    ]);
    mesh.remove({ kind: 'Pod', namespace: 'default', name: 'backend-0' });
    const count = (namespace: string) =>
      assessService(mesh, { namespace, name: 'backend' }).waysIn.length;
    expect(count('other')).toBe(2);
    expect(count('default')).toBe(1);
  });

  it.each([
    ['pod-template-hash: a', 'open', 'No proxy on the way looks at tokens'],
    ['pod-template-hash: b', 'open', 'backend has no sidecar'],
    ['app: backend, pod-template-hash: b', 'open', 'backend has no sidecar'],
    ['pod-template-hash: b, app: backend', 'open', 'backend has no sidecar'],
    ['app: other, pod-template-hash: b', 'unknown', 'no Pod matches'],
    ['pod-template-hash: c', 'unknown', 'no Pod matches'],
  ])('pick Pods for a Service by {%s}: %s', (selector, state, reason) => {
    const mixed = pods.replace(
      /(backend-b[^]*)\{name: istio-proxy\}/,
      '$1{name: x}',
    );
    const service = (name: string, labels: string) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default}
spec: {selector: {${labels}}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;
    const mesh = meshOf([
      mixed,
      service('backend', selector),
      service('other', 'pod-template-hash: a'),
    ]);
    assessService(mesh, { namespace: 'default', name: 'other' });
    const [way, ...others] = assessService(mesh, BACKEND).waysIn;
    expect(others).toEqual([]);
    expect(way.state).toBe(state);
    expect(way.reason).toContain(reason);
  });

  it('pick Pods for a Service', () => {
    const mesh = meshOf([
      WORKLOADS,
      pods,
      `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {pod-template-hash: a}, ports: [{name: http, port: 80, targetPort: 8080}]}
`,
    ]);
    const [way, ...others] = assessService(mesh, BACKEND).waysIn;
    expect(others).toEqual([]);
    expect(way.hops[0].proxy.labels).toEqual({ app: 'backend' });
  });
});

describe('labels that no API server would take', () => {
  /** As objects in memory, which are not read from a text that would be refused. */
  const meshWith = (labels: unknown) => {
    const mesh = new Mesh();
    for (const text of [WORKLOADS, BACKEND_JWT]) {
      for (const { metadata, ...rest } of parseYaml(text).resources) {
        const own = rest.kind === 'Pod' ? labels : metadata.labels;
        mesh.apply({
          ...rest,
          metadata: { ...metadata, labels: own },
        } as Resource);
      }
    }
    return assessService(mesh, BACKEND).waysIn[0];
  };

  it('are left out where they are no text', () => {
    const way = meshWith({ app: 'backend', version: 3, other: {} });
    expect(way.state).toBe('unknown');
    expect(way.reason).toContain('whether backend gets a sidecar is not known');
  });

  it.each([[3], ['text'], [true], [null], [undefined], ['']])(
    'are none as %j',
    labels => {
      expect(meshWith(labels).reason).toContain(
        "no Pod matches the Service's selector",
      );
    },
  );
});

describe('Pods behind one port', () => {
  const pod = (name: string, app: string, rest: string, sidecar = true) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: default, labels: {app: backend, app.kubernetes.io/name: ${app} ${rest}}}
spec: {containers: [{name: app}${sidecar ? ', {name: istio-proxy}' : ''}]}
`;
  const ids = (...texts: string[]) => {
    const mesh = meshOf([WORKLOADS, ...texts]);
    mesh.remove({ kind: 'Pod', namespace: 'default', name: 'backend-0' });
    return assessService(mesh, BACKEND).waysIn.map(({ id }) => id);
  };

  it('are in the order of their workloads, whatever they are called', () => {
    const expected = ['mesh.80.a', 'mesh.80.b'];
    expect(ids(pod('x', 'a', ''), pod('y', 'b', '', false))).toEqual(expected);
    expect(ids(pod('z', 'a', ''), pod('y', 'b', '', false))).toEqual(expected);
  });

  it('are told apart by the port that a name means to them', () => {
    const port = (name: string, number: number) =>
      pod(name, 'a', '').replace(
        '{name: app}',
        `{name: app, ports: [{name: web, containerPort: ${number}}]}`,
      );
    const mesh = meshOf([
      WORKLOADS,
      port('x', 8080),
      port('y', 9090),
      `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: web}]}
`,
    ]);
    mesh.remove({ kind: 'Pod', namespace: 'default', name: 'backend-0' });
    const ports = assessService(mesh, BACKEND).waysIn.map(
      ({ hops }) => hops[0].port,
    );
    expect(ports.sort()).toEqual([8080, 9090]);
  });

  it('are those that have every label that the Service selects', () => {
    const service = (selector: string) => `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {${selector}}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;
    const pods = [
      pod('x', 'a', ', v: "1"'),
      pod('y', 'b', ', v: "2"', false),
      pod('z', 'c', ', w: "1"', false),
    ];
    const one = ['mesh.80'];
    expect(ids(service('app: backend, v: "1"'), ...pods)).toEqual(one);
    expect(ids(service('v: "1", app: backend'), ...pods)).toEqual(one);
    expect(ids(service('app: backend, v: "3"'), ...pods)).toEqual(one);
    expect(ids(service('app: backend'), ...pods)).toEqual([
      'mesh.80.a',
      'mesh.80.b',
    ]);
    const states = (selector: string) =>
      assessService(meshOf([WORKLOADS, ...pods, service(selector)]), BACKEND)
        .waysIn.map(({ state, reason }) => [state, reason])
        .join();
    expect(states('app: backend, v: "1"')).toMatch(
      /^open,No proxy on the way looks at tokens/,
    );
    expect(states('app: backend, v: "2"')).toMatch(/b has no sidecar/);
    expect(states('app: backend, v: "3"')).toMatch(/no Pod matches/);
  });

  it.each(['Deployment', 'StatefulSet', 'DaemonSet'])(
    'stand for the template of a %s that they are of, and no other',
    kind => {
      const template = (labels: string) => `
apiVersion: apps/v1
kind: ${kind}
metadata: {name: of-template, namespace: default}
spec: {template: {metadata: {labels: {${labels}}}, spec: {containers: [{name: app}]}}}
`;
      const real = pod('x', 'a', ', v: "1"');
      expect(ids(real, template('app: backend'))).toEqual(['mesh.80']);
      expect(ids(real, template('app: backend, v: "1"'))).toEqual(['mesh.80']);
      expect(ids(real, template('app: backend, v: "2"'))).toEqual([
        'mesh.80.a',
        'mesh.80.of-template',
      ]);
      expect(ids(real, template('app: other'))).toEqual(['mesh.80']);
    },
  );

  it('that restart are the same as before', () => {
    const twice = [pod('x', 'a', ''), pod('y', 'a', ''), pod('z', 'a', '')];
    expect(ids(...twice)).toEqual(['mesh.80']);
  });
});

describe('the reason', () => {
  it('names the first proxy that refuses', () => {
    const atGateway = BACKEND_JWT.replaceAll(
      'namespace: default',
      'namespace: istio-system',
    ).replaceAll('app: backend', 'istio: ingressgateway');
    const mesh = meshOf([
      WORKLOADS,
      BACKEND_JWT,
      atGateway.replace('jwksUri', 'forwardOriginalToken: true\n    jwksUri'),
      gatewayYaml(),
      virtualService(`{${TO_BACKEND}}`),
    ]);
    const [way] = gatewayWays(mesh);
    expect(way.state).toBe('enforced');
    expect(way.reason).toContain('checked at gateway istio-ingressgateway');
  });
});
