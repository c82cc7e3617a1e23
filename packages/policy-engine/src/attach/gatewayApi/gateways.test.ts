import { matchRoute } from '../..';
import {
  gateway,
  HTTP,
  route,
  TO_BACKEND,
} from '../../__testUtils__/gatewayApi';
import { gatewayWays } from '../../__testUtils__/gateways';
import { WORKLOADS } from '../../__testUtils__/handsOn';
import { meshOf } from '../../__testUtils__/mesh';

const LABEL = 'gateway.networking.k8s.io/gateway-name';
const classYaml = (name: string, controller: string) => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: ${name}}
spec: {${controller}}
`;
const service = (
  name: string,
  selector = 'selector: {app: web-proxy},',
  namespace = 'default',
) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {${selector} ports: [{name: http, port: 80, targetPort: 8080}]}
`;
const pod = (name: string, labels: string, namespace = 'default') => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}-0, namespace: ${namespace}, labels: {app.kubernetes.io/name: ${name}, ${labels}}}
spec: {serviceAccountName: ${name}, containers: [{name: istio-proxy, args: [proxy, router]}]}
`;
const ways = (text: string, ...texts: string[]) =>
  gatewayWays(meshOf([WORKLOADS, route(TO_BACKEND), text, ...texts]));

describe('what runs a Gateway', () => {
  const ownClass = (controller: string) =>
    classYaml('own', `controllerName: ${controller}`);

  it.each<[string, string, string[]]>([
    ['istio', '', ['open']],
    // A waypoint and a remote gateway serve no routes from outside here.
    ['istio-waypoint', '', []],
    ['istio-remote', '', []],
    ['nginx', '', ['unknown']],
    ['own', ownClass('istio.io/gateway-controller'), ['open']],
    ['own', ownClass('istio.io/mesh-controller'), []],
    ['own', ownClass('istio.io/unmanaged-gateway'), []],
    ['own', ownClass('example.com/controller'), ['unknown']],
    ['own', classYaml('own', ''), ['unknown']],
    [
      'istio',
      classYaml('istio', 'controllerName: example.com/controller'),
      ['unknown'],
    ],
    [
      'istio',
      classYaml('other', 'controllerName: example.com/controller'),
      ['open'],
    ],
  ])('of class %s, %s: %j', (name, text, states) => {
    const own = gateway(HTTP).replace('istio,', `${name},`);
    expect(
      ways(own, ...(text ? [text] : [])).map(({ state }) => state),
    ).toEqual(states);
  });
});

describe('proxies of a Gateway', () => {
  const at = (addresses: string) =>
    gateway(HTTP, { rest: addresses && `addresses: [${addresses}],` });
  const PODS = [
    pod('managed', `${LABEL}: web`),
    pod('manual', 'app: web-proxy'),
  ];

  it.each<[string, (string | undefined)[]]>([
    ['', ['managed']],
    ['{type: IPAddress, value: 10.0.0.1}', ['managed']],
    ['{value: 10.0.0.1}', ['managed']],
    [
      '{type: IPAddress, value: 10.0.0.1}, {type: IPAddress, value: 10.0.0.2}',
      [undefined],
    ],
    ['{type: Hostname, value: front}', ['manual']],
    ['{type: Hostname, value: front.default}', [undefined]],
    ['{type: Hostname, value: front.default.svc}', ['manual']],
    ['{type: Hostname, value: front.default.svc.cluster.local}', ['manual']],
    ['{type: Hostname, value: front.default.example.com}', [undefined]],
    ['{type: Hostname, value: front.other.svc.cluster.local}', [undefined]],
    ['{type: Hostname, value: nobody}', [undefined]],
    ['{type: example.com/own, value: front}', [undefined]],
    ['{value: front}, {value: nobody}', ['manual']],
    [
      '{type: IPAddress, value: 10.0.0.1}, {type: Hostname, value: front}',
      ['manual'],
    ],
  ])('at addresses [%s]: %j', (addresses, names) => {
    const found = ways(at(addresses), service('front'), ...PODS);
    expect(found.map(({ hops }) => hops[0]?.proxy.name)).toEqual(names);
    for (const { state } of found) {
      expect(state).toBe(names[0] === undefined ? 'unknown' : 'open');
    }
  });

  it('are those of every Service in front', () => {
    const both = '{value: front}, {value: second}';
    const second = [
      service('second', 'selector: {app: second},'),
      pod('second', 'app: second'),
    ];
    const found = ways(at(both), service('front'), ...PODS, ...second);
    expect(found.map(({ hops }) => hops[0].proxy.name)).toEqual([
      'manual',
      'second',
    ]);
    const same = ways(at(both), service('front'), service('second'), ...PODS);
    expect(same.map(({ hops }) => hops[0].proxy.name)).toEqual(['manual']);
  });

  it('have the name that an annotation gives', () => {
    const named = gateway(HTTP).replace(
      'namespace: default}',
      'namespace: default, annotations: {gateway.istio.io/name-override: own}}',
    );
    const [way] = ways(named);
    expect(way.hops[0].proxy).toEqual({
      kind: 'gateway',
      namespace: 'default',
      name: 'own',
      labels: {
        [LABEL]: 'web',
        'gateway.istio.io/managed': 'istio.io-gateway-controller',
        'service.istio.io/canonical-name': 'own',
        'service.istio.io/canonical-revision': 'latest',
        'sidecar.istio.io/inject': 'true',
      },
    });
    const [found] = ways(named, service('own'), ...PODS);
    expect(found.hops[0].proxy.name).toBe('manual');
  });

  it('are none of another namespace', () => {
    const elsewhere = pod('elsewhere', `${LABEL}: web`, 'other');
    expect(ways(at(''), elsewhere)[0].hops[0].proxy.name).toBe('web-istio');
  });

  it('are not those of a Service that is malformed', () => {
    const broken = service('front').replace('port: 80', 'port: x');
    const [way] = ways(at('{type: Hostname, value: front}'), broken, ...PODS);
    expect(way.hops).toEqual([]);
  });

  it.each<[string, Record<string, string>, string, string[], string]>([
    ['its own', { [LABEL]: 'web' }, '', [], 'service'],
    ['of another Gateway', { [LABEL]: 'x' }, '', [], 'not-found'],
    ['without the label', { app: 'x' }, '', [], 'not-found'],
    [
      'that its Service selects',
      { app: 'web-proxy' },
      '',
      [service('web-istio')],
      'service',
    ],
    [
      'that its Service does not select',
      { [LABEL]: 'web' },
      '',
      [service('web-istio')],
      'not-found',
    ],
    [
      'where its Service selects nothing',
      { [LABEL]: 'web' },
      '',
      [service('web-istio', '')],
      'not-found',
    ],
    [
      'by the Service of its address',
      { app: 'web-proxy' },
      '{type: Hostname, value: front}',
      [service('front')],
      'service',
    ],
    [
      'by an address that is no Service',
      { [LABEL]: 'web' },
      '{type: Hostname, value: front}',
      [],
      'not-found',
    ],
  ])('serve its routes: %s', (_, labels, addresses, texts, kind) => {
    const mesh = meshOf([
      WORKLOADS,
      route(TO_BACKEND),
      at(addresses),
      ...texts,
    ]);
    const answer = (namespace: string, port: number) =>
      matchRoute(
        mesh,
        { kind: 'gateway', namespace, name: 'x', labels },
        { port, host: 'h.example.com' },
      ).kind;
    // A Service in front of a proxy that nobody knows says the port all the same.
    const port = texts.length > 0 ? 8080 : 80;
    expect(answer('default', port)).toBe(kind);
    expect(answer('other', port)).toBe('not-found');
  });
});
