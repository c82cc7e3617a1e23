import { assessService } from '..';
import {
  BY_SERVICE,
  namespaceYaml,
  podYaml,
  policies,
  REPORTS,
  serviceYaml,
  USE,
  waypointYaml,
} from '../__testUtils__/ambient';
import { gateway, HTTP, route, TO_BACKEND } from '../__testUtils__/gatewayApi';
import { BACKEND, gatewayWays } from '../__testUtils__/gateways';
import {
  BACKEND_JWT,
  GATEWAY,
  INGRESS_POLICY,
  ingressAuthentication,
  WORKLOADS,
} from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';
import { istiod } from '../analyse/__testUtils__/build';

const setting = (name: string, value: string) =>
  `{name: ${name}, value: "${value}"}`;
const fromElsewhere = (name: string) =>
  `{name: ${name}, valueFrom: {configMapKeyRef: {name: c, key: k}}}`;
const withSetting = (...env: string[]) => istiod('1.31.0', '', env.join());
const ALL_READ = [WORKLOADS, BACKEND_JWT];

/** The way in through the waypoint. */
function atWaypoint(...texts: string[]) {
  const mesh = meshOf([
    namespaceYaml(),
    podYaml(),
    serviceYaml(USE),
    waypointYaml(),
    policies(BY_SERVICE),
    ...texts,
  ]);
  return assessService(mesh, REPORTS).waysIn.find(({ id }) => id === 'mesh.80');
}

const AMBIENT = 'PILOT_ENABLE_AMBIENT';
const ON = setting(AMBIENT, 'true');
const OFF = setting(AMBIENT, 'false');

describe('a waypoint where istiod', () => {
  it.each([
    ['is not seen', []],
    ['is seen as a Service alone', [istiodService()]],
    ['is in ambient mode', [withSetting(ON)]],
    ['is so by another word', [withSetting(setting(AMBIENT, '1'))]],
    ['says nothing of its environment', [istiodDeployment()]],
  ])('%s is enforced', (_, texts) => {
    expect(atWaypoint(...texts)?.state).toBe('enforced');
  });

  it.each([
    ['is not in ambient mode', withSetting(), 'PILOT_ENABLE_AMBIENT off'],
    ['says that it is not', withSetting(OFF), 'PILOT_ENABLE_AMBIENT off'],
    [
      'has a word for it that is no truth value',
      withSetting(setting(AMBIENT, 'yes')),
      'PILOT_ENABLE_AMBIENT off',
    ],
    [
      'has a Deployment that says so',
      istiodDeployment(OFF),
      'PILOT_ENABLE_AMBIENT off',
    ],
    [
      'takes it from elsewhere',
      withSetting(fromElsewhere(AMBIENT)),
      'whether istiod has PILOT_ENABLE_AMBIENT on',
    ],
    [
      'is one of two that differ',
      `${withSetting(ON)}---${withSetting(OFF).replace(
        'istiod-0',
        'istiod-1',
      )}`,
      'whether istiod has PILOT_ENABLE_AMBIENT on',
    ],
    [
      'has gateways pass it by',
      withSetting(ON, setting('ENABLE_INGRESS_WAYPOINT_ROUTING', 'false')),
      'ENABLE_INGRESS_WAYPOINT_ROUTING off',
    ],
    [
      'reads no Gateway API',
      withSetting(ON, setting('PILOT_ENABLE_GATEWAY_API', 'F')),
      'PILOT_ENABLE_GATEWAY_API off',
    ],
  ])('%s is unknown', (_, text, why) => {
    expect(atWaypoint(text)).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining(why),
    });
  });
});

function istiodService() {
  return `
apiVersion: v1
kind: Service
metadata: {name: istiod, namespace: istio-system, labels: {app: istiod}}
spec: {ports: [{port: 15012}]}
`;
}

/** @param env - without any, the container of istiod is not among those that are known */
function istiodDeployment(env = '') {
  const name = env ? 'discovery' : 'vendor';
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, namespace: istio-system, labels: {app: istiod}}
spec: {template: {spec: {containers: [{name: ${name}, env: [${env}]}]}}}
`;
}

describe('a sidecar', () => {
  const inMesh = (...env: string[]) =>
    assessService(meshOf([...ALL_READ, withSetting(...env)]), BACKEND)
      .waysIn[0];

  it('has what it has by default, whatever waypoints lack', () => {
    expect(inMesh().state).toBe('enforced');
    expect(inMesh(setting('PILOT_IGNORE_RESOURCES', '')).state).toBe(
      'enforced',
    );
  });

  it.each([
    [
      'does not read all kinds',
      setting('PILOT_IGNORE_RESOURCES', '*.istio.io'),
    ],
    ['reads one namespace alone', setting('ISTIO_WATCH_NAMESPACE', 'a')],
    ['may have more mesh config', fromElsewhere('SHARED_MESH_CONFIG')],
  ])('is unknown where istiod %s', (_, env) => {
    const name = /name: (\w+)/.exec(env)?.[1];
    expect(inMesh(env)).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining(`istiod has ${name}`),
    });
  });
});

describe('a gateway of the Gateway API', () => {
  const policy = INGRESS_POLICY.replace('istio-system', 'default').replace(
    'istio: ingressgateway',
    'gateway.networking.k8s.io/gateway-name: web',
  );
  const jwt = ingressAuthentication(true)
    .replace('istio-system', 'default')
    .replace(
      'istio: ingressgateway',
      'gateway.networking.k8s.io/gateway-name: web',
    );
  const state = (...env: string[]) =>
    gatewayWays(
      meshOf([
        WORKLOADS,
        gateway(HTTP),
        route(TO_BACKEND),
        jwt,
        policy,
        withSetting(...env),
      ]),
    ).map(way => way.state);

  it('may have none of the policies that select it where istiod is told so', () => {
    const name = 'ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY';
    expect(state()).toEqual(['enforced']);
    expect(state(setting(name, 'true'))).toEqual(['enforced']);
    expect(state(setting(name, 'false'))).toEqual(['unknown']);
    expect(state(setting('PILOT_ENABLE_GATEWAY_API', 'false'))).toEqual([
      'unknown',
    ]);
  });

  it('does not concern gateways of Istio’s own kind', () => {
    const off = setting('ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY', 'false');
    const mesh = meshOf([WORKLOADS, GATEWAY, withSetting(off)]);
    expect(gatewayWays(mesh)).toMatchObject([{ state: 'open' }]);
  });
});

describe('a Gateway of another namespace than its proxies', () => {
  const NAME = 'PILOT_SCOPE_GATEWAY_TO_NAMESPACE';
  const ways = (...env: string[]) =>
    gatewayWays(meshOf([WORKLOADS, GATEWAY, withSetting(...env)]));

  it('is served by default, and not where istiod is told so', () => {
    expect(ways()).toMatchObject([{ state: 'open' }]);
    expect(ways(setting(NAME, 'false'))).toMatchObject([{ state: 'open' }]);
    expect(ways(setting(NAME, 'true'))).toEqual([]);
  });

  it('is in doubt where that is not known', () => {
    expect(ways(fromElsewhere(NAME))).toMatchObject([
      { state: 'unknown', reason: expect.stringContaining(NAME) },
    ]);
  });

  it('keeps no other from a port where it is not served', () => {
    const own = GATEWAY.replace(
      /namespace: default/g,
      'namespace: istio-system',
    ).replace('{host: backend,', '{host: backend.default.svc.cluster.local,');
    const older = GATEWAY.split('---')[0]
      .replace('backend-gateway', 'a')
      .replace('protocol: HTTP', 'protocol: TCP');
    const texts = [WORKLOADS, older, own];
    const scoped = withSetting(setting(NAME, 'true'));
    expect(gatewayWays(meshOf(texts))).toMatchObject([{ state: 'unknown' }]);
    expect(gatewayWays(meshOf([...texts, scoped]))).toMatchObject([
      { state: 'open' },
    ]);
  });
});
