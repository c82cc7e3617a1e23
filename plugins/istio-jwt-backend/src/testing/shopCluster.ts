import { FakeApiServer } from './FakeApiServer';

export const SHOP_ENTITY = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'shop',
    namespace: 'default',
    annotations: { 'backstage.io/kubernetes-label-selector': 'app=shop' },
  },
};

export const SHOP_HOST = 'shop.example.com';
export const ROUTES_PATH = '/apis/networking.istio.io/v1/virtualservices';

export const named = (name: string, namespace: string, app?: string) => ({
  name,
  namespace,
  resourceVersion: '1',
  ...(app ? { labels: { app } } : {}),
});

const pod = (name: string, namespace: string) => ({
  metadata: {
    ...named(name, namespace, name),
    annotations: { 'sidecar.istio.io/status': '{}' },
  },
  spec: {
    serviceAccountName: name,
    containers: [{ name: 'istio-proxy', ports: [{ containerPort: 8080 }] }],
  },
  status: { podIP: '10.0.0.1', phase: 'Running' },
});

const service = (name: string, namespace: string, nodePort?: number) => ({
  metadata: named(name, namespace, name),
  spec: {
    selector: { app: name },
    ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort }],
  },
});

export const SHOP_ROUTE = {
  metadata: named('shop', 'default'),
  spec: {
    hosts: [SHOP_HOST],
    gateways: ['shared'],
    http: [{ route: [{ destination: { host: 'shop' } }] }],
  },
};

/** A gateway that requires a token of `https://issuer.example.com`. */
export const GATEWAY_POLICIES = {
  authentication: {
    metadata: named('gateway-jwt', 'istio-system'),
    spec: {
      selector: { matchLabels: { app: 'gateway' } },
      jwtRules: [
        {
          issuer: 'https://issuer.example.com',
          jwksUri: 'https://issuer.example.com/keys',
          forwardOriginalToken: true,
        },
      ],
    },
  },
  authorization: {
    metadata: named('gateway-jwt', 'istio-system'),
    spec: {
      selector: { matchLabels: { app: 'gateway' } },
      rules: [
        {
          from: [
            { source: { requestPrincipals: ['https://issuer.example.com/*'] } },
          ],
        },
      ],
    },
  },
};

/**
 * A cluster with one Service, `shop`, behind a shared gateway.
 *
 * @param nodePort - of the gateway, on a node with the address 127.0.0.1
 */
export function serveShop(
  api: FakeApiServer,
  {
    nodePort,
    enforced = false,
    routes = [SHOP_ROUTE],
  }: { nodePort?: number; enforced?: boolean; routes?: object[] } = {},
): void {
  api.serve('/api/v1/namespaces', [
    { metadata: { name: 'default', resourceVersion: '1' } },
  ]);
  api.serve('/api/v1/nodes', [
    {
      metadata: { name: 'node', resourceVersion: '1' },
      status: { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] },
    },
  ]);
  api.serve('/api/v1/services', [
    service('shop', 'default'),
    service('gateway', 'istio-system', nodePort),
  ]);
  api.serve('/api/v1/pods', [
    pod('shop', 'default'),
    pod('gateway', 'istio-system'),
  ]);
  api.serve('/apis/networking.istio.io/v1/gateways', [
    {
      metadata: named('shared', 'default'),
      spec: {
        selector: { app: 'gateway' },
        servers: [
          {
            port: { number: 80, name: 'http', protocol: 'HTTP' },
            hosts: ['*'],
          },
        ],
      },
    },
  ]);
  api.serve(ROUTES_PATH, routes);
  const security = '/apis/security.istio.io/v1';
  api.serve(
    `${security}/requestauthentications`,
    enforced ? [GATEWAY_POLICIES.authentication] : [],
  );
  api.serve(
    `${security}/authorizationpolicies`,
    enforced ? [GATEWAY_POLICIES.authorization] : [],
  );
}
