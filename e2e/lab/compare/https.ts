/** Servers of HTTPS at random, which may take hosts from each other, and routes that answer by themselves. */
import type { Manifest } from '../kube.ts';
import { GATEWAY, NAMESPACE } from './meshTopology.ts';
import type { Random } from './random.ts';

export const HTTPS_CERTIFICATE = 'compare';
export const HTTPS_PORTS = [8443, 8543] as const;

const SERVER_HOSTS = [
  '*',
  '*',
  '*.example.com',
  '*.example.com',
  'h.example.com',
  'a.example.com',
  'other.test',
];
const ROUTE_HOSTS = ['*', '*', ...SERVER_HOSTS.slice(2), '*.b.example.com'];
const FIRST_STATUS = 220;

function describeServer(random: Random, port: number, index: number) {
  return {
    port: { number: port, name: `s-${port}-${index}`, protocol: 'HTTPS' },
    hosts: [...new Set(random.some(SERVER_HOSTS, 1, 2))],
    tls: { mode: 'SIMPLE', credentialName: HTTPS_CERTIFICATE },
  };
}

/** Up to three Gateways with servers on the same ports, and up to four VirtualServices. */
export function generateHttps(random: Random): Manifest[] {
  const apiVersion = 'networking.istio.io/v1';
  const names = random
    .some(['a', 'b', 'c'], 1, 3)
    .map(at => `$GENERATION-${at}`);
  const gateways = names.map(name => ({
    apiVersion,
    kind: 'Gateway',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      selector: GATEWAY.labels,
      servers: random
        .some(HTTPS_PORTS, 1, 2)
        .flatMap(port =>
          Array.from({ length: random.pick([1, 1, 2]) }, (_, index) =>
            describeServer(random, port, index),
          ),
        ),
    },
  }));
  const services = Array.from({ length: 1 + random.int(4) }, (_, index) => ({
    apiVersion,
    kind: 'VirtualService',
    metadata: { name: `$GENERATION-vs${index}`, namespace: NAMESPACE },
    spec: {
      hosts: [...new Set(random.some(ROUTE_HOSTS, 1, 2))],
      gateways: random.some(names, 1, 2),
      http: [{ directResponse: { status: FIRST_STATUS + index } }],
    },
  }));
  return [...gateways, ...services];
}
