import { assessService, matchRoute } from '..';
import {
  BACKEND,
  gatewayWays,
  gatewayYaml,
  TO_BACKEND,
  virtualService,
} from '../__testUtils__/gateways';
import { BACKEND_JWT, WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, GATEWAY_PROXY, meshOf } from '../__testUtils__/mesh';
import { gatewayPolicy } from '../__testUtils__/policies';

const ROUTE = virtualService(`{${TO_BACKEND}}`);
const router = (
  name: string,
  {
    namespace = 'istio-system',
    labels = 'istio: ingressgateway',
    rest = '',
  } = {},
) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}
spec: {serviceAccountName: gw, containers: [{name: istio-proxy, args: [proxy, router] ${rest}}]}
`;
const front = (ports: string, selector = 'istio: ingressgateway') => `
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec: {selector: {${selector}}, ports: [${ports}]}
`;
const portsOf = (...texts: string[]) =>
  gatewayWays(meshOf([WORKLOADS, gatewayYaml(), ROUTE, ...texts])).map(
    ({ hops }) => hops[0]?.port,
  );

describe('ports on which a gateway listens', () => {
  it.each<[string, number[], string]>([
    ['the target port', [8080], front('{port: 80, targetPort: 8080}')],
    ['the port itself', [80], front('{port: 80}')],
    ['the port itself where the Service has it not', [80], front('{port: 81}')],
    [
      'the port itself where the Service is for others',
      [80],
      front('{port: 80, targetPort: 8080}', 'istio: other'),
    ],
    [
      'the port itself where the Service selects nothing',
      [80],
      front('{port: 80, targetPort: 8080}', ''),
    ],
    [
      'the port itself where the Service says that its ports are not a Gateway’s',
      [80],
      front('{port: 80, targetPort: 8080}').replace(
        'istio-system}',
        'istio-system, labels: {experimental.istio.io/disable-gateway-port-translation: "true"}}',
      ),
    ],
    [
      'the port of that name',
      [8081],
      `${front('{port: 80, targetPort: web}')}---${router(
        'istio-ingressgateway-0',
        {
          rest: ', ports: [{name: x, containerPort: 1}, {name: web, containerPort: 8081}]',
          labels: 'app: istio-ingressgateway, istio: ingressgateway',
        },
      )}`,
    ],
    [
      'the port itself where no port has that name',
      [80],
      front('{port: 80, targetPort: web}'),
    ],
    [
      'the port itself for a target of 0',
      [80],
      front('{port: 80, targetPort: 0}'),
    ],
  ])('are %s: %j', (_, expected, text) => {
    expect(portsOf(text)).toEqual(expected);
  });

  it('are those of every Service in front, in order', () => {
    const second = front('{port: 80, targetPort: 8070}').replace(
      'name: istio-ingressgateway',
      'name: second',
    );
    const ways = gatewayWays(meshOf([WORKLOADS, gatewayYaml(), ROUTE, second]));
    expect(ways.map(({ id, hops }) => [id, hops[0].port])).toEqual([
      ['gw.default.gw.80.h.test.default.vs.80', 8070],
      ['gw.default.gw.80.h.test.default.vs.80.8080', 8080],
    ]);
  });
});

describe('proxies of a Gateway', () => {
  it('of several kinds are ways of their own', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      ROUTE,
      router('other-0', { labels: 'app: other, istio: ingressgateway' }),
    ]);
    const ways = gatewayWays(mesh);
    expect(ways.map(({ id }) => id)).toEqual([
      'gw.default.gw.80.h.test.default.vs.80.istio-system.istio-ingressgateway',
      'gw.default.gw.80.h.test.default.vs.80.istio-system.other',
    ]);
    const names = ways.map(({ hops }) => hops[0].proxy.name);
    expect(names).toEqual(['istio-ingressgateway', 'other']);
  });

  it('of one name are two while their labels change', () => {
    const labels = 'app: istio-ingressgateway, istio: ingressgateway';
    const guarded = gatewayPolicy('rules: []').replace(
      'istio: ingressgateway}',
      'guard: "on"}',
    );
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      ROUTE,
      guarded,
      router('new-0', {
        labels: `${labels}, guard: "on", app.kubernetes.io/name: istio-ingressgateway`,
      }),
      router('old-0', {
        labels: `${labels}, app.kubernetes.io/name: istio-ingressgateway`,
      }),
    ]);
    mesh.remove({
      kind: 'Pod',
      namespace: 'istio-system',
      name: 'istio-ingressgateway-0',
    });
    expect(
      gatewayWays(mesh)
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['open', 'over-blocked']);
  });

  it.each([
    ['name', ['kind: a', 'kind: b'], ['gw', 'gw']],
    ['kind of labels', ['kind: a', 'kind: a'], ['gw', 'other']],
  ])('of one %s show each its own identity', (_, labels, owners) => {
    const pod = (name: string, account: string, index: number) =>
      router(name, { labels: `istio: ingressgateway, ${labels[index]}` })
        .replace('serviceAccountName: gw', `serviceAccountName: ${account}`)
        .replace(
          'labels:',
          `ownerReferences: [{kind: X, name: ${owners[index]}}], labels:`,
        );
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      ROUTE,
      pod('a-0', 'known', 0),
      pod('b-0', 'other', 1),
      `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: known-only, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, rules: [{from: [{source: {principals: ["cluster.local/ns/istio-system/sa/known"]}}]}]}
`,
    ]);
    mesh.remove({
      kind: 'Pod',
      namespace: 'istio-system',
      name: 'istio-ingressgateway-0',
    });
    const states = gatewayWays(mesh).map(({ state }) => state);
    expect(states).toEqual(['open', 'over-blocked']);
  });

  it('are found in every namespace', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml().replace('istio: ingressgateway', 'own: gateway'),
      ROUTE,
      router('x-0', { namespace: 'edge', labels: 'own: gateway' }),
    ]);
    expect(gatewayWays(mesh)[0].hops[0].proxy).toMatchObject({
      namespace: 'edge',
      kind: 'gateway',
    });
  });

  it('are all gateways, and nothing else, where it selects nothing', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml().replace('{istio: ingressgateway}', '{}'),
      ROUTE,
    ]);
    const names = gatewayWays(mesh).map(({ hops }) => hops[0].proxy.name);
    expect(names).toEqual(['istio-ingressgateway']);
  });

  it('are sent to where it selects them alone', () => {
    const answer = (selector: string) => {
      const text = gatewayYaml().replace('istio: ingressgateway', selector);
      const mesh = meshOf([WORKLOADS, text, ROUTE]);
      return matchRoute(mesh, GATEWAY_PROXY, { port: 8080, host: 'h.test' })
        .kind;
    };
    expect(answer('istio: ingressgateway')).toBe('service');
    expect(answer('istio: other')).not.toBe('service');
    expect(answer('istio: ingressgateway, more: labels')).not.toBe('service');
    expect(answer('')).toBe('service');
  });

  it('come and go with their Pods', () => {
    const mesh = meshOf([WORKLOADS, gatewayYaml(), ROUTE]);
    expect(gatewayWays(mesh)[0].state).toBe('open');
    mesh.remove({
      kind: 'Pod',
      namespace: 'istio-system',
      name: 'istio-ingressgateway-0',
    });
    const [gone] = gatewayWays(mesh);
    expect(gone).toMatchObject({ state: 'unknown', hops: [], port: 80 });
    expect(gone.reason).toContain(
      'no Pod matches the selector of Gateway default/gw',
    );
    applyYaml(mesh, router('new-0'));
    expect(gatewayWays(mesh)[0].state).toBe('open');
  });
});

describe('a gateway of which only a Deployment is known', () => {
  const deployment = (metadata: string, container: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: gw, namespace: edge}
spec:
  template:
    metadata: {labels: {istio: edge, sidecar.istio.io/inject: "true"}, ${metadata}}
    spec: {containers: [{name: istio-proxy, ${container}}]}
`;
  const edge = (spec: string) => `
apiVersion: v1
kind: Service
metadata: {name: gw, namespace: edge}
spec: {selector: {istio: edge}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw, namespace: default}
spec: {${spec}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
`;
  const DENY = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny, namespace: edge}
spec: {selector: {matchLabels: {istio: edge}}, action: DENY, rules: [{}]}
`;
  const INJECTED = deployment(
    'annotations: {inject.istio.io/templates: gateway}',
    'image: auto',
  );

  it.each([
    ['as istioctl writes it', deployment('', 'args: [proxy, router]')],
    ['that the injector makes one', INJECTED],
  ])('%s, serves the Gateways that select it, or all', (_, template) => {
    for (const spec of ['selector: {istio: edge}', 'selector: {}']) {
      const mesh = meshOf([WORKLOADS, edge(spec), template, DENY, ROUTE]);
      expect(
        gatewayWays(mesh).filter(({ hops }) =>
          hops.some(({ proxy }) => proxy.namespace === 'edge'),
        ),
      ).toMatchObject([{ port: 80, state: 'over-blocked' }]);
    }
  });

  it('is no workload behind its own Service', () => {
    const mesh = meshOf([edge('selector: {istio: edge}'), INJECTED, DENY]);
    const own = assessService(mesh, { namespace: 'edge', name: 'gw' });
    expect(own.state).toBe('unknown');
    expect(own.reason).toContain('the Pods of gw are a gateway');
  });
});

describe('a route that names no port', () => {
  const service = (ports: string) => `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [${ports}]}
`;
  const portless = virtualService('{route: [{destination: {host: backend}}]}');
  const ways = (ports: string) =>
    gatewayWays(meshOf([WORKLOADS, service(ports), gatewayYaml(), portless]));

  it('leads to the one port of the Service, and of several to that of the server', () => {
    const one = '{name: http, port: 81, targetPort: 8080}';
    const led = (ports: string) =>
      ways(ports).map(({ state, destination }) => [state, destination?.port]);
    expect(led(one)).toEqual([['open', 81]]);
    expect(led(`${one}, {name: http-2, port: 80, targetPort: 8081}`)).toEqual([
      ['open', 80],
    ]);
  });
});

describe('names of a Gateway in a VirtualService', () => {
  it.each([
    ['gw', 'default', 1],
    ['./gw', 'default', 1],
    ['default/gw', 'other', 1],
    ['gw.default', 'other', 1],
    ['gw.default.svc.cluster.local', 'other', 1],
    ['gw', 'other', 0],
    ['./gw', 'other', 0],
  ])('%s in %s: %s', (name, namespace, count) => {
    const text = virtualService(`{${TO_BACKEND}}`, {
      namespace,
      rest: `hosts: [h.test], gateways: ["${name}"],`,
    });
    const mesh = meshOf([WORKLOADS, gatewayYaml(), text]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });
});

describe('objects that put code or configuration into a proxy', () => {
  const filter = (patches: string, rest = '', namespace = 'default') => `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: f, namespace: ${namespace}}
spec: {${rest} configPatches: ${patches}}
`;
  const plugin = (rest: string, namespace = 'default') => `
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: w, namespace: ${namespace}}
spec: {${rest} url: "oci://x"}
`;
  const patch = (context: string, applyTo = 'HTTP_FILTER') =>
    `[{applyTo: ${applyTo}, match: {context: ${context}}}]`;
  const stateWith = (text: string) =>
    assessService(meshOf([WORKLOADS, BACKEND_JWT, text]), BACKEND).waysIn[0];

  it.each([
    ['ANY', patch('ANY'), 'unknown'],
    ['SIDECAR_INBOUND', patch('SIDECAR_INBOUND'), 'unknown'],
    ['SIDECAR_OUTBOUND', patch('SIDECAR_OUTBOUND'), 'enforced'],
    ['GATEWAY', patch('GATEWAY'), 'enforced'],
    ['a cluster', patch('ANY', 'CLUSTER'), 'enforced'],
    ['no match', '[{applyTo: HTTP_FILTER}]', 'unknown'],
    ['nothing', '[]', 'enforced'],
    ['one of several', '[{applyTo: CLUSTER}, {applyTo: LISTENER}]', 'unknown'],
    ['what cannot be read', '3', 'unknown'],
  ])('an EnvoyFilter of %s', (_, patches, state) => {
    expect(stateWith(filter(patches)).state).toBe(state);
  });

  it('leave others alone', () => {
    const any = patch('ANY');
    const others = 'workloadSelector: {labels: {app: other}},';
    expect(stateWith(filter(any, others)).state).toBe('enforced');
    expect(stateWith(filter(any, '', 'other')).state).toBe('enforced');
    expect(stateWith(filter(any, '', 'istio-system')).state).toBe('unknown');
    expect(stateWith(plugin('')).state).toBe('unknown');
    expect(stateWith(plugin('', 'other')).state).toBe('enforced');
    const selector = 'selector: {matchLabels: {app: other}},';
    expect(stateWith(plugin(selector)).state).toBe('enforced');
  });

  it('may be TrafficExtensions, of WebAssembly or Lua', () => {
    const extension = (rest: string, namespace = 'default') =>
      plugin(rest, namespace)
        .replace('WasmPlugin', 'TrafficExtension')
        .replace('url: "oci://x"', 'lua: {inlineCode: x}');
    expect(stateWith(extension(''))).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining(
        'TrafficExtension default/w runs code in this proxy',
      ),
    });
    expect(stateWith(extension('', 'istio-system')).state).toBe('unknown');
    expect(stateWith(extension('', 'other')).state).toBe('enforced');
    const others = 'selector: {matchLabels: {app: other}},';
    expect(stateWith(extension(others)).state).toBe('enforced');
    const own = 'selector: {matchLabels: {app: backend}},';
    expect(stateWith(extension(own)).state).toBe('unknown');
  });

  it('are named', () => {
    expect(stateWith(filter(patch('ANY'))).reason).toContain(
      "EnvoyFilter default/f patches this proxy's configuration",
    );
    expect(stateWith(plugin('')).reason).toContain(
      'WasmPlugin default/w runs code in this proxy',
    );
  });

  it('at a gateway count for gateways', () => {
    const states = [
      'GATEWAY',
      'SIDECAR_INBOUND',
      'SIDECAR_OUTBOUND',
      'ANY',
    ].map(
      context =>
        gatewayWays(
          meshOf([
            WORKLOADS,
            gatewayYaml(),
            ROUTE,
            filter(patch(context), '', 'istio-system').replace(
              'spec: {',
              'spec: {workloadSelector: {labels: {istio: ingressgateway}}, ',
            ),
          ]),
        )[0].state,
    );
    expect(states).toEqual(['unknown', 'open', 'open', 'unknown']);
  });
});

describe('a sidecar and ambient mode behind one port', () => {
  it('are two ways, also where both carry bytes', () => {
    const pod = (name: string, container: string, metadata = '') => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}-0, namespace: default, labels: {app: backend, app.kubernetes.io/name: ${name}}, ${metadata}}
spec: {containers: [{name: app}, {name: ${container}}]}
`;
    const mesh = meshOf([
      `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: tcp, port: 80}]}
`,
      pod('a', 'istio-proxy'),
      pod('b', 'x', 'annotations: {ambient.istio.io/redirection: enabled}'),
    ]);
    expect(
      assessService(mesh, BACKEND).waysIn.map(({ id, hops }) => [
        id,
        hops[0].proxy.kind,
      ]),
    ).toEqual([
      ['mesh.80.a', 'sidecar'],
      ['mesh.80.b', 'ztunnel'],
    ]);
  });
});

describe('kinds of Pods behind one port', () => {
  const pods = (count: number, mixed = true) =>
    Array.from(
      { length: count },
      (_, i) => `
apiVersion: v1
kind: Pod
metadata: {name: p${i}, namespace: default, labels: {app: backend, kind: "k${i}", app.kubernetes.io/name: k${i}}}
spec: {containers: [{name: app}, {name: ${
        mixed && i === 0 ? 'other' : 'istio-proxy'
      }}]}
`,
    ).join('---');
  const ways = (text: string) => {
    const mesh = meshOf([WORKLOADS, text]);
    mesh.remove({ kind: 'Pod', namespace: 'default', name: 'backend-0' });
    return assessService(mesh, BACKEND).waysIn.map(({ id, state }) => [
      id,
      state,
    ]);
  };

  it('that differ are named, those that do the same are one', () => {
    expect(ways(pods(1, false))).toEqual([['mesh.80', 'open']]);
    expect(ways(pods(5, false))).toEqual([['mesh.80', 'open']]);
    expect(ways(pods(5))).toEqual([
      ['mesh.80.k0', 'open'],
      ['mesh.80.k1', 'open'],
    ]);
  });

  it('are told apart up to twenty', () => {
    expect(ways(pods(20, false))).toEqual([['mesh.80', 'open']]);
    const [first, rest, ...others] = ways(pods(21, false));
    expect(others).toEqual([]);
    expect(first[0]).toMatch(/^mesh\.80\.k\d+$/);
    expect(rest).toEqual(['mesh.80.other', 'unknown']);
  });
});
