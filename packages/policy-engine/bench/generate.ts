import { Resource } from '../src';

export interface MeshShape {
  services: number;
  /** Services per namespace. */
  perNamespace?: number;
}

/**
 * A mesh of the usual form: a shared gateway, and per service a namespace share, a Pod with sidecar,
 * a VirtualService, and one of four kinds of protection. Every tenth host has a host-scoped DENY on
 * the shared gateway.
 */
export function generate({
  services,
  perNamespace = 20,
}: MeshShape): Resource[] {
  const resources: Resource[] = [...gateway()];
  for (let i = 0; i < services; i++) {
    resources.push(...service(i, `team-${Math.floor(i / perNamespace)}`));
  }
  return resources;
}

export function hostOf(index: number): string {
  return `svc-${index}.example.com`;
}

export function denyFor(index: number, path = '/healthz'): Resource {
  return resource(
    'security.istio.io/v1',
    'AuthorizationPolicy',
    'istio-system',
    `deny-${index}`,
    {
      selector: { matchLabels: { istio: 'ingressgateway' } },
      action: 'DENY',
      rules: [
        {
          from: [
            { source: { notRequestPrincipals: ['https://idp.example.com/*'] } },
          ],
          to: [
            {
              operation: {
                hosts: [hostOf(index), `${hostOf(index)}:*`],
                ports: ['8080'],
                notPaths: [path],
              },
            },
          ],
        },
      ],
    },
  );
}

function gateway(): Resource[] {
  const labels = { istio: 'ingressgateway' };
  return [
    resource('v1', 'Service', 'istio-system', 'istio-ingressgateway', {
      selector: labels,
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    }),
    pod('istio-system', 'istio-ingressgateway', labels, ['proxy', 'router']),
    resource('networking.istio.io/v1', 'Gateway', 'istio-system', 'shared', {
      selector: labels,
      servers: [
        {
          port: { number: 80, name: 'http', protocol: 'HTTP' },
          hosts: ['*.example.com'],
        },
      ],
    }),
    authentication('istio-system', 'ingress', labels, true),
  ];
}

function service(i: number, namespace: string): Resource[] {
  const name = `svc-${i}`;
  const labels = { app: name };
  const kind = i % 4;
  return [
    resource('v1', 'Service', namespace, name, {
      selector: labels,
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    }),
    pod(namespace, name, labels),
    resource('networking.istio.io/v1', 'VirtualService', namespace, name, {
      hosts: [hostOf(i)],
      gateways: ['istio-system/shared'],
      http: [
        { route: [{ destination: { host: name, port: { number: 80 } } }] },
      ],
    }),
    ...(kind === 3 ? [] : [authentication(namespace, name, labels, true)]),
    ...(kind === 0 || kind === 1
      ? [requireToken(namespace, name, labels, kind === 1)]
      : []),
    ...(i % 10 === 0 ? [denyFor(i)] : []),
  ];
}

function requireToken(
  namespace: string,
  name: string,
  matchLabels: Record<string, string>,
  exempt: boolean,
): Resource {
  return resource(
    'security.istio.io/v1',
    'AuthorizationPolicy',
    namespace,
    name,
    {
      selector: { matchLabels },
      rules: [
        {
          from: [
            { source: { requestPrincipals: ['https://idp.example.com/*'] } },
          ],
        },
        ...(exempt
          ? [
              {
                to: [
                  {
                    operation: {
                      methods: ['GET'],
                      paths: ['/healthz', '/public/*'],
                    },
                  },
                ],
              },
            ]
          : []),
      ],
    },
  );
}

function authentication(
  namespace: string,
  name: string,
  matchLabels: Record<string, string>,
  forwardOriginalToken: boolean,
): Resource {
  return resource(
    'security.istio.io/v1',
    'RequestAuthentication',
    namespace,
    name,
    {
      selector: { matchLabels },
      jwtRules: [
        {
          issuer: 'https://idp.example.com',
          jwksUri: 'https://idp.example.com/keys',
          forwardOriginalToken,
        },
      ],
    },
  );
}

function pod(
  namespace: string,
  name: string,
  labels: Record<string, string>,
  args: string[] = ['proxy', 'sidecar'],
): Resource {
  const created = resource('v1', 'Pod', namespace, `${name}-0`, {
    serviceAccountName: name,
    containers: [{ name: 'istio-proxy', args }],
  });
  return { ...created, metadata: { ...created.metadata, labels } };
}

function resource(
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  spec: unknown,
): Resource {
  return { apiVersion, kind, metadata: { namespace, name }, spec };
}
