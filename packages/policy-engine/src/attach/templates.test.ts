import { assessService, meshCallerOf } from '..';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: web}]}
`;
const deployment = (
  metadata = '',
  spec = 'containers: [{name: app, ports: [{name: web, containerPort: 8080}]}]',
) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: backend, namespace: default}
spec:
  template:
    metadata: {labels: {app: backend}, ${metadata}}
    spec: {${spec}}
`;
const withLabel = (label: string) =>
  deployment().replace('app: backend}', `app: backend, ${label}}`);
const namespace = (labels: string) =>
  `apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {${labels}}}`;

const wayTo = (...texts: string[]) =>
  assessService(meshOf([SERVICE, BACKEND_JWT, ...texts]), BACKEND).waysIn[0];

describe('a Deployment without Pods', () => {
  it.each([
    ['nothing that asks for a sidecar', namespace(''), deployment(), 'open'],
    ['no Namespace known', '', deployment(), 'unknown'],
    [
      'a namespace that injects',
      namespace('istio-injection: enabled'),
      deployment(),
      'enforced',
    ],
    [
      'a namespace of the default revision',
      namespace('istio.io/rev: default'),
      deployment(),
      'enforced',
    ],
    [
      'a namespace that does not',
      namespace('istio-injection: disabled, istio.io/rev: stable'),
      deployment(),
      'open',
    ],
    [
      'a template that wants none',
      namespace('istio-injection: enabled'),
      withLabel('sidecar.istio.io/inject: "false"'),
      'open',
    ],
    [
      'a template that wants none by annotation',
      namespace('istio-injection: enabled'),
      deployment('annotations: {sidecar.istio.io/inject: "false"}'),
      'open',
    ],
    [
      'a template that wants one',
      namespace(''),
      withLabel('sidecar.istio.io/inject: "true"'),
      'enforced',
    ],
    [
      'a template that wants one where none is known to be given',
      '',
      withLabel('sidecar.istio.io/inject: "true"'),
      'enforced',
    ],
    [
      'a template of the default revision',
      namespace(''),
      withLabel('istio.io/rev: default'),
      'enforced',
    ],
    [
      'a sidecar of its own',
      '',
      deployment(
        '',
        'containers: [{name: app, ports: [{name: web, containerPort: 8080}]}, {name: istio-proxy}]',
      ),
      'enforced',
    ],
    [
      'a native sidecar of its own',
      '',
      deployment(
        '',
        'containers: [{name: app, ports: [{name: web, containerPort: 8080}]}], initContainers: [{name: istio-proxy, restartPolicy: Always}]',
      ),
      'enforced',
    ],
    [
      'an init container of that name, which ends',
      namespace(''),
      deployment(
        '',
        'containers: [{name: app, ports: [{name: web, containerPort: 8080}]}], initContainers: [{name: istio-proxy}]',
      ),
      'open',
    ],
  ])('with %s', (_, place, template, state) => {
    const texts = place ? [place, template] : [template];
    expect(wayTo(...texts).state).toBe(state);
  });

  it.each([
    [
      'a namespace in ambient mode',
      'istio.io/dataplane-mode: ambient',
      '',
      'ztunnel',
    ],
    [
      'its own label',
      'istio-injection: disabled',
      'istio.io/dataplane-mode: ambient',
      'ztunnel',
    ],
    [
      'a label that leaves ambient mode',
      'istio.io/dataplane-mode: ambient',
      'istio.io/dataplane-mode: none',
      undefined,
    ],
    [
      'a namespace in ambient mode that injects',
      'istio.io/dataplane-mode: ambient, istio-injection: enabled',
      '',
      'sidecar',
    ],
  ])('by %s', (_, outer, own, kind) => {
    const way = wayTo(namespace(outer), withLabel(own));
    expect(way.hops[0]?.proxy.kind).toBe(kind);
  });

  it('is of its service account, and listens where its ports say', () => {
    const way = wayTo(
      namespace('istio-injection: enabled'),
      deployment(
        '',
        'serviceAccountName: own, containers: [{name: app, ports: [{name: other, containerPort: 1}, {name: web, containerPort: 8081}]}]',
      ),
    );
    expect(way.hops[0]).toMatchObject({
      port: 8081,
      proxy: { name: 'backend', labels: { app: 'backend' } },
    });
    const none = wayTo(
      namespace('istio-injection: enabled'),
      deployment('', 'containers: [{name: app}]'),
    );
    expect(none.state).toBe('unknown');
    expect(none.reason).toContain('no Pod has a port named "web"');
  });

  it('gives way to its Pods', () => {
    const injecting = namespace('istio-injection: enabled');
    const mesh = meshOf([SERVICE, BACKEND_JWT, injecting, deployment()]);
    applyYaml(
      mesh,
      `
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: default, labels: {app: backend}}
spec: {containers: [{name: app, ports: [{name: web, containerPort: 8080}]}, {name: istio-proxy}]}
`,
    );
    const states = assessService(mesh, BACKEND).waysIn.map(way => way.state);
    expect(states).toEqual(['enforced']);
  });
});

describe('a Pod', () => {
  const podOf = (metadata: string, spec = '', rest = '') => `
apiVersion: v1
kind: Pod
metadata: {name: backend-x, namespace: default, ${metadata}}
spec: {containers: [{name: app, ports: [{name: web, containerPort: 8080}]}], ${spec}}
${rest}
`;
  const LABELS = 'labels: {app: backend}';

  it.each([
    [
      'the status annotation, which proxyless gRPC has as well',
      'annotations: {sidecar.istio.io/status: "{}"}',
      undefined,
    ],
    ['no sign of one', 'annotations: {}', undefined],
    [
      'traffic redirected to ztunnel',
      'annotations: {ambient.istio.io/redirection: enabled}',
      'ztunnel',
    ],
    [
      'redirection switched off',
      'annotations: {ambient.istio.io/redirection: disabled}',
      undefined,
    ],
  ])('with %s', (_, metadata, kind) => {
    const way = wayTo(namespace(''), podOf(`${LABELS}, ${metadata}`));
    expect(way.hops[0]?.proxy.kind).toBe(kind);
  });

  it('has none by the label of a TLS mode, which anybody may write', () => {
    const labels = 'labels: {app: backend, security.istio.io/tlsMode: istio}';
    expect(wayTo(podOf(labels)).hops).toEqual([]);
  });

  it('on the network of its node is not in ambient mode', () => {
    const ambient = namespace('istio.io/dataplane-mode: ambient');
    expect(wayTo(ambient, podOf(LABELS)).hops[0]?.proxy.kind).toBe('ztunnel');
    expect(wayTo(ambient, podOf(LABELS, 'hostNetwork: true')).hops).toEqual([]);
  });

  it.each([
    ['Succeeded', 'unknown'],
    ['Failed', 'unknown'],
    ['Running', 'open'],
    ['Pending', 'open'],
  ])('that is %s: %s', (phase, state) => {
    const pod = podOf(LABELS, '', `status: {phase: ${phase}}`);
    expect(wayTo(pod).state).toBe(state);
  });

  const reasonWith = (metadata: string) => wayTo(podOf(metadata)).reason;

  it.each([
    [
      'its ReplicaSet without the hash',
      'labels: {app: backend, pod-template-hash: abc}, ownerReferences: [{kind: ReplicaSet, name: shop-abc}]',
      'shop has no sidecar',
    ],
    [
      'its owner',
      'labels: {app: backend, pod-template-hash: abc}, ownerReferences: [{kind: StatefulSet, name: shop}]',
      'shop has no sidecar',
    ],
    [
      'its owner, whatever else that ends in',
      'labels: {app: backend}, ownerReferences: [{kind: StatefulSet, name: shop-abc}]',
      'shop-abc has no sidecar',
    ],
    [
      'its label by Kubernetes',
      'labels: {app: backend, app.kubernetes.io/name: shop}',
      'shop has no sidecar',
    ],
    ['its app', 'labels: {app: backend}', 'backend has no sidecar'],
    [
      'its app where no owner has a name',
      'labels: {app: backend}, ownerReferences: [{kind: X, name: ""}]',
      'backend has no sidecar',
    ],
    [
      'its app where the owner is none',
      'labels: {app: backend}, ownerReferences: [{kind: X, name: 3}]',
      'backend has no sidecar',
    ],
  ])('is named by %s', (_, metadata, reason) => {
    expect(reasonWith(metadata)).toContain(reason);
  });

  it('without a name of its own in labels is named by itself', () => {
    const mesh = meshOf([
      SERVICE.replace('app: backend', 'x: y'),
      podOf('labels: {x: y}'),
    ]);
    expect(assessService(mesh, BACKEND).waysIn[0].reason).toContain(
      'backend-x has no sidecar',
    );
  });

  it('that cannot be read still receives requests, in a way that is not known', () => {
    const pod = `
apiVersion: v1
kind: Pod
metadata: {name: backend-x, namespace: default, labels: {app: backend}}
spec: {containers: 3}
`;
    const mesh = meshOf([SERVICE.replace('web', '8080'), BACKEND_JWT, pod]);
    expect(assessService(mesh, BACKEND).waysIn[0].state).toBe('unknown');
  });

  it('calls with its service account', () => {
    const call = (spec: string) => {
      const mesh = meshOf([SERVICE, podOf(LABELS, spec)]);
      const [way] = assessService(mesh, BACKEND).waysIn;
      return meshCallerOf(
        mesh,
        { namespace: 'default', name: 'backend-x' },
        way,
      )?.identity;
    };
    expect(call('serviceAccountName: own')).toBe(
      'cluster.local/ns/default/sa/own',
    );
    expect(call('')).toBe('cluster.local/ns/default/sa/default');
  });
});
