/** @public */
export interface SyntheticMeshOptions {
  /** Number of services. */
  services: number;
  /** Same seed, same mesh. Default 1. */
  seed?: number;
  /** Default 20. */
  servicesPerNamespace?: number;
  /** Default 1. */
  podsPerService?: number;
}

const ISSUER = 'https://login.example.com';
const JWKS_URI = `${ISSUER}/.well-known/jwks.json`;

/** How a synthetic service is protected, with its share in percent. */
const PROFILES = [
  { profile: 'enforced', share: 50 },
  { profile: 'validated-only', share: 15 },
  { profile: 'exempt-path', share: 15 },
  { profile: 'none', share: 20 },
] as const;

export type Profile = (typeof PROFILES)[number]['profile'];

/** All that the objects of one synthetic service are made of. */
export interface ServiceShape {
  index: number;
  namespace: string;
  profile: Profile;
  /** A number for each Pod, which is a part of its name. */
  pods: readonly number[];
  /** Its route is for paths below `/vN`; undefined: for all. */
  version?: number;
}

/**
 * A mesh for benchmarks: one shared gateway, and per service a Service, a Pod with a sidecar, a
 * VirtualService and the policies of a profile drawn from `seed`.
 *
 * @returns Kubernetes objects, to be given to `startSandbox({ objects })` or to the engine
 * @public
 */
export function generateMesh(options: SyntheticMeshOptions): object[] {
  return [
    ...buildShared(options),
    ...drawServices(options).flatMap(buildService),
  ];
}

/** What is there whatever the services are: the gateway, and namespaces. */
export function buildShared(options: SyntheticMeshOptions): object[] {
  const { services, servicesPerNamespace = 20 } = options;
  const namespaces = Math.ceil(services / servicesPerNamespace);
  return [
    ...buildGateway(),
    ...Array.from({ length: namespaces }, (_, index) =>
      build('v1', 'Namespace', undefined, nameNamespace(index), {
        labels: { 'istio-injection': 'enabled' },
      }),
    ),
  ];
}

/** The services of a mesh as it begins. */
export function drawServices(options: SyntheticMeshOptions): ServiceShape[] {
  const { services, seed = 1, servicesPerNamespace = 20 } = options;
  const { podsPerService = 1 } = options;
  const random = createRandom(seed);
  return Array.from({ length: services }, (_, index) => ({
    index,
    namespace: nameNamespace(Math.floor(index / servicesPerNamespace)),
    profile: drawProfile(random()),
    pods: Array.from({ length: podsPerService }, (__, number) => number),
  }));
}

function nameNamespace(index: number): string {
  return `team-${String(index).padStart(3, '0')}`;
}

function build(
  apiVersion: string,
  kind: string,
  namespace: string | undefined,
  name: string,
  rest: { labels?: Record<string, string>; spec?: object; status?: object },
): object {
  const { labels, ...body } = rest;
  return { apiVersion, kind, metadata: { name, namespace, labels }, ...body };
}

function buildGateway(): object[] {
  const labels = { app: 'shared-gateway', istio: 'shared-gateway' };
  return [
    ...['default', 'istio-system', 'edge'].map(name =>
      build('v1', 'Namespace', undefined, name, {}),
    ),
    build('v1', 'Node', undefined, 'sandbox', {
      status: { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] },
    }),
    build('v1', 'Service', 'edge', 'shared-gateway', {
      labels,
      spec: {
        type: 'NodePort',
        selector: labels,
        ports: [{ name: 'http2', port: 80, targetPort: 8080, nodePort: 30081 }],
      },
    }),
    buildPod('edge', 'shared-gateway', labels, 'router', 1),
    build('networking.istio.io/v1', 'Gateway', 'edge', 'shared-gateway', {
      spec: {
        selector: { istio: 'shared-gateway' },
        servers: [
          {
            port: { number: 80, name: 'http', protocol: 'HTTP' },
            hosts: ['*.example.com'],
          },
        ],
      },
    }),
    build(
      'security.istio.io/v1',
      'PeerAuthentication',
      'istio-system',
      'default',
      {
        spec: { mtls: { mode: 'STRICT' } },
      },
    ),
    requestAuthentication('edge', 'edge-jwt', { istio: 'shared-gateway' }),
  ];
}

export function buildService(shape: ServiceShape): object[] {
  const { index, namespace, profile, pods, version } = shape;
  const name = `service-${String(index).padStart(5, '0')}`;
  const host = `${name}.example.com`;
  const labels = { app: name, 'backstage.io/kubernetes-id': name };
  return [
    build('v1', 'Service', namespace, name, {
      labels,
      spec: {
        selector: { app: name },
        ports: [{ name: 'http', port: 80, targetPort: 8080 }],
      },
    }),
    ...pods.map(number =>
      buildPod(namespace, name, labels, 'sidecar', index + 2, number),
    ),
    build('networking.istio.io/v1', 'VirtualService', namespace, name, {
      spec: {
        hosts: [host],
        gateways: ['edge/shared-gateway'],
        http: [
          {
            ...(version
              ? { match: [{ uri: { prefix: `/v${version}` } }] }
              : {}),
            route: [{ destination: { host: name, port: { number: 80 } } }],
          },
        ],
      },
    }),
    ...buildPolicies(namespace, name, host, profile),
  ];
}

function buildPolicies(
  namespace: string,
  name: string,
  host: string,
  profile: Profile,
): object[] {
  if (profile === 'none') {
    return [];
  }
  const authentication = requestAuthentication(namespace, `${name}-jwt`, {
    app: name,
  });
  if (profile === 'validated-only') {
    return [authentication];
  }
  const exempt = profile === 'exempt-path' ? ['/healthz'] : [];
  return [
    authentication,
    authorizationPolicy(
      'edge',
      `${name}-jwt`,
      { istio: 'shared-gateway' },
      {
        action: 'DENY',
        rules: [
          {
            from: [{ source: { notRequestPrincipals: [`${ISSUER}/*`] } }],
            to: [
              {
                operation: {
                  hosts: [host, `${host}:*`],
                  ports: ['8080'],
                  ...(exempt.length > 0 ? { notPaths: exempt } : {}),
                },
              },
            ],
          },
        ],
      },
    ),
    authorizationPolicy(
      namespace,
      `${name}-jwt`,
      { app: name },
      {
        action: 'ALLOW',
        rules: [
          { from: [{ source: { requestPrincipals: [`${ISSUER}/*`] } }] },
          ...exempt.map(path => ({ to: [{ operation: { paths: [path] } }] })),
        ],
      },
    ),
  ];
}

function buildPod(
  namespace: string,
  app: string,
  labels: Record<string, string>,
  role: 'router' | 'sidecar',
  address: number,
  number = 0,
): object {
  const proxy = {
    name: 'istio-proxy',
    image: 'proxyv2',
    args: ['proxy', role],
  };
  const container = {
    name: app,
    image: `registry.example.com/${app}:1`,
    ports: [{ name: 'http', containerPort: 8080 }],
  };
  return build('v1', 'Pod', namespace, `${app}-${number}`, {
    labels,
    spec: {
      serviceAccountName: app,
      containers: role === 'router' ? [proxy] : [container, proxy],
    },
    status: {
      phase: 'Running',
      podIP: `10.${100 + (address >> 16)}.${(address >> 8) & 255}.${
        address & 255
      }`,
    },
  });
}

function requestAuthentication(
  namespace: string,
  name: string,
  matchLabels: Record<string, string>,
): object {
  return build(
    'security.istio.io/v1',
    'RequestAuthentication',
    namespace,
    name,
    {
      spec: {
        selector: { matchLabels },
        jwtRules: [
          { issuer: ISSUER, jwksUri: JWKS_URI, forwardOriginalToken: true },
        ],
      },
    },
  );
}

function authorizationPolicy(
  namespace: string,
  name: string,
  matchLabels: Record<string, string>,
  spec: object,
): object {
  return build('security.istio.io/v1', 'AuthorizationPolicy', namespace, name, {
    spec: { selector: { matchLabels }, ...spec },
  });
}

export function drawProfile(random: number): Profile {
  let rest = random * 100;
  for (const { profile, share } of PROFILES) {
    rest -= share;
    if (rest < 0) {
      return profile;
    }
  }
  return 'none';
}

/** mulberry32: small, fast, and the same on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
