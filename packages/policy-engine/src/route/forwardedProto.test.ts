import { assessService, decideWayIn, Mesh } from '..';
import {
  BACKEND,
  gatewayWays,
  gatewayYaml,
  to,
  TO_BACKEND,
  virtualService,
  whereTo,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { meshConfig } from '../__testUtils__/meshConfig';
import { meshOf } from '../__testUtils__/mesh';

const REDIRECTING =
  '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"], tls: {httpsRedirect: true}}';
const SECURE =
  '{port: {number: 443, name: https, protocol: HTTPS}, hosts: [h.test], tls: {mode: SIMPLE, credentialName: c, httpsRedirect: true}}';
const TRUSTING = meshConfig(
  'defaultConfig: {gatewayTopology: {numTrustedProxies: 1}}',
);
const ROUTE = virtualService(`{${TO_BACKEND}}`);
const CLOSED = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: closed, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  action: DENY
  rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {ports: ["8443"]}}]}]
`;

const gatewayPod = (trusted: number) => `
apiVersion: v1
kind: Pod
metadata:
  name: gateway-${trusted}
  namespace: istio-system
  labels: {app: istio-ingressgateway, istio: ingressgateway}
  annotations:
    proxy.istio.io/config: '{"gatewayTopology": {"numTrustedProxies": ${trusted}}}'
spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}
`;

const meshWith = (servers: string, ...texts: string[]): Mesh =>
  meshOf([WORKLOADS, gatewayYaml(servers), ROUTE, ...texts]);
const by = (proto?: string) =>
  proto === undefined ? {} : { headers: { 'X-Forwarded-Proto': proto } };

describe('a server that redirects to HTTPS', () => {
  it('of HTTP leads nowhere, whatever a client says of itself', () => {
    const mesh = meshWith(REDIRECTING, meshConfig(''));
    expect(gatewayWays(mesh)).toEqual([]);
    expect(whereTo(mesh)).toBe('redirect');
    expect(whereTo(mesh, by('https'))).toBe('redirect');
  });

  it('of HTTPS, where the API server only warns, leads where its routes lead', () => {
    const mesh = meshWith(SECURE);
    expect(gatewayWays(mesh)).toMatchObject([{ port: 443, state: 'open' }]);
    const request = { port: 8443, sni: 'h.test' };
    expect(whereTo(mesh, request)).toBe('backend');
    expect(whereTo(mesh, { ...request, ...by('http') })).toBe('backend');
  });

  it('of TCP passes TLS on, where its routes lead', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(
        '{port: {number: 80, name: tcp, protocol: TCP}, hosts: ["*"], tls: {httpsRedirect: true}}',
      ),
      virtualService(`{match: [{sniHosts: [h]}], ${TO_BACKEND}}`, {
        layer: 'tls',
      }),
    ]);
    expect(gatewayWays(mesh)).toMatchObject([{ state: 'open' }]);
  });

  it('redirects for the routes of the other servers of its port, too', () => {
    const other =
      '{port: {number: 80, name: a, protocol: HTTP}, hosts: [h.test]}';
    const redirecting = REDIRECTING.replace('"*"', 'h.test');
    expect(whereTo(meshWith(`${other}, ${redirecting}`))).toBe('redirect');
    expect(whereTo(meshWith(`${redirecting}, ${other}`))).toBe('redirect');
    // Istio takes this for the name of a domain.
    const scoped = REDIRECTING.replace('"*"', 'elsewhere/h.test');
    expect(whereTo(meshWith(`${other}, ${scoped}`))).toBe('backend');
  });
});

describe('a gateway that trusts a proxy before it', () => {
  it('lets through to HTTP who says that it was HTTPS', () => {
    const mesh = meshWith(`${REDIRECTING}, ${SECURE}`, CLOSED, TRUSTING);
    const [plain, secure, ...others] = gatewayWays(mesh);
    expect(others).toEqual([]);
    expect(secure).toMatchObject({ port: 443, state: 'over-blocked' });
    expect(plain).toMatchObject({
      port: 80,
      state: 'open',
      requiredHeaders: { 'x-forwarded-proto': 'https' },
    });
    const { witness } = plain.exposures[0];
    expect(witness.headers).toEqual({ 'x-forwarded-proto': 'https' });
    expect(decideWayIn(mesh, plain, witness)).toMatchObject({
      status: 200,
      reaches: 'yes',
    });
    const { headers, ...bare } = witness;
    expect(decideWayIn(mesh, plain, bare)).toMatchObject({
      route: { kind: 'redirect' },
      reaches: 'no',
    });
    expect(assessService(mesh, BACKEND).state).toBe('open');
  });

  it.each([
    [undefined, 'redirect', 'backend'],
    ['https', 'backend', 'backend'],
    ['http', 'redirect', 'redirect'],
    ['https,http', 'redirect', 'redirect'],
  ])('takes X-Forwarded-Proto %s at its word', (proto, plain, secure) => {
    const mesh = meshWith(`${REDIRECTING}, ${SECURE}`, TRUSTING);
    expect(whereTo(mesh, by(proto))).toBe(plain);
    const request = { port: 8443, sni: 'h.test', ...by(proto) };
    expect(whereTo(mesh, request)).toBe(secure);
  });

  it('is not known to redirect where its Pods differ', () => {
    const mesh = meshWith(
      REDIRECTING,
      meshConfig(''),
      gatewayPod(1),
      gatewayPod(0),
    );
    expect(whereTo(mesh)).toBe('redirect');
    expect(whereTo(mesh, by('https'))).toBe('unknown');
    expect(gatewayWays(mesh)).toMatchObject([{ state: 'unknown' }]);
  });
});

describe('a route that compares X-Forwarded-Proto', () => {
  const mesh = (...texts: string[]) =>
    meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(
        `{match: [{headers: {x-forwarded-proto: {exact: https}}}], ${TO_BACKEND}}, {${to(
          'frontend',
        )}}`,
      ),
      ...texts,
    ]);

  it('compares what the connection was', () => {
    expect(whereTo(mesh())).toBe('frontend');
    expect(whereTo(mesh(), by('https'))).toBe('frontend');
  });

  it('compares what it is told by who is trusted', () => {
    expect(whereTo(mesh(TRUSTING))).toBe('frontend');
    expect(whereTo(mesh(TRUSTING), by('https'))).toBe('backend');
    expect(gatewayWays(mesh(TRUSTING))).toMatchObject([
      {
        state: 'open',
        exposures: [{ witness: { headers: { 'x-forwarded-proto': 'https' } } }],
      },
    ]);
  });
});

it.each(['x-forwarded-for', 'x-request-id', 'x-envoy-internal'])(
  'what stands in %s is up to the gateway',
  name => {
    const http = `{match: [{headers: {${name}: {prefix: ""}}}], ${TO_BACKEND}}, {${to(
      'frontend',
    )}}`;
    const mesh = meshOf([WORKLOADS, gatewayYaml(), virtualService(http)]);
    expect(whereTo(mesh)).toBe('unknown');
  },
);
