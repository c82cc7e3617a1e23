import { compileProxy, decide, parseYaml } from '..';
import {
  applyYaml,
  GATEWAY_PROXY,
  meshOf,
  SIDECAR,
} from '../__testUtils__/mesh';
import { meshConfig } from '../__testUtils__/meshConfig';
import { ask, gatewayPolicy } from '../__testUtils__/policies';

const principal = (name: string) => ({ source: { principal: name } });

const FEATURES = 'envoy.reloadable_features';

describe('mesh config', () => {
  it('sets how paths are normalised', () => {
    const exempt = gatewayPolicy(
      'rules: [{to: [{operation: {paths: ["/healthz"]}}]}]',
    );
    const modes = (path: string) =>
      ['NONE', 'DEFAULT', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'].map(
        mode =>
          ask(
            [meshConfig(`pathNormalization: {normalization: ${mode}}`), exempt],
            { path },
          ).status,
      );
    expect(modes('/x/../healthz')).toEqual([403, 200, 200, 200]);
    expect(modes('//healthz')).toEqual([403, 403, 200, 200]);
    expect(modes('/x%2f..%2fhealthz')).toEqual([403, 403, 403, 200]);
  });

  it('is read again when it changes, and default when it is gone', () => {
    const mesh = meshOf([
      gatewayPolicy('rules: [{to: [{operation: {paths: ["/healthz"]}}]}]'),
    ]);
    const answer = () =>
      decide(compileProxy(mesh, GATEWAY_PROXY), { port: 1, path: '//healthz' })
        .status;
    expect(answer()).toBe(403);
    const merging = 'pathNormalization: {normalization: MERGE_SLASHES}';
    applyYaml(mesh, meshConfig(merging));
    expect(answer()).toBe(200);
    mesh.remove({
      kind: 'ConfigMap',
      namespace: 'istio-system',
      name: 'istio',
    });
    expect(answer()).toBe(403);
  });

  it('keeps programs while it says the same', () => {
    const mesh = meshOf([meshConfig('trustDomain: corp.example')]);
    const before = compileProxy(mesh, GATEWAY_PROXY);
    applyYaml(
      mesh,
      meshConfig('{trustDomain: corp.example, accessLogFile: x}'),
    );
    applyYaml(
      mesh,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: default}\ndata: {a: b}',
    );
    expect(compileProxy(mesh, GATEWAY_PROXY)).toBe(before);
  });

  it('names the root namespace', () => {
    const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: all, namespace: mesh-root}
spec: {}
`;
    const config = meshConfig('rootNamespace: mesh-root');
    const status = (texts: string[]) =>
      decide(compileProxy(meshOf(texts), SIDECAR), { port: 1 }).status;
    expect(status([policy])).toBe(200);
    expect(status([policy, config])).toBe(403);
    expect(meshOf([config]).rootNamespace).toBe('mesh-root');
  });

  it('makes aliases of the trust domain the same', () => {
    const config = meshConfig('{trustDomain: new, trustDomainAliases: [old]}');
    const policy = (source: string, action = 'ALLOW') =>
      gatewayPolicy(
        `action: ${action}, rules: [{from: [{source: {${source}}}]}]`,
      );
    const statuses = (text: string) =>
      ['new', 'old', 'cluster.local', 'other'].map(
        domain => ask([config, text], principal(`${domain}/ns/a/sa/b`)).status,
      );
    expect(statuses(policy('principals: ["old/ns/a/sa/b"]'))).toEqual([
      200, 200, 403, 403,
    ]);
    expect(statuses(policy('principals: ["cluster.local/ns/a/sa/b"]'))).toEqual(
      [200, 200, 403, 403],
    );
    expect(statuses(policy('principals: ["other/ns/a/sa/b"]'))).toEqual([
      403, 403, 403, 200,
    ]);
    // Not five parts: Istio leaves it alone.
    expect(statuses(policy('principals: ["new/ns/a/*"]'))).toEqual([
      200, 403, 403, 403,
    ]);
    expect(statuses(policy('trustDomains: [new]'))).toEqual([
      200, 200, 403, 403,
    ]);
    expect(
      statuses(policy('notPrincipals: ["new/ns/a/sa/b"]', 'DENY')),
    ).toEqual([200, 200, 403, 403]);
  });

  it('that cannot be read, or that revisions disagree about, leaves all unknown', () => {
    expect(ask([meshConfig('{{')]).status).toBe('unknown');
    const answer = ask([
      meshConfig('trustDomain: a'),
      meshConfig('trustDomain: b', 'istio-canary'),
    ]);
    expect(answer.status).toBe('unknown');
    expect(answer.trace[0].message).toBe(
      'ConfigMap istio-system/istio and ConfigMap istio-system/istio-canary differ in trustDomain',
    );
    expect(
      ask([
        meshConfig('trustDomain: a'),
        meshConfig('trustDomain: a', 'istio-canary'),
      ]).status,
    ).toBe(200);
  });

  it.each([
    ['trustDomain: a.b.', 200],
    ['trustDomain: a_b', 'unknown'],
    ['trustDomain: ""', 'unknown'],
    ['trustDomainAliases: [a..b]', 'unknown'],
    // To istiod these are booleans.
    ['trustDomain: no', 'unknown'],
    ['ingressControllerMode: OFF', 'unknown'],
    ['ingressControllerMode: ALL', 'unknown'],
    ['defaultConfig: {interceptionMode: ANY}', 'unknown'],
  ])(
    'that istiod refuses as a whole leaves all unknown: %s',
    (text, status) => {
      expect(ask([meshConfig(text)]).status).toBe(status);
    },
  );

  it('says where it is wrong, and so does what is unknown for it', () => {
    const [{ message }] = ask([meshConfig('trustDomain: no')]).trace;
    expect(message).toMatch(
      /^ConfigMap istio-system\/istio cannot be read in full: data\.mesh\.trustDomain must be a /,
    );
    const text = meshConfig('pathNormalization: {normalization: ALL}');
    expect(parseYaml(text).errors).toEqual([
      expect.objectContaining({
        path: 'data.mesh.pathNormalization.normalization',
      }),
    ]);
  });

  it.each([
    ['connectionSettings: {profile: EDGE}', 'unknown'],
    [
      `runtimeValues: {${FEATURES}.http_reject_path_with_fragment: "false"}`,
      'unknown',
    ],
    [`runtimeValues: {${FEATURES}.google_grpc_disable_tls_13: "true"}`, 200],
    ['runtimeValues: {overload.global_downstream_max_connections: "9"}', 200],
  ])(
    'with settings that the engine does not follow leaves all unknown: %s',
    (settings, status) => {
      const config = meshConfig(`defaultConfig: {${settings}}`);
      expect(ask([config]).status).toBe(status);
    },
  );
});
