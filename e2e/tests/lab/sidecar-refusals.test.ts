import { type Spec, testRefusals } from './refusals.ts';

const listen = (port: unknown, more: Spec = {}) => ({
  ingress: [{ port, ...more }],
});
const FILES = { serverCertificate: '/a', privateKey: '/b' };
const EGRESS = { egress: [{ hosts: ['./*'] }] };
const HTTP = { number: 80, protocol: 'HTTP' };
const HTTPS = { number: 80, protocol: 'HTTPS' };

const SPECS: Record<string, Spec> = {
  nothing: {},
  'an empty ingress': { ingress: [] },
  egress: EGRESS,
  'a traffic policy': { outboundTrafficPolicy: { mode: 'ALLOW_ANY' } },
  'a connection pool': {
    inboundConnectionPool: { http: { idleTimeout: '1s' } },
  },
  'no port': listen(undefined),
  'an odd protocol': listen({ number: 80, protocol: 'FTP' }),
  'a protocol with a dash': listen({ number: 80, protocol: 'TCP-x' }),
  'a protocol in lower case': listen({ number: 80, protocol: 'http' }),
  'no protocol': listen({ number: 80 }),
  'an object for a protocol': listen({ number: 80, protocol: {} }),
  'no number': listen({ protocol: 'HTTP' }),
  'the number 0': listen({ number: 0, protocol: 'HTTP' }),
  'a number too large': listen({ number: 70_000, protocol: 'HTTP' }),
  'a port': listen(HTTP),
  'a port twice': { ingress: [{ port: HTTP }, { port: HTTPS }] },
  'TLS of HTTP': listen(HTTP, { tls: { mode: 'SIMPLE', ...FILES } }),
  'TLS of HTTPS': listen(HTTPS, { tls: { mode: 'SIMPLE', ...FILES } }),
  "the mesh's TLS": listen(HTTPS, { tls: { mode: 'ISTIO_MUTUAL' } }),
  'an odd capture mode': listen(HTTP, { captureMode: 'ALL' }),
  'an odd address': listen(HTTP, { bind: 'x' }),
  'another endpoint': listen(HTTP, { defaultEndpoint: 'x:1' }),
  'an endpoint with a port too high': listen(HTTP, {
    defaultEndpoint: '127.0.0.1:70000',
  }),
  'an endpoint': listen(HTTP, { defaultEndpoint: '127.0.0.1:8080' }),
  'a number for a label': {
    workloadSelector: { labels: { app: 7 } },
    ...EGRESS,
  },
};

testRefusals('networking.istio.io/v1', 'Sidecar', SPECS);
