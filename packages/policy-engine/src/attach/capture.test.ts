import { assessService, parseObjects, parseYaml, trimObject } from '..';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT } from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';

const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;
const init = (args: string, name = 'istio-init') =>
  `, initContainers: [{name: ${name}, args: [istio-iptables, ${args}]}]`;
const pod = ({
  annotations = '',
  containers = '[{name: app}, {name: istio-proxy}]',
  more = '',
}) => `
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: default, labels: {app: backend}, annotations: {${annotations}}}
spec: {containers: ${containers}${more}}
`;
const meshConfig = (mesh: string) => `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: ${JSON.stringify(mesh)}}
`;
const AMBIENT = `
apiVersion: v1
kind: Namespace
metadata: {name: default, labels: {istio.io/dataplane-mode: ambient}}
`;

/** The verdict of the only way in, and the same of what the portal keeps of the objects. */
const judge = (...texts: string[]) => {
  const all = [SERVICE, BACKEND_JWT, ...texts];
  const [{ state, reason }] = assessService(meshOf(all), BACKEND).waysIn;
  const trimmed = meshOf([]);
  const objects = all.flatMap(text => parseYaml(text).resources);
  const kept = objects.map(each => trimObject({ ...each }));
  for (const each of parseObjects(kept).resources) trimmed.apply(each);
  const [way] = assessService(trimmed, BACKEND).waysIn;
  expect({ state: way.state, reason: way.reason }).toEqual({ state, reason });
  return { state, reason };
};

describe('what a sidecar gets', () => {
  const DEFAULT = '"-m", REDIRECT, "-b", "*", "-d", "15090,15021,15020"';

  it.each([
    ['an init container with the defaults', pod({ more: init(DEFAULT) })],
    ['no init container', pod({})],
    [
      'annotations that came after the init container',
      pod({
        annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "8080"',
        more: init(DEFAULT),
      }),
    ],
    [
      'another init container',
      pod({ more: init('"-m", NONE', 'istio-validation') }),
    ],
    [
      'the template of a sidecar and one more',
      pod({ annotations: 'inject.istio.io/templates: "sidecar, mine"' }),
    ],
    [
      'a mode of its own',
      `${pod({
        annotations: 'sidecar.istio.io/interceptionMode: TPROXY',
      })}---${meshConfig('defaultConfig: {interceptionMode: NONE}')}`,
    ],
  ])('with %s: all', (_, text) => {
    expect(judge(text).state).toBe('enforced');
  });

  it.each([
    ['excludes the port', '"-m", REDIRECT, "-b", "*", "-d", "15090, 8080"'],
    ['includes other ports', '"-m", REDIRECT, "-b", "9090", "-d", ""'],
    ['includes no port', '"-m", REDIRECT, "-b", "", "-d", ""'],
    ['redirects nothing', '"-m", NONE, "-b", "*"'],
  ])('with an init container that %s: nothing', (_, args) => {
    expect(judge(pod({ more: init(args) })).state).toBe('open');
  });

  it.each([
    ['of the mesh', pod({}), 'defaultConfig: {interceptionMode: NONE}'],
    [
      'of its own',
      pod({ annotations: 'proxy.istio.io/config: "interceptionMode: NONE"' }),
      '{}',
    ],
  ])('by a ProxyConfig %s without redirection: nothing', (_, text, config) => {
    const { state, reason } = judge(text, meshConfig(config));
    expect(state).toBe('open');
    expect(reason).toContain('interception mode NONE');
  });

  it.each([
    ['the status of proxyless gRPC', 'sidecar.istio.io/status: "{}"'],
    [
      'the template of proxyless gRPC',
      'inject.istio.io/templates: grpc-simple',
    ],
  ])('without a proxy but with %s: nothing', (_, annotations) => {
    const { state, reason } = judge(
      pod({ annotations, containers: '[{name: app}]' }),
    );
    expect(state).toBe('open');
    expect(reason).toContain('has no sidecar');
  });

  it.each([
    ['inject.istio.io/templates: grpc-agent', 'templates grpc-agent'],
    ['inject.istio.io/templates: my-sidecar', 'templates my-sidecar'],
    ['traffic.sidecar.istio.io/excludeInterfaces: net1', 'interfaces net1'],
    ['sidecar.istio.io/bootstrapOverride: mine', 'bootstrapOverride'],
  ])('with %s: nobody knows', (annotations, why) => {
    const { state, reason } = judge(pod({ annotations }));
    expect(state).toBe('unknown');
    expect(reason).toContain(why);
  });

  it('is not known either where the init container leaves out interfaces', () => {
    const more = init('"-m", REDIRECT, "-b", "*", "-c", eth1');
    expect(judge(pod({ more })).reason).toContain('interfaces eth1');
  });
});

describe('what is for the agent of a sidecar', () => {
  const to = (port: number, text: string) =>
    judge(SERVICE.replace('8080', String(port)), text);

  it.each([
    [15020, pod({})],
    [15021, pod({})],
    [15090, pod({})],
    [15999, pod({ annotations: 'status.sidecar.istio.io/port: "15999"' })],
    [
      15020,
      pod({
        annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "1"',
      }),
    ],
  ])('at port %d passes it by', (port, text) => {
    const { state, reason } = to(port, text);
    expect(state).toBe('open');
    expect(reason).toContain(`port ${port} of backend is of its sidecar`);
  });

  it('passes it where the init container excludes other ports', () => {
    const more = init('"-m", REDIRECT, "-b", "*", "-d", "15090,15021"');
    expect(to(15020, pod({ more })).state).toBe('enforced');
    expect(to(15021, pod({ more })).state).toBe('open');
  });
});

describe('a sidecar without Envoy', () => {
  const proxy = (env: string) =>
    pod({ containers: `[{name: app}, {name: istio-proxy, env: [${env}]}]` });

  it.each([
    ['{name: DISABLE_ENVOY, value: "true"}', 'open'],
    ['{name: DISABLE_ENVOY, value: "1"}', 'open'],
    ['{name: DISABLE_ENVOY, value: "false"}', 'enforced'],
    ['{name: DISABLE_ENVOY, value: "yes"}', 'enforced'],
    ['{name: DISABLE_ENVOY}', 'enforced'],
    ['{name: OTHER, value: "true"}', 'enforced'],
    [
      '{name: DISABLE_ENVOY, valueFrom: {configMapKeyRef: {name: c, key: k}}}',
      'unknown',
    ],
  ])('by %s: %s', (env, state) => {
    expect(judge(proxy(env)).state).toBe(state);
  });
});

describe('HTTP/3', () => {
  const service = (port: string) => `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: https, port: 443, targetPort: 8443}, {${port}, protocol: UDP, port: 443, targetPort: 8443}]}
`;
  const statesWith = (port: string, rest = pod({})) =>
    assessService(meshOf([service(port), BACKEND_JWT, rest]), BACKEND)
      .waysIn.filter(({ hops }) => hops.length === 0)
      .map(({ id, state }) => `${id} ${state}`);

  it.each([
    'name: http3',
    'name: web-h3',
    'name: quic-web',
    'name: any, appProtocol: kubernetes.io/h3',
  ])('passes the sidecar by on a port of UDP with %s', port => {
    expect(statesWith(port)).toEqual(['mesh.443.2 open']);
  });

  it.each(['name: dns', 'name: https-udp', 'name: h3x'])(
    'is not meant by %s',
    port => {
      expect(statesWith(port)).toEqual([]);
    },
  );

  it('to a gateway is the business of the Services behind', () => {
    const gateway = pod({
      containers: '[{name: istio-proxy, args: [proxy, router]}]',
    });
    expect(statesWith('name: http3', gateway)).toEqual(['mesh.443 unknown']);
  });
});

describe('what ztunnel gets', () => {
  const bypass = (value: string) =>
    judge(
      AMBIENT,
      pod({
        annotations: `ambient.istio.io/bypass-inbound-capture: "${value}"`,
        containers: '[{name: app}]',
      }),
    );

  it('is nothing where an annotation keeps it from ztunnel', () => {
    const { state, reason } = bypass('true');
    expect(state).toBe('open');
    expect(reason).toContain('bypass-inbound-capture');
    expect(bypass('false').state).toBe('over-blocked');
  });
});
