import { assessService, WayIn } from 'istio-jwt-policy-engine';
import {
  clusterConfig,
  gatewayYaml,
  meshOf,
  podYaml,
  routeYaml,
  serviceYaml,
} from '../testing/meshFixture';
import { discoverTarget, Discovery } from './discoverTarget';

const SHOP = { namespace: 'default', name: 'shop' };
const NODES = `
apiVersion: v1
kind: Node
metadata: {name: a}
status: {addresses: [{type: InternalIP, address: 10.0.0.1}, {type: ExternalIP, address: 203.0.113.1}, {type: Hostname, address: a}]}
---
apiVersion: v1
kind: Node
metadata: {name: broken}
status: {addresses: [{type: InternalIP, address: 10.0.0.2}], conditions: [{type: Ready, status: 'False'}]}
`;
const edgeService = (spec: string, status = '') => `
apiVersion: v1
kind: Service
metadata: {name: edge, namespace: istio-system}
spec: {selector: {app: edge}, ${spec}}
status: {${status}}
`;
const PORT = 'ports: [{name: http, port: 80, targetPort: 8080}]';
const NODE_PORT =
  'ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080}]';

const base = (server?: string) => [
  serviceYaml('shop'),
  podYaml('shop'),
  podYaml('edge', 'istio-system'),
  gatewayYaml('edge', server),
  routeYaml('shop', 'edge'),
];

function discover(texts: string[], config: object = {}): Discovery {
  const mesh = meshOf(...texts);
  const wayIn = assessService(mesh, SHOP).waysIn.find(
    ({ kind }) => kind === 'gateway',
  ) as WayIn;
  return discoverTarget(mesh, wayIn, clusterConfig(config));
}

/** Such as `10.0.0.1:80`, in the order in which they are tried. */
function addressesOf(discovery: Discovery): string[] {
  if (!discovery.ok) throw new Error(discovery.reason);
  return discovery.candidates.map(candidate =>
    candidate.kind === 'address'
      ? `${candidate.host}:${candidate.port}`
      : `${candidate.pod} ${candidate.port}`,
  );
}

describe('discoverTarget', () => {
  it('knows load balancers, external IPs and node ports, in that order', () => {
    const service = edgeService(
      `externalIPs: [198.51.100.7], ${NODE_PORT}`,
      'loadBalancer: {ingress: [{ip: 192.0.2.1, hostname: lb.example.com}]}',
    );
    expect(addressesOf(discover([...base(), service, NODES]))).toEqual([
      '192.0.2.1:80',
      'lb.example.com:80',
      '198.51.100.7:80',
      '203.0.113.1:30080',
      '10.0.0.1:30080',
    ]);
  });

  it('takes what the config says, and nothing else', () => {
    const gateways = [
      {
        match: { namespace: 'istio-system', name: 'edge' },
        address: '192.0.2.9:8443',
        caFile: '/ca',
      },
    ];
    const service = edgeService(NODE_PORT);
    expect(discover([...base(), service, NODES], { gateways })).toMatchObject({
      candidates: [{ host: '192.0.2.9', port: 8443, caFile: '/ca' }],
    });
  });

  it("reads the addresses in a Gateway's status", () => {
    const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: api, namespace: default}
spec:
  gatewayClassName: istio
  listeners: [{name: http, port: 8000, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}]
status:
  addresses:
    - {type: IPAddress, value: 192.0.2.4}
    - {type: Hostname, value: api.example.com}
    - {type: example.com/custom, value: x}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: default}
spec:
  hostnames: [shop.example.com]
  parentRefs: [{name: api}]
  rules: [{backendRefs: [{name: shop, port: 80}]}]
---
apiVersion: v1
kind: Pod
metadata:
  name: api-istio-0
  namespace: default
  labels: {gateway.networking.k8s.io/gateway-name: api}
spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}
status: {phase: Running}
`;
    const found = discover([serviceYaml('shop'), podYaml('shop'), gateway]);
    expect(addressesOf(found)).toEqual([
      '192.0.2.4:8000',
      'api.example.com:8000',
    ]);
  });

  it('forwards a port only where the config allows it, and last', () => {
    const hidden = [...base(), edgeService(PORT)];
    expect(discover(hidden)).toMatchObject({
      ok: false,
      looked: [expect.stringContaining('no external IP')],
      reason: expect.stringContaining('portForward: true'),
    });
    expect(addressesOf(discover(hidden, { portForward: true }))).toEqual([
      'edge-0 8080',
    ]);
    const known = [...base(), edgeService(NODE_PORT), NODES];
    expect(addressesOf(discover(known, { portForward: true })).at(-1)).toBe(
      'edge-0 8080',
    );
  });

  it.each([
    [
      'asks clients for certificates',
      'tls: {mode: MUTUAL, credentialName: x}',
      /certificate.*probes have none/,
    ],
    ['passes TLS through', 'tls: {mode: PASSTHROUGH}', /passes tls through/],
  ])('says why it leaves alone a gateway that %s', (_, tls, reason) => {
    const isPassthrough = tls.includes('PASSTHROUGH');
    const texts = [
      serviceYaml('shop'),
      podYaml('shop'),
      podYaml('edge', 'istio-system'),
      gatewayYaml('edge')
        .replace(
          'number: 80, name: http, protocol: HTTP',
          `number: 443, name: tls, protocol: ${
            isPassthrough ? 'TLS' : 'HTTPS'
          }`,
        )
        .replace("hosts: ['*']", `hosts: ['*'], ${tls}`),
      routeYaml('shop', 'edge').replace(
        'http: [{route',
        isPassthrough
          ? 'tls: [{match: [{sniHosts: [shop.example.com]}], route'
          : 'http: [{route',
      ),
      edgeService(NODE_PORT),
    ];
    expect(discover(texts)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(reason),
    });
  });

  it('tells which addresses a tenant may have chosen', () => {
    const service = edgeService(
      `externalIPs: [198.51.100.7, inner.example.com], ${NODE_PORT}`,
      'loadBalancer: {ingress: [{ip: 192.0.2.1}]}',
    );
    const found = discover([...base(), service]);
    expect(found).toMatchObject({
      candidates: [
        { host: '192.0.2.1' },
        { host: '198.51.100.7', source: 'external-ips' },
      ],
    });
    expect(found).not.toHaveProperty('candidates.0.source');
  });

  it.each([15000, 15020, 15021, 15090])(
    'sends nothing to port %d, which belongs to the proxy itself',
    port => {
      const texts = base().map(text =>
        text.replace('number: 80', `number: ${port}`),
      );
      expect(discover(texts, { portForward: true })).toMatchObject({
        ok: false,
        reason: expect.stringContaining(`${port}`),
      });
    },
  );
});
