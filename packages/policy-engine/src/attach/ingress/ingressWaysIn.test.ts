import {
  gatewayWays,
  gatewayYaml,
  TO_BACKEND,
  virtualService,
  whereTo,
} from '../../__testUtils__/gateways';
import { BACKEND_JWT, WORKLOADS } from '../../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../../__testUtils__/mesh';
import { meshConfig } from '../../__testUtils__/meshConfig';

const ingress = (spec: string, metadata = '') => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: default, ${metadata}}
spec: {${spec}}
`;
const ingressClass = (controller: string, metadata = '') => `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: mesh, ${metadata}}
spec: {controller: ${controller}}
`;
const to = (name: string) =>
  `backend: {service: {name: ${name}, port: {number: 80}}}`;
const BY_PATH = `rules: [{host: h, http: {paths: [{path: /, pathType: Prefix, ${to(
  'backend',
)}}]}}]`;
const ANNOTATED = 'annotations: {kubernetes.io/ingress.class: istio}';
const ISTIOS = ingressClass('istio.io/ingress-controller');
const DEFAULT =
  'annotations: {ingressclass.kubernetes.io/is-default-class: "true"}';

const CLASSLESS = ingress(BY_PATH);
const OF_MESH = ingress(`ingressClassName: mesh, ${BY_PATH}`);

describe('a Kubernetes Ingress', () => {
  it.each<[string, string[], (string | undefined)[]]>([
    ['annotated `istio`', [ingress(BY_PATH, ANNOTATED)], ['enforced']],
    [
      'annotated otherwise',
      [ingress(BY_PATH, ANNOTATED.replace('istio}', 'nginx}'))],
      [],
    ],
    [
      'annotated with the class of the mesh config',
      [
        meshConfig('ingressClass: other'),
        ingress(BY_PATH, ANNOTATED.replace('istio}', 'other}')),
      ],
      ['enforced'],
    ],
    [
      'annotated `istio`, which is not the class of the mesh config',
      [meshConfig('ingressClass: other'), ingress(BY_PATH, ANNOTATED)],
      [],
    ],
    [
      'where the mesh config has Ingresses off',
      [meshConfig('ingressControllerMode: "OFF"'), ingress(BY_PATH, ANNOTATED)],
      [],
    ],
    [
      'of a class of Istio’s, which an istiod serves that was started before they were off',
      [meshConfig('ingressControllerMode: "OFF"'), ISTIOS, OF_MESH],
      ['unknown'],
    ],
    [
      'where istiod refuses the mesh config for a mode that there is not',
      [meshConfig('ingressControllerMode: NONE'), ingress(BY_PATH, ANNOTATED)],
      ['unknown'],
    ],
    [
      'where istiod refuses the mesh config, to which OFF is no word',
      [meshConfig('ingressControllerMode: OFF'), ingress(BY_PATH, ANNOTATED)],
      ['unknown'],
    ],
    ['of a class of Istio’s', [ISTIOS, OF_MESH], ['enforced']],
    [
      'of a class of somebody else’s',
      [ingressClass('nginx.org/ingress-controller'), OF_MESH],
      [],
    ],
    [
      'of a class that is not there, called `istio`',
      [ingress(`ingressClassName: istio, ${BY_PATH}`)],
      ['unknown'],
    ],
    ['of a class that is not there, called otherwise', [OF_MESH], []],
    [
      'of a class that is not there, in mode DEFAULT',
      [meshConfig('ingressControllerMode: DEFAULT'), OF_MESH],
      ['unknown'],
    ],
    ['of no class', [ISTIOS, CLASSLESS], []],
    [
      'of no class, in mode DEFAULT',
      [meshConfig('ingressControllerMode: DEFAULT'), CLASSLESS],
      ['enforced'],
    ],
    [
      'of no class, where Istio’s is the default',
      [ingressClass('istio.io/ingress-controller', DEFAULT), CLASSLESS],
      ['enforced'],
    ],
    [
      'of no class, made before Istio’s became the default',
      [
        ingressClass('istio.io/ingress-controller', DEFAULT),
        ingress(BY_PATH, 'creationTimestamp: "2026-01-01T00:00:00Z"'),
      ],
      [],
    ],
    [
      'of no class, in mode DEFAULT, where somebody else’s is the default',
      [
        meshConfig('ingressControllerMode: DEFAULT'),
        ingressClass('nginx.org/ingress-controller', DEFAULT),
        CLASSLESS,
      ],
      ['unknown'],
    ],
    [
      'with nothing but a default',
      [
        ingress(
          'defaultBackend: {service: {name: backend, port: {number: 80}}}',
          ANNOTATED,
        ),
      ],
      [],
    ],
    [
      'to another Service',
      [ingress(BY_PATH.replace('backend,', 'other,'), ANNOTATED)],
      [],
    ],
    [
      'of another namespace',
      [ingress(BY_PATH, ANNOTATED).replace('default,', 'other,')],
      [],
    ],
    [
      'to a port by its name',
      [ingress(BY_PATH.replace('number: 80', 'name: http'), ANNOTATED)],
      ['enforced'],
    ],
    [
      'to a port by a name that the Service does not have',
      [ingress(BY_PATH.replace('number: 80', 'name: web'), ANNOTATED)],
      [],
    ],
    [
      'that the API server would refuse',
      [ingress(BY_PATH.replace('pathType: Prefix', 'pathType: 3'), ANNOTATED)],
      ['unknown'],
    ],
    ['without rules', [ingress('rules: 3', ANNOTATED)], []],
    [
      'before proxies that the mesh config names',
      [meshConfig('ingressSelector: edge'), ingress(BY_PATH, ANNOTATED)],
      ['unknown'],
    ],
    [
      'with a path of which Istio makes what Envoy refuses',
      [ingress(BY_PATH.replace('path: /', 'path: "/a?b"'), ANNOTATED)],
      ['unknown'],
    ],
  ])('%s', (_, texts, states) => {
    const mesh = meshOf([WORKLOADS, BACKEND_JWT, ...texts]);
    expect(gatewayWays(mesh).map(({ state }) => state)).toEqual(states);
  });

  it('is a way in by the ports of the gateway', () => {
    const tls = 'tls: [{hosts: [h.test], secretName: s}, {hosts: [i.test]}],';
    const rule = BY_PATH.replace('host: h', 'host: h.test');
    const mesh = meshOf([WORKLOADS, ingress(`${tls} ${rule}`, ANNOTATED)]);
    expect(
      gatewayWays(mesh).map(
        ({ host, port, protocol, gateway, route, hops }) => [
          `${protocol} ${host}:${port}`,
          gateway,
          route,
          hops[0].proxy.name,
        ],
      ),
    ).toEqual(
      ['https h.test:443', 'http h.test:80'].map(by => [
        by,
        { kind: 'Ingress', namespace: 'default', name: 'front' },
        { kind: 'Ingress', namespace: 'default', name: 'front' },
        'istio-ingressgateway',
      ]),
    );
  });

  it('follows changes', () => {
    const mesh = meshOf([WORKLOADS]);
    expect(gatewayWays(mesh)).toHaveLength(0);
    applyYaml(mesh, ingress(BY_PATH, ANNOTATED));
    expect(gatewayWays(mesh)).toHaveLength(1);
    applyYaml(
      mesh,
      ingress(BY_PATH.replaceAll('host: h', 'host: i'), ANNOTATED),
    );
    expect(gatewayWays(mesh)).toMatchObject([
      { host: 'i.default.svc.cluster.local' },
    ]);
    mesh.remove({ kind: 'Ingress', namespace: 'default', name: 'front' });
    expect(gatewayWays(mesh)).toHaveLength(0);
  });
});

/** Rules for a host, of paths with their types and Services. */
const rules = (host: string, ...paths: string[]) =>
  `{host: "${host}", http: {paths: [${paths.map(item => {
    const [path, pathType, service] = item.split(' ');
    return `{path: "${path}", pathType: ${pathType}, ${to(service)}}`;
  })}]}}`;
const named = (name: string, created: string, ...list: string[]) =>
  ingress(
    `rules: [${list}]`,
    `${ANNOTATED}${created && `, creationTimestamp: "${created}"`}`,
  ).replace('front', name);
const SOON = '2026-01-01T00:00:00Z';
const LATE = '2026-02-01T00:00:00Z';

describe('rules of Ingresses', () => {
  it.each<[string, string[], Record<string, string>]>([
    [
      'a prefix is one of whole segments',
      [named('a', SOON, rules('h.test', '/api/ Prefix backend'))],
      {
        '/api': 'backend',
        '/api/': 'backend',
        '/api/x': 'backend',
        '/apis': 'not-found',
        '/': 'not-found',
      },
    ],
    [
      'the longer path comes first, and of equal ones the exact one',
      [
        named(
          'a',
          SOON,
          rules(
            'h.test',
            '/ Prefix frontend',
            '/api Prefix frontend',
            '/api Exact backend',
          ),
        ),
      ],
      { '/api': 'backend', '/api/x': 'frontend', '/': 'frontend' },
    ],
    [
      'what Istio makes of it is a prefix with a star, and else exact',
      [
        named(
          'a',
          SOON,
          rules(
            'h.test',
            '/a/* ImplementationSpecific backend',
            '/b.* ImplementationSpecific backend',
            '/c ImplementationSpecific backend',
          ),
        ),
      ],
      {
        '/a': 'backend',
        '/a/x': 'backend',
        '/b': 'backend',
        '/bx': 'not-found',
        '/c': 'backend',
        '/c/x': 'not-found',
      },
    ],
    [
      'a star alone is every path, after all others',
      [
        named(
          'a',
          SOON,
          rules(
            'h.test',
            '/* ImplementationSpecific frontend',
            '/x Prefix backend',
          ),
        ),
      ],
      { '/x': 'backend', '/y': 'frontend' },
    ],
    [
      'Ingresses of one host are merged, of equal rules the older one counts',
      [
        named(
          'a',
          LATE,
          rules('h.test', '/x Prefix frontend', '/y Prefix frontend'),
        ),
        named('b', SOON, rules('h.test', '/x Prefix backend')),
      ],
      { '/x': 'backend', '/y': 'frontend' },
    ],
    [
      'which is the older one may not be known',
      [
        named(
          'a',
          '',
          rules('h.test', '/x Prefix frontend', '/y Prefix frontend'),
        ),
        named('b', '', rules('h.test', '/x Prefix backend')),
      ],
      { '/x': 'unknown', '/y': 'frontend' },
    ],
    [
      'they come before VirtualServices of the host',
      [
        named('a', LATE, rules('h.test', '/x Prefix backend')),
        gatewayYaml().replace(
          'namespace: default',
          `namespace: default, creationTimestamp: "${SOON}"`,
        ),
        virtualService(
          ['match: [{uri: {prefix: /x}}], ', '']
            .map(
              match => `{${match}${TO_BACKEND.replace('backend', 'frontend')}}`,
            )
            .join(),
        ),
      ],
      { '/x': 'backend', '/y': 'frontend' },
    ],
    [
      'without a host they are for all that nobody else has',
      [
        named('a', SOON, rules('', '/ Prefix backend')),
        named('b', SOON, rules('h.test', '/x Prefix frontend')),
      ],
      { '/x': 'frontend', '/y': 'not-found' },
    ],
  ])('%s', (_, texts, where) => {
    const mesh = meshOf([WORKLOADS, ...texts]);
    for (const [path, target] of Object.entries(where)) {
      expect([path, whereTo(mesh, { path })]).toEqual([path, target]);
    }
  });

  it('of all hosts and of one are tried in the order of names, where TLS is for the one', () => {
    const secure = (host: string, name: string) =>
      named(
        name,
        SOON,
        rules(host, '/x Prefix backend'),
        rules('', '/x Prefix frontend'),
      ).replace(
        'spec: {',
        `spec: {tls: [{hosts: ["${host}"], secretName: s}], `,
      );
    const at = (host: string, asked: string, name: string) =>
      whereTo(meshOf([WORKLOADS, secure(host, name)]), {
        port: 8443,
        host: asked,
        sni: asked,
        path: '/x',
      });
    expect(at('h.test', 'h.test', 'a')).toBe('frontend');
    expect(at('*.b.test', 'h.b.test', 'a')).toBe('frontend');
    expect(at('*.b.test', 'h.b.test', 'g')).toBe('backend');
  });

  it.each([
    ['', ['unknown']],
    [SOON, []],
  ])(
    'of one host where TLS is the other’s, made at “%s”',
    (created, states) => {
      const other = named('b', created, rules('h.test', '/ Prefix frontend'));
      const mesh = meshOf([
        WORKLOADS,
        BACKEND_JWT,
        other,
        named('a', LATE, rules('h.test', '/x Prefix backend')).replace(
          'spec: {',
          'spec: {tls: [{hosts: [h.test], secretName: s}], ',
        ),
      ]);
      const byTls = gatewayWays(mesh).filter(({ port }) => port !== 80);
      expect(byTls.map(({ state }) => state)).toEqual(states);
    },
  );

  it('are shown to whom the mesh config says', () => {
    const only = (exportTo: string) =>
      gatewayWays(
        meshOf([
          WORKLOADS,
          meshConfig(`defaultVirtualServiceExportTo: [${exportTo}]`),
          ingress(BY_PATH, ANNOTATED),
        ]),
      ).length;
    expect(only("'.'")).toBe(0);
    expect(only('istio-system')).toBe(1);
  });
});
