import { assessService, findingsOfPolicies, Mesh } from '..';
import { route } from '../__testUtils__/gatewayApi';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT, GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const istiod = (revision: string, kind = 'Pod') => `
apiVersion: v1
kind: ${kind}
metadata: {name: istiod-${revision}, namespace: istio-system, labels: {app: istiod, istio.io/rev: ${revision}}}
spec: {containers: [{name: discovery}]}
`;
const proxyOf = (revision: string) => `
apiVersion: v1
kind: Pod
metadata: {name: p-${revision}, namespace: default, labels: {app: p}, annotations: {istio.io/rev: ${revision}}}
spec: {containers: [{name: app}, {name: istio-proxy}]}
`;
const forRevision = (text: string, revision: string) =>
  text.replaceAll(
    'namespace: default',
    `namespace: default, labels: {istio.io/rev: ${revision}}`,
  );
const meshConfig = (selectors: string) => `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "discoverySelectors: ${selectors}"}
`;
const namespace = (name: string, labels = '') => `
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {${labels}}}
`;

const judge = (mesh: Mesh) => {
  const { state, waysIn, findings } = assessService(mesh, BACKEND);
  return {
    state,
    reason: waysIn.map(({ reason }) => reason ?? '').join(),
    notRead: findings.filter(({ id }) => id === 'not-read').length,
  };
};

describe('policies for one revision of the control plane', () => {
  const base = [WORKLOADS, forRevision(BACKEND_JWT, 'canary')];

  it.each([
    ['an istiod', istiod('default')],
    ["an istiod's Deployment", istiod('default', 'Deployment')],
    ['a proxy', proxyOf('default')],
  ])('count for nothing where %s tells that another one runs', (_, text) => {
    const mesh = meshOf([...base, text]);
    const found = judge(mesh);
    expect(found.state).not.toBe('enforced');
    expect(found.state).not.toBe('unknown');
    expect(found.notRead).toBeGreaterThan(0);
    expect(
      findingsOfPolicies(mesh).filter(({ id }) => id === 'not-read').length,
    ).toBe(found.notRead);
  });

  it('count where theirs runs', () => {
    const { state, notRead } = judge(meshOf([...base, istiod('canary')]));
    expect([state, notRead]).toEqual(['enforced', 0]);
  });

  it.each([
    ['none is known to run', []],
    ['several run', [istiod('canary'), istiod('default')]],
    ['a proxy has another one', [istiod('canary'), proxyOf('default')]],
  ])('leave it unknown where %s', (_, texts) => {
    const { state, reason, notRead } = judge(meshOf([...base, ...texts]));
    expect(state).toBe('unknown');
    expect(reason).toContain('revision canary');
    expect(notRead).toBe(0);
  });

  it('follow as revisions come and go', () => {
    const mesh = meshOf([...base, istiod('canary')]);
    expect(judge(mesh).state).toBe('enforced');
    applyYaml(mesh, istiod('default'));
    expect(judge(mesh).state).toBe('unknown');
    const remove = (name: string) =>
      mesh.remove({ kind: 'Pod', namespace: 'istio-system', name });
    remove('istiod-canary');
    expect(judge(mesh).notRead).toBeGreaterThan(0);
    applyYaml(mesh, istiod('canary'));
    remove('istiod-default');
    expect(judge(mesh).state).toBe('enforced');
    applyYaml(mesh, BACKEND_JWT);
    applyYaml(mesh, istiod('default'));
    expect(judge(mesh).state).toBe('enforced');
  });

  const otherRoute = (gateway: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: other, namespace: default, labels: {istio.io/rev: canary}}
spec: {hosts: [other.example.com], gateways: [${gateway}], http: [{redirect: {uri: /x}}]}
`;

  it.each([
    ['by its gateway', 'backend-gateway', 'unknown'],
    ['inside the mesh', 'mesh', 'open'],
    ['by another gateway', 'elsewhere', 'open'],
  ])(
    'are routes as well: one %s (%s) leaves the gateway %s',
    (_, name, state) => {
      const mesh = meshOf([
        WORKLOADS,
        GATEWAY,
        istiod('canary'),
        istiod('default'),
        otherRoute(name),
      ]);
      const [way] = assessService(mesh, BACKEND).waysIn;
      expect([way.kind, way.state]).toEqual(['gateway', state]);
    },
  );

  it('are no Ingresses, of which Istio reads every one', () => {
    const ingress = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: default, labels: {istio.io/rev: canary}, annotations: {kubernetes.io/ingress.class: istio}}
spec: {rules: [{http: {paths: [{pathType: ImplementationSpecific, backend: {service: {name: backend, port: {number: 80}}}}]}}]}
`;
    const mesh = meshOf([WORKLOADS, ingress, istiod('default')]);
    const [way] = assessService(mesh, BACKEND).waysIn;
    expect(way.route).toMatchObject({ kind: 'Ingress', name: 'front' });
  });

  it('are no Gateways of the Gateway API, which every istiod serves', () => {
    const web = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: default, labels: {istio.io/rev: prod}}
spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}
`;
    const mesh = meshOf([
      WORKLOADS,
      web,
      route('{backendRefs: [{name: backend, port: 80}]}'),
      istiod('default'),
    ]);
    const [way] = assessService(mesh, BACKEND).waysIn;
    expect([way.kind, way.state]).toEqual(['gateway', 'open']);
  });

  it('are read whatever else stands for labels', () => {
    const texts = base.map(text =>
      text.replaceAll('labels: {istio.io/rev: canary}', 'labels: text'),
    );
    expect(judge(meshOf([...texts, istiod('default')])).notRead).toBe(0);
  });

  it('are still told to who asks for the objects', () => {
    const mesh = meshOf([...base, istiod('default')]);
    const [policy] = mesh.list('AuthorizationPolicy');
    const { name, namespace: place } = policy.metadata;
    expect(
      mesh.get({ kind: 'AuthorizationPolicy', namespace: place, name }),
    ).toBe(policy);
  });
});

describe('namespaces that istiod does not read', () => {
  const SELECTORS = `[{matchLabels: {team: shop}}, {matchExpressions: [{key: zone, operator: In, values: [a]}]}]`;
  const base = [
    WORKLOADS,
    BACKEND_JWT,
    meshConfig(SELECTORS),
    namespace('istio-system', 'team: shop'),
  ];

  it.each(['team: shop', 'zone: a'])('are read with label %s', labels => {
    expect(judge(meshOf([...base, namespace('default', labels)])).state).toBe(
      'enforced',
    );
  });

  it.each(['', 'team: bank', 'zone: b'])(
    'leave what their sidecars do unknown, with labels {%s}',
    labels => {
      const found = judge(meshOf([...base, namespace('default', labels)]));
      expect(found.state).toBe('unknown');
      expect(found.reason).toContain('discoverySelectors');
      expect(found.notRead).toBeGreaterThan(0);
    },
  );

  it('hold no policy for the mesh', () => {
    const inRoot = BACKEND_JWT.replaceAll(
      'namespace: default',
      'namespace: istio-system',
    );
    const withRoot = (labels: string) =>
      meshOf([
        WORKLOADS,
        inRoot,
        meshConfig(SELECTORS),
        namespace('default', 'team: shop'),
        namespace('istio-system', labels),
      ]);
    expect(judge(withRoot('team: shop')).state).toBe('enforced');
    const unread = judge(withRoot('team: bank'));
    expect(['enforced', 'unknown']).not.toContain(unread.state);
    expect(unread.notRead).toBeGreaterThan(0);
  });

  it('are unknown without the Namespace', () => {
    const { state, reason } = judge(meshOf(base));
    expect(state).toBe('unknown');
    expect(reason).toContain('Namespace is not among the objects');
  });

  it('follow the labels and the mesh config', () => {
    const mesh = meshOf([...base, namespace('default', 'team: shop')]);
    expect(judge(mesh).state).toBe('enforced');
    applyYaml(mesh, namespace('default', 'team: bank'));
    expect(judge(mesh).state).toBe('unknown');
    applyYaml(mesh, meshConfig('[]'));
    expect(judge(mesh).state).toBe('enforced');
    applyYaml(mesh, meshConfig('[{matchLabels: {team: shop}}]'));
    expect(judge(mesh).state).toBe('unknown');
    applyYaml(mesh, namespace('default', 'team: shop'));
    expect(judge(mesh).state).toBe('enforced');
  });

  it('are those without a label that must exist, whatever it is called', () => {
    const exists = meshConfig(
      '[{matchExpressions: [{key: constructor, operator: Exists}]}, {matchLabels: {team: shop}}]',
    );
    const mesh = meshOf([...base, exists, namespace('default', 'zone: a')]);
    expect(judge(mesh).state).not.toBe('enforced');
    applyYaml(mesh, namespace('default', 'constructor: a'));
    expect(judge(mesh).state).toBe('enforced');
  });

  it('are all unknown where a selector cannot be read', () => {
    const broken = meshConfig('[{matchExpressions: [{key: a, operator: Is}]}]');
    expect(
      judge(meshOf([...base, broken, namespace('default', 'team: shop')]))
        .state,
    ).toBe('unknown');
  });
});
