import { compileProxy, decide, ProxyRequest } from '..';
import {
  applyYaml,
  GATEWAY_PROXY,
  meshOf,
  SIDECAR,
} from '../__testUtils__/mesh';
import { meshConfig } from '../__testUtils__/meshConfig';
import { ask, gatewayPolicy } from '../__testUtils__/policies';

describe("the client's address", () => {
  const policy = gatewayPolicy(
    'rules: [{from: [{source: {remoteIpBlocks: ["192.0.2.0/24"]}}]}]',
  );
  const sidecarPolicy = policy
    .replace('namespace: istio-system', 'namespace: default')
    .replace('istio: ingressgateway', 'app: backend');
  const trusting = (count: number) =>
    meshConfig(
      `defaultConfig: {gatewayTopology: {numTrustedProxies: ${count}}}`,
    );
  const from = (ip: string, forwarded?: string): Partial<ProxyRequest> => ({
    source: { ip },
    ...(forwarded ? { headers: { 'X-Forwarded-For': forwarded } } : {}),
  });
  const CLIENT = '192.0.2.1';

  it.each([
    [trusting(0), from(CLIENT), 200],
    [trusting(0), from('10.0.0.1', CLIENT), 403],
    [trusting(1), from('10.0.0.1', CLIENT), 200],
    [trusting(1), from('10.0.0.1', `${CLIENT}, 10.0.0.2`), 403],
    [trusting(2), from('10.0.0.1', `${CLIENT}, 10.0.0.2`), 200],
    [trusting(2), from(CLIENT, '10.0.0.2'), 200],
    [trusting(1), from(CLIENT, 'unknown'), 200],
    [meshConfig('{}'), from('10.0.0.1', CLIENT), 403],
    ['', from('10.0.0.1', CLIENT), 'unknown'],
    ['', from(CLIENT), 200],
    ['', { headers: { 'x-forwarded-for': CLIENT } }, 'unknown'],
  ])('%s, %j: %s', (config, request, expected) => {
    expect(ask([config, policy], request).status).toBe(expected);
  });

  it("a Pod's annotation comes before the mesh config", () => {
    const pod = `
apiVersion: v1
kind: Pod
metadata:
  name: gateway-1
  namespace: istio-system
  labels: {app: istio-ingressgateway, istio: ingressgateway}
  annotations:
    proxy.istio.io/config: '{"gatewayTopology": {"numTrustedProxies": 1}}'
spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}
`;
    const request = from('10.0.0.1', CLIENT);
    expect(ask([trusting(0), policy], request).status).toBe(403);
    expect(ask([trusting(0), pod, policy], request).status).toBe(200);
    const other = pod
      .replace('gateway-1', 'gateway-2')
      .replace('numTrustedProxies": 1', 'numTrustedProxies": 3');
    expect(ask([pod, other, policy], request).status).toBe('unknown');
  });

  it("follows a change of the Pod's annotation", () => {
    const pod = (proxies: number) => `
apiVersion: v1
kind: Pod
metadata:
  name: gateway-1
  namespace: istio-system
  labels: {app: istio-ingressgateway, istio: ingressgateway}
  annotations:
    proxy.istio.io/config: '{"gatewayTopology": {"numTrustedProxies": ${proxies}}}'
spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}
`;
    const mesh = meshOf([trusting(0), pod(1), policy]);
    const answer = () =>
      decide(compileProxy(mesh, GATEWAY_PROXY), {
        port: 8080,
        ...from('10.0.0.1', CLIENT),
      }).status;
    expect(answer()).toBe(200);
    applyYaml(mesh, pod(0));
    expect(answer()).toBe(403);
    applyYaml(mesh, pod(1));
    expect(answer()).toBe(200);
  });

  it('is the last hop for a sidecar', () => {
    const program = compileProxy(meshOf([sidecarPolicy]), SIDECAR);
    const status = (request: Partial<ProxyRequest>) =>
      decide(program, { port: 8080, ...request }).status;
    expect(status(from('10.0.0.1', `10.0.0.9,${CLIENT}`))).toBe(200);
    expect(status(from('10.0.0.1', `${CLIENT},10.0.0.9`))).toBe(403);
  });

  it('is the peer on a TCP chain', () => {
    const tcp = { protocol: 'tcp' as const };
    expect(ask([policy], { ...tcp, ...from(CLIENT) }).status).toBe(200);
    expect(ask([policy], { ...tcp, ...from('10.0.0.1', CLIENT) }).status).toBe(
      'closed',
    );
  });
});
