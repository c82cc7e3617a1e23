import {
  gateway,
  HTTP,
  route,
  TO_BACKEND,
} from '../../__testUtils__/gatewayApi';
import { GATEWAY } from '../../__testUtils__/handsOn';
import { Fixture, istiod } from '../__testUtils__/build';

const HTTPS = 'port: {number: 443, name: https, protocol: HTTPS}';
const TLS = 'tls: {mode: SIMPLE, credentialName: c}';

const classic = (
  name: string,
  year: number,
  server: string,
  { namespace = 'default', selector = 'istio: ingressgateway' } = {},
) => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "${year}-01-01T00:00:00Z"}
spec: {selector: {${selector}}, servers: [{${server}}]}
`;
const https = (name: string, year: number, hosts: string) =>
  classic(name, year, `${HTTPS}, hosts: [${hosts}], ${TLS}`);
const routeBy = (by: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: backend, namespace: default}
spec:
  hosts: [backend.example.com]
  gateways: [${by}]
  http: [{route: [{destination: {host: backend, port: {number: 80}}}]}]
`;
const BOTH = 'backend.example.com, shop.example.com';

const WEB = gateway(HTTP).replace(
  'namespace: default',
  'namespace: default, creationTimestamp: "2025-01-01T00:00:00Z"',
);
const WEB_POD = `
apiVersion: v1
kind: Pod
metadata: {name: web-istio-0, namespace: default, labels: {gateway.networking.k8s.io/gateway-name: web}}
spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}
`;
const ON_80 = 'port: {number: 80, name: p, protocol: HTTP}, hosts: ["*"]';
const elsewhere = classic('backend', 2026, ON_80, {
  namespace: 'other',
  selector: 'gateway.networking.k8s.io/gateway-name: web',
});
const tcpAtWeb = classic('tcp', 2024, ON_80.replace('HTTP', 'TCP'), {
  selector: 'gateway.networking.k8s.io/gateway-name: web',
});

const SCOPED = istiod(
  '1.31.0',
  '',
  '{name: PILOT_SCOPE_GATEWAY_TO_NAMESPACE, value: "true"}',
);

/** Fixture of `server-left-out`. */
export const serverLeftOut: Fixture = {
  bad: [
    [
      https('backend', 2026, BOTH),
      https('shop', 2025, 'shop.example.com'),
      routeBy('backend'),
    ],
    // Another protocol on the port.
    [
      classic('backend', 2026, ON_80),
      classic('tcp', 2025, ON_80.replace('HTTP', 'TCP')),
      routeBy('backend'),
    ],
    // Of a Gateway of another namespace.
    [istiod('1.31.0'), WEB, WEB_POD, elsewhere, routeBy('other/backend')],
    // Of another namespace than the proxies are.
    [SCOPED, classic('backend', 2026, ON_80), routeBy('backend')],
    // A listener of the Gateway API.
    [istiod('1.31.0'), WEB, WEB_POD, tcpAtWeb, route(TO_BACKEND)],
  ],
  good: [
    [
      https('backend', 2025, BOTH),
      https('shop', 2026, 'shop.example.com'),
      routeBy('backend'),
    ],
    [
      https('backend', 2026, 'backend.example.com'),
      https('shop', 2025, 'shop.example.com'),
      routeBy('backend'),
    ],
    // Nothing leads here by the server that is left out.
    [
      https('backend', 2026, BOTH),
      https('shop', 2025, 'shop.example.com'),
      GATEWAY,
    ],
    [istiod('1.30.0'), WEB, WEB_POD, elsewhere, routeBy('other/backend')],
    [istiod('1.31.0'), WEB, WEB_POD, route(TO_BACKEND)],
    [
      SCOPED,
      classic('backend', 2026, ON_80, { namespace: 'istio-system' }),
      routeBy('istio-system/backend'),
    ],
  ],
};
