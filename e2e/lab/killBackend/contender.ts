import type { Lab, LabGateway } from '../client.ts';
import type { Manifest } from '../kube.ts';

/** A service on a shared gateway that one portal enables and disables, again and again. */
export interface Contender {
  entity: string;
  host: string;
  /** Other hosts of the gateway, which must never be answered otherwise. */
  neighbours: string[];
  gateway: LabGateway;
  /** Where the portal writes. */
  namespace: string;
  objects: Manifest[];
}

function describe(
  gateway: LabGateway,
  namespace: string,
  label: string,
  {
    entity,
    neighbour,
    prefix,
  }: { entity: string; neighbour: string; prefix: string },
): Contender {
  const host = `${prefix}.example.com`;
  const neighbours = ['one', 'two', 'three', 'four'].map(
    name => `${name}.${prefix}.example.com`,
  );
  const name = `kill-${prefix}`;
  const route = (to: string, of: string, index: string): Manifest => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: `${name}-${index}`, namespace: 'default' },
    spec: {
      hosts: [of],
      gateways: [name],
      http: [{ route: [{ destination: { host: to, port: { number: 80 } } }] }],
    },
  });
  return {
    entity,
    host,
    neighbours,
    gateway,
    namespace,
    objects: [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'Gateway',
        metadata: { name, namespace: 'default' },
        spec: {
          selector: { istio: label },
          servers: [
            {
              port: { number: 80, name: 'http', protocol: 'HTTP' },
              hosts: [host, ...neighbours],
            },
          ],
        },
      },
      route(entity, host, 'own'),
      ...neighbours.map((of, index) => route(neighbour, of, String(index))),
    ],
  };
}

/** Two that do not meet: each has a gateway of its own. */
export function listContenders({ gateways }: Lab): Contender[] {
  return [
    describe(gateways.ingress, 'istio-system', 'ingressgateway', {
      entity: 'backend',
      neighbour: 'stranger',
      prefix: 'first',
    }),
    describe(gateways.second, 'edge', 'second-gateway', {
      entity: 'echo',
      neighbour: 'frontend',
      prefix: 'second',
    }),
  ];
}
