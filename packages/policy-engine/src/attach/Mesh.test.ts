import { assessService, Mesh, Resource } from '..';
import {
  gateway,
  HTTP,
  route,
  TO_BACKEND as API_TO_BACKEND,
} from '../__testUtils__/gatewayApi';
import {
  BACKEND,
  gatewayYaml,
  TO_BACKEND,
  virtualService,
  whereTo,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';
import { meshConfig } from '../__testUtils__/meshConfig';

const service = (name: string, namespace: string) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {ports: [{name: http, port: 80}]}
`;
const ISTIO = 'networking.istio.io/v1';
const API = 'gateway.networking.k8s.io/v1';

describe('objects of a mesh', () => {
  it('are listed by namespace, then by name, in whatever order they came', () => {
    const places = [
      ['b', 'b'],
      ['a', 'b'],
      ['b', 'a'],
      ['ab', 'a'],
    ] as const;
    const expected = [
      { namespace: 'a', name: 'ab' },
      { namespace: 'a', name: 'b' },
      { namespace: 'b', name: 'a' },
      { namespace: 'b', name: 'b' },
    ];
    for (const order of [places, [...places].reverse()]) {
      const mesh = meshOf(order.map(([name, space]) => service(name, space)));
      expect(mesh.services()).toEqual(expected);
      expect(mesh.list('Service').map(({ metadata }) => metadata.name)).toEqual(
        ['ab', 'b', 'a', 'b'],
      );
    }
  });

  it('replace one of the same kind, namespace and name', () => {
    const mesh = meshOf([service('a', 'x'), service('a', 'x')]);
    expect(mesh.services()).toHaveLength(1);
    applyYaml(mesh, service('a', 'y'));
    expect(mesh.services()).toHaveLength(2);
    mesh.remove({ kind: 'Service', namespace: 'x', name: 'a' });
    mesh.remove({ kind: 'Service', namespace: 'x', name: 'a' });
    mesh.remove({ kind: 'Service', namespace: 'z', name: 'a' });
    expect(mesh.services()).toEqual([{ namespace: 'y', name: 'a' }]);
  });

  it('are got by their reference, of the cluster too', () => {
    const space = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: x}';
    const mesh = meshOf([service('a', 'x'), space]);
    const get = (namespace: string | undefined, name: string, kind: string) =>
      mesh.get({ kind, namespace, name })?.metadata.name;
    expect(get('x', 'a', 'Service')).toBe('a');
    expect(get('y', 'a', 'Service')).toBeUndefined();
    expect(get('x', 'b', 'Service')).toBeUndefined();
    expect(get('x', 'a', 'Pod')).toBeUndefined();
    expect(get(undefined, 'x', 'Namespace')).toBe('x');
    mesh.remove({ kind: 'Namespace', name: 'x' });
    expect(get(undefined, 'x', 'Namespace')).toBeUndefined();
  });

  describe('of the two kinds called Gateway', () => {
    const both = () => meshOf([gatewayYaml(), gateway(HTTP, { name: 'gw' })]);
    const ref = { kind: 'Gateway', namespace: 'default', name: 'gw' };

    it('are told apart by their API', () => {
      const mesh = both();
      expect(mesh.list('Gateway').map(item => item.apiVersion)).toEqual([
        ISTIO,
        API,
      ]);
      for (const apiVersion of [ISTIO, API]) {
        expect(mesh.get({ ...ref, apiVersion })?.apiVersion).toBe(apiVersion);
      }
      expect(mesh.get(ref)?.apiVersion).toBe(ISTIO);
    });

    it('are removed one by one, or both', () => {
      for (const [gone, left] of [
        [ISTIO, API],
        [API, ISTIO],
      ]) {
        const mesh = both();
        mesh.remove({ ...ref, apiVersion: gone });
        expect(mesh.get(ref)?.apiVersion).toBe(left);
      }
      const mesh = both();
      mesh.remove(ref);
      expect(mesh.list('Gateway')).toEqual([]);
    });
  });

  it('count their changes, each kind its own', () => {
    const mesh = meshOf([service('a', 'x')]);
    const [all, services, gateways] = [
      mesh.revision,
      mesh.revisionOf('Service'),
      mesh.revisionOf('Gateway'),
    ];
    expect(all).toBe(1);
    applyYaml(mesh, gateway(HTTP));
    expect(mesh.revision).toBe(2);
    expect(mesh.revisionOf('Service')).toBe(services);
    const afterApi = mesh.revisionOf('Gateway');
    expect(afterApi).toBeGreaterThan(gateways);
    applyYaml(mesh, gatewayYaml());
    expect(mesh.revisionOf('Gateway')).toBeGreaterThan(afterApi);
    mesh.remove({ kind: 'Service', namespace: 'x', name: 'a' });
    expect(mesh.revisionOf('Service')).toBeGreaterThan(services);
    expect(mesh.revision).toBe(4);
    // What is not there is no change.
    mesh.remove({ kind: 'Service', namespace: 'x', name: 'a' });
    expect(mesh.revision).toBe(4);
  });
});

describe('objects whose spec is none', () => {
  const KINDS = [
    ['v1', 'Pod'],
    ['v1', 'Service'],
    ['apps/v1', 'Deployment'],
    ['apps/v1', 'StatefulSet'],
    ['security.istio.io/v1', 'RequestAuthentication'],
    ['security.istio.io/v1', 'AuthorizationPolicy'],
    ['security.istio.io/v1', 'PeerAuthentication'],
    [ISTIO, 'VirtualService'],
    [ISTIO, 'Gateway'],
    [ISTIO, 'Sidecar'],
    [ISTIO, 'DestinationRule'],
    [ISTIO, 'ServiceEntry'],
    ['networking.istio.io/v1alpha3', 'EnvoyFilter'],
    ['extensions.istio.io/v1alpha1', 'WasmPlugin'],
    ['extensions.istio.io/v1alpha1', 'TrafficExtension'],
    [API, 'Gateway'],
    [API, 'GatewayClass'],
    [API, 'HTTPRoute'],
    [API, 'TLSRoute'],
    ['gateway.networking.k8s.io/v1beta1', 'ReferenceGrant'],
  ];

  it.each(KINDS)('are no reason to fail: %s %s', (apiVersion, kind) => {
    for (const spec of [undefined, null, {}, 3, 'x', [null]]) {
      for (const namespace of ['default', 'istio-system']) {
        const mesh = meshOf([
          WORKLOADS,
          gatewayYaml(),
          virtualService(`{${TO_BACKEND}}`),
          gateway(HTTP),
          route(API_TO_BACKEND),
        ]);
        mesh.apply({
          apiVersion,
          kind,
          metadata: { namespace, name: 'odd' },
          spec,
        } as Resource);
        expect(assessService(mesh, BACKEND).waysIn).toHaveLength(3);
        expect(whereTo(mesh)).toBe('backend');
        const odd = assessService(mesh, { namespace, name: 'odd' });
        expect(odd.state).toBe('unknown');
      }
    }
  });

  it.each(['3', '[]', '[null]', '[3, null, {name: web}]', '[{name: 3}]'])(
    'nor parents of a route of %s',
    parents => {
      const text = route(API_TO_BACKEND).replace(
        /parentRefs: \[[^\]]*\]/,
        `parentRefs: ${parents}`,
      );
      const mesh = meshOf([WORKLOADS, gateway(HTTP), text]);
      const { waysIn } = assessService(mesh, BACKEND);
      expect(waysIn.map(({ state }) => state)).toEqual(
        parents.includes('web') ? ['unknown', 'open'] : ['open'],
      );
    },
  );
});

describe('the root namespace and the trust domain', () => {
  it.each<[ConstructorParameters<typeof Mesh>[0], string, string, string]>([
    [undefined, '', 'istio-system', 'cluster.local'],
    [{ rootNamespace: 'root', trustDomain: 'td' }, '', 'root', 'td'],
    [
      { rootNamespace: 'root', trustDomain: 'td' },
      'rootNamespace: own, trustDomain: own.td',
      'own',
      'own.td',
    ],
    [undefined, 'trustDomain: own.td', 'istio-system', 'own.td'],
  ])('of %j and {%s}: %s, %s', (options, config, root, domain) => {
    const mesh = meshOf(config ? [meshConfig(`{${config}}`)] : [], options);
    expect([mesh.rootNamespace, mesh.trustDomain]).toEqual([root, domain]);
  });

  it('go back where the mesh config goes', () => {
    const text = meshConfig('{rootNamespace: own, trustDomain: own.td}');
    const mesh = meshOf([WORKLOADS, text]);
    const mode = () =>
      assessService(mesh, { namespace: 'default', name: 'backend' }).waysIn[0]
        .callerIdentity;
    // Mutual TLS is strict by a policy of the usual root namespace.
    expect(mode()).toBe('optional');
    mesh.remove({
      kind: 'ConfigMap',
      namespace: 'istio-system',
      name: 'istio',
    });
    expect([mesh.rootNamespace, mesh.trustDomain]).toEqual([
      'istio-system',
      'cluster.local',
    ]);
    expect(mode()).toBe('required');
    applyYaml(mesh, text);
    expect(mode()).toBe('optional');
    // The same ConfigMap without a mesh config says nothing any more.
    applyYaml(mesh, text.replace(/^data:[^]*$/m, 'data: {}\n'));
    expect(mode()).toBe('required');
  });
});
