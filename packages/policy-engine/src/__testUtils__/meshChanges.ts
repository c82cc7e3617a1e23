import fc from 'fast-check';
import { Resource } from '..';
import { authentication, policyFor } from './arbitraries';

/**
 * Objects of every kind that the engine reads, from small alphabets, so that they meet, replace each other
 * and refer to one another.
 */

const NAMESPACES = ['default', 'other'] as const;
const SERVICES = ['backend', 'frontend'] as const;
const ROUTE_HOSTS = ['*', 'h.example.com', '*.example.com'] as const;
const GATEWAY_API = 'gateway.networking.k8s.io/v1';

const of = fc.constantFrom;
const namespace = of(...NAMESPACES);
const service = of(...SERVICES);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined });
const one = <T>(arbitrary: fc.Arbitrary<T>, max = 2) =>
  fc.array(arbitrary, { minLength: 1, maxLength: max });

function build(
  apiVersion: string,
  kind: string,
  place: Resource['metadata'],
  rest: object,
): Resource {
  // As YAML leaves out what is not there.
  return JSON.parse(
    JSON.stringify({ apiVersion, kind, metadata: place, ...rest }),
  );
}

const server = fc.record({
  port: of(
    { number: 80, name: 'http', protocol: 'HTTP' },
    { number: 8080, name: 'http-alt', protocol: 'HTTP' },
    { number: 443, name: 'https', protocol: 'HTTPS' },
    { number: 443, name: 'tcp', protocol: 'TCP' },
  ),
  bind: maybe(of('127.0.0.1', '0.0.0.0')),
  hosts: one(of(...ROUTE_HOSTS, 'default/*', './h.example.com')),
  tls: maybe(
    of(
      { mode: 'SIMPLE', credentialName: 'c' },
      { mode: 'PASSTHROUGH' },
      { mode: 'MUTUAL', credentialName: 'c' },
      { httpsRedirect: true },
      {},
    ),
  ),
});

/** When an object was made. */
const created = maybe(of('2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'));

const gateway = fc
  .record({
    name: of('gw', 'gw2'),
    namespace: of('default', 'istio-system'),
    creationTimestamp: created,
    selector: of(
      { istio: 'ingressgateway' },
      { istio: 'egress' },
      { 'gateway.networking.k8s.io/gateway-name': 'web' },
      {},
    ),
    servers: fc.array(server, { maxLength: 2 }),
  })
  .map(({ name, namespace: home, creationTimestamp, ...spec }) =>
    build(
      'networking.istio.io/v1',
      'Gateway',
      { name, namespace: home, creationTimestamp },
      { spec },
    ),
  );

const buildIstiod = (name: string, container: object, labels = {}) =>
  build(
    'v1',
    'Pod',
    { name, namespace: 'istio-system', labels: { app: 'istiod', ...labels } },
    { spec: { containers: [{ name: 'discovery', ...container }] } },
  );

/** Of some version: newer ones merge more, and keep more apart. */
const controlPlane = fc
  .record({
    version: of('1.29.0', '1.30.0', '1.31.0'),
    setting: of<object[]>(
      [],
      [],
      [{ name: 'PILOT_ENABLE_STRICT_GATEWAY_MERGING', value: 'false' }],
      [{ name: 'PILOT_SCOPE_GATEWAY_TO_NAMESPACE', value: 'true' }],
      [{ name: 'PILOT_SCOPE_GATEWAY_TO_NAMESPACE', valueFrom: {} }],
      [{ name: 'ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY', value: '0' }],
    ),
    isAmbient: of('true', 'true', 'false'),
  })
  .map(({ version, setting, isAmbient }) =>
    buildIstiod('istiod-0', {
      image: `istio/pilot:${version}`,
      env: [{ name: 'PILOT_ENABLE_AMBIENT', value: isAmbient }, ...setting],
    }),
  );

const apiGateway = fc
  .record({
    name: of('web', 'waypoint'),
    gatewayClassName: of('istio', 'istio-waypoint', 'theirs'),
    listeners: one(
      fc.record({
        name: of('http', 'mesh'),
        port: of(80, 15008),
        protocol: of('HTTP', 'HBONE'),
        hostname: maybe(of('h.example.com', '*.example.com')),
        allowedRoutes: maybe(of({ namespaces: { from: 'All' } })),
      }),
    ),
    allowedListeners: maybe(
      of({ namespaces: { from: 'All' } }, { namespaces: { from: 'Same' } }),
    ),
  })
  .map(({ name, ...spec }) =>
    build(GATEWAY_API, 'Gateway', { name, namespace: 'default' }, { spec }),
  );

const listenerSet = fc
  .record({
    namespace,
    parentRef: of({ name: 'web', namespace: 'default' }, { name: 'waypoint' }),
    listeners: one(
      fc.record({
        name: of('http', 'more'),
        port: maybe(of(80, 8080)),
        protocol: of('HTTP', 'TCP'),
        hostname: maybe(of('x.example.com', '*.example.com')),
        allowedRoutes: maybe(of({ namespaces: { from: 'All' } })),
      }),
    ),
  })
  .map(({ namespace: home, ...spec }) =>
    build(
      GATEWAY_API,
      'ListenerSet',
      { name: 'set', namespace: home },
      { spec },
    ),
  );

/** What routes lead to: a Service, or another name of one. */
const routed = fc.oneof({ weight: 4, arbitrary: service }, of('alias'));

const apiRoute = fc
  .record({
    kind: of('HTTPRoute', 'HTTPRoute', 'GRPCRoute'),
    name: of('r', 'r2'),
    namespace,
    parentRefs: one(
      of(
        { name: 'web', namespace: 'default' },
        { kind: 'ListenerSet', name: 'set', namespace: 'default' },
        { group: '', kind: 'Service', name: 'backend' },
      ),
      1,
    ),
    hostnames: maybe(one(of('h.example.com', 'x.example.com'))),
    rules: one(
      fc.record({
        matches: maybe(
          of(
            [{ path: { type: 'PathPrefix', value: '/api' } }],
            [{ method: { service: 'api' } }],
          ),
        ),
        backendRefs: one(
          fc.record({
            name: routed,
            namespace: maybe(namespace),
            port: of(80),
          }),
          1,
        ),
      }),
    ),
  })
  .map(({ kind, name, namespace: home, ...spec }) =>
    build(GATEWAY_API, kind, { name, namespace: home }, { spec }),
  );

const grant = of(
  build(
    'gateway.networking.k8s.io/v1beta1',
    'ReferenceGrant',
    { name: 'grant', namespace: 'default' },
    {
      spec: {
        from: [
          {
            group: 'gateway.networking.k8s.io',
            kind: 'HTTPRoute',
            namespace: 'other',
          },
        ],
        to: [{ group: '', kind: 'Service' }],
      },
    },
  ),
);

const alias = fc
  .record({ name: of('backend', 'frontend', 'alias'), namespace })
  .map(({ name, namespace: home }) =>
    build(
      'v1',
      'Service',
      { name: 'alias', namespace: 'default' },
      {
        spec: {
          type: 'ExternalName',
          externalName: `${name}.${home}.svc.cluster.local`,
        },
      },
    ),
  );

const destination = fc.tuple(routed, namespace).map(([name, home]) => ({
  destination: {
    host: `${name}.${home}.svc.cluster.local`,
    port: { number: 80 },
  },
}));

const httpRoute = fc.record({
  match: maybe(
    one(
      of({ uri: { prefix: '/api' } }, { uri: { exact: '/' } }, { port: 80 }),
      1,
    ),
  ),
  route: one(destination),
});

const virtualService = fc
  .record({
    name: of('vs', 'vs2'),
    namespace,
    creationTimestamp: created,
    // Without hosts it is a delegate.
    hosts: fc.oneof(
      {
        weight: 8,
        arbitrary: one(
          of(...ROUTE_HOSTS, 'backend', 'backend.default.svc.cluster.local'),
        ),
      },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    gateways: maybe(
      one(of('gw', 'gw2', 'istio-system/gw', 'default/gw', 'mesh')),
    ),
    exportTo: maybe(of(['.'], ['*'])),
    http: one(
      fc.oneof(
        { weight: 4, arbitrary: httpRoute },
        {
          weight: 1,
          arbitrary: of<object>(
            { delegate: { name: 'vs2', namespace: 'other' } },
            { redirect: { uri: '/x' } },
          ),
        },
      ),
    ),
  })
  .map(({ name, namespace: home, creationTimestamp, ...spec }) =>
    build(
      'networking.istio.io/v1',
      'VirtualService',
      { name, namespace: home, creationTimestamp },
      { spec },
    ),
  );

const destinationRule = fc
  .record({
    namespace: of('default', 'istio-system'),
    host: of('backend', 'backend.default.svc.cluster.local', '*'),
    mode: of('DISABLE', 'ISTIO_MUTUAL', 'SIMPLE'),
    ofPort: maybe(of('DISABLE', 'SIMPLE')),
    ofSubset: maybe(of('DISABLE', 'ISTIO_MUTUAL')),
    exportTo: maybe(of(['.'], ['*'])),
  })
  .map(({ namespace: home, host, mode, ofPort, ofSubset, exportTo }) =>
    build(
      'networking.istio.io/v1',
      'DestinationRule',
      { name: 'rule', namespace: home },
      {
        spec: {
          host,
          exportTo,
          trafficPolicy: {
            tls: { mode },
            portLevelSettings: ofPort && [
              { port: { number: 80 }, tls: { mode: ofPort } },
            ],
          },
          subsets: ofSubset && [
            { name: 'v1', trafficPolicy: { tls: { mode: ofSubset } } },
          ],
        },
      },
    ),
  );

const backendTlsPolicy = fc
  .record({
    namespace,
    name: of('backend', 'frontend'),
    sectionName: maybe(of('http', 'other')),
    annotations: maybe(of({ 'istio.io/ignore-policy-attachment': 'true' })),
  })
  .map(({ namespace: home, annotations, ...target }) =>
    build(
      GATEWAY_API,
      'BackendTLSPolicy',
      { name: 'tls', namespace: home, annotations },
      {
        spec: {
          targetRefs: [{ group: '', kind: 'Service', ...target }],
          validation: { hostname: 'h', wellKnownCACertificates: 'System' },
        },
      },
    ),
  );

const peerAuthentication = fc
  .record({
    namespace: of('default', 'istio-system'),
    selector: maybe(of({ matchLabels: { app: 'backend' } })),
    mode: of('STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'),
  })
  .map(({ namespace: home, selector, mode }) =>
    build(
      'security.istio.io/v1',
      'PeerAuthentication',
      { name: selector ? 'some' : 'default', namespace: home },
      { spec: { selector, mtls: { mode } } },
    ),
  );

/** Of a whole namespace, of the root namespace, and by reference. */
const widePolicy = fc
  .record({
    namespace: of('default', 'other', 'istio-system'),
    action: of('ALLOW', 'DENY'),
    targetRefs: maybe(
      of(
        [{ group: '', kind: 'Service', name: 'backend' }],
        [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web' }],
      ),
    ),
    rules: of<object[]>(
      [],
      [{}],
      [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
    ),
  })
  .map(({ namespace: home, ...spec }) =>
    build(
      'security.istio.io/v1',
      'AuthorizationPolicy',
      { name: 'wide', namespace: home },
      { spec },
    ),
  );

const sidecar = fc
  .record({
    workloadSelector: maybe(of({ labels: { app: 'frontend' } })),
    egress: maybe(of([{ hosts: ['./*'] }], [{ hosts: ['other/*'] }])),
    ingress: maybe(
      of([
        {
          port: { number: 8080, protocol: 'HTTP', name: 'http' },
          defaultEndpoint: '127.0.0.1:8080',
        },
      ]),
    ),
  })
  .map(spec =>
    build(
      'networking.istio.io/v1',
      'Sidecar',
      { name: 'sidecar', namespace: 'default' },
      { spec },
    ),
  );

const serviceEntry = fc
  .record({
    hosts: one(of('backend.default.svc.cluster.local', 'ext.example.com'), 1),
    location: of('MESH_INTERNAL', 'MESH_EXTERNAL'),
    workloadSelector: maybe(of({ labels: { app: 'backend' } })),
    endpoints: maybe(of([{ address: '10.0.0.1' }])),
  })
  .map(spec =>
    build(
      'networking.istio.io/v1',
      'ServiceEntry',
      { name: 'entry', namespace: 'default' },
      {
        spec: {
          ...spec,
          ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
          resolution: 'STATIC',
        },
      },
    ),
  );

const opaque = fc
  .record({
    kind: of('EnvoyFilter', 'WasmPlugin', 'TrafficExtension'),
    namespace: of('default', 'istio-system'),
    labels: maybe(of({ app: 'backend' }, { istio: 'ingressgateway' })),
  })
  .map(({ kind, namespace: home, labels }) =>
    build(
      kind === 'EnvoyFilter'
        ? 'networking.istio.io/v1alpha3'
        : 'extensions.istio.io/v1alpha1',
      kind,
      { name: 'opaque', namespace: home },
      {
        spec:
          kind === 'EnvoyFilter'
            ? { workloadSelector: labels && { labels }, configPatches: [] }
            : { selector: labels && { matchLabels: labels } },
      },
    ),
  );

const ingressRule = fc
  .record({
    host: maybe(of('h.test', '*.test')),
    path: of('/', '/x'),
    pathType: of('Prefix', 'Exact'),
    service: of('backend', 'frontend'),
    port: of<object>({ number: 80 }, { name: 'http' }),
  })
  .map(({ host, path, pathType, service: name, port }) => ({
    host,
    http: {
      paths: [{ path, pathType, backend: { service: { name, port } } }],
    },
  }));

const ingress = fc
  .record({
    name: of('front', 'other'),
    namespace,
    creationTimestamp: maybe(of('2026-01-01T00:00:00Z')),
    annotations: of(
      { 'kubernetes.io/ingress.class': 'istio' },
      { 'kubernetes.io/ingress.class': 'istio' },
      undefined,
    ),
    ingressClassName: maybe(of('istio', 'mesh')),
    tls: maybe(of([{ hosts: ['h.test'], secretName: 's' }])),
    rules: fc.array(ingressRule, { maxLength: 3 }),
  })
  .map(({ ingressClassName, tls, rules, ...metadata }) =>
    build('networking.k8s.io/v1', 'Ingress', metadata, {
      spec: { ingressClassName, tls, rules },
    }),
  );

const workloadEntry = fc
  .record({
    labels: maybe(of({ app: 'backend' })),
    own: maybe(of({ app: 'frontend' })),
  })
  .map(({ labels, own }) =>
    build(
      'networking.istio.io/v1',
      'WorkloadEntry',
      { name: 'machine', namespace: 'default', labels: own },
      { spec: { address: '192.0.2.7', labels } },
    ),
  );

const ingressClass = of(
  'istio.io/ingress-controller',
  'example.com/ingress',
).map(controller =>
  build(
    'networking.k8s.io/v1',
    'IngressClass',
    { name: 'mesh' },
    { spec: { controller } },
  ),
);

const namespaceObject = fc
  .record({
    name: namespace,
    labels: of<Record<string, string>>(
      {},
      { 'istio-injection': 'enabled' },
      { 'istio.io/dataplane-mode': 'ambient' },
      {
        'istio.io/dataplane-mode': 'ambient',
        'istio.io/use-waypoint': 'waypoint',
      },
    ),
  })
  .map(place => build('v1', 'Namespace', place, {}));

const pod = fc
  .record({
    namespace,
    app: of('backend', 'frontend'),
    number: of(0, 1),
    containers: of(
      [{ name: 'app' }],
      [{ name: 'app' }, { name: 'istio-proxy' }],
      [
        { name: 'app', ports: [{ name: 'http', containerPort: 8080 }] },
        { name: 'istio-proxy', args: ['proxy', 'sidecar'] },
      ],
    ),
    phase: of('Running', 'Succeeded'),
    podIP: maybe(of('10.0.0.1', '10.0.0.2')),
  })
  .map(({ namespace: home, app, number, containers, ...status }) =>
    build(
      'v1',
      'Pod',
      { name: `${app}-${number}`, namespace: home, labels: { app } },
      { spec: { serviceAccountName: app, containers }, status },
    ),
  );

const gatewayPod = fc
  .record({
    number: of(0, 1),
    labels: of(
      { app: 'istio-ingressgateway', istio: 'ingressgateway' },
      { app: 'istio-ingressgateway', istio: 'egress' },
    ),
  })
  .map(({ number, labels }) =>
    build(
      'v1',
      'Pod',
      {
        name: `istio-ingressgateway-${number}`,
        namespace: 'istio-system',
        labels,
      },
      {
        spec: {
          serviceAccountName: 'istio-ingressgateway',
          containers: [{ name: 'istio-proxy', args: ['proxy', 'router'] }],
        },
        status: { phase: 'Running' },
      },
    ),
  );

const serviceObject = fc
  .record({
    name: service,
    namespace,
    labels: maybe(of({ 'istio.io/use-waypoint': 'waypoint' })),
    type: maybe(of('ClusterIP', 'NodePort')),
    selector: maybe(of({ app: 'backend' }, { app: 'frontend' })),
    port: of(
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'http', port: 80, targetPort: 'http' },
      { name: 'tcp', port: 80 },
    ),
  })
  .map(({ name, namespace: home, labels, port, ...spec }) =>
    build(
      'v1',
      'Service',
      { name, namespace: home, ...(labels ? { labels } : {}) },
      { spec: { ...spec, ports: [port] } },
    ),
  );

const meshConfig = of(
  '{}',
  'rootNamespace: other',
  'trustDomain: td.example',
  'trustDomainAliases: [old.example]',
  'pathNormalization: {normalization: DECODE_AND_MERGE_SLASHES}',
  'outboundTrafficPolicy: {mode: REGISTRY_ONLY}',
  'defaultVirtualServiceExportTo: ["."]',
  'enableAutoMtls: false',
).map(mesh =>
  build(
    'v1',
    'ConfigMap',
    { name: 'istio', namespace: 'istio-system' },
    { data: { mesh } },
  ),
);

/** Gateways, who serves them, and the routes through them. */
export const routeObject: fc.Arbitrary<Resource> = fc.oneof(
  { weight: 4, arbitrary: gateway },
  { weight: 4, arbitrary: virtualService },
  { weight: 2, arbitrary: apiGateway },
  { weight: 2, arbitrary: apiRoute },
  listenerSet,
  controlPlane,
  gatewayPod,
  serviceObject,
);

/** Any object that may come, go, or change. */
export const meshObject: fc.Arbitrary<Resource> = fc.oneof(
  { weight: 3, arbitrary: gateway },
  { weight: 3, arbitrary: virtualService },
  { weight: 2, arbitrary: policyFor() },
  { weight: 2, arbitrary: authentication },
  { weight: 2, arbitrary: apiGateway },
  { weight: 2, arbitrary: apiRoute },
  listenerSet,
  { weight: 2, arbitrary: pod },
  { weight: 2, arbitrary: serviceObject },
  widePolicy,
  grant,
  destinationRule,
  backendTlsPolicy,
  peerAuthentication,
  sidecar,
  serviceEntry,
  workloadEntry,
  alias,
  ingress,
  ingressClass,
  opaque,
  namespaceObject,
  gatewayPod,
  controlPlane,
  meshConfig,
);

const REVISIONS = ['default', 'canary'] as const;

const istiod = of(...REVISIONS).map(revision =>
  buildIstiod(`istiod-${revision}`, {}, { 'istio.io/rev': revision }),
);

const selectedNamespace = fc
  .record({
    name: of('default', 'other', 'istio-system'),
    labels: of<Record<string, string>>({ team: 'shop' }, { team: 'bank' }, {}),
  })
  .map(place => build('v1', 'Namespace', place, {}));

const selectors = of(
  '{}',
  '{discoverySelectors: [{matchLabels: {team: shop}}]}',
  '{discoverySelectors: [{matchExpressions: [{key: team, operator: Exists}]}]}',
).map(mesh =>
  build(
    'v1',
    'ConfigMap',
    { name: 'istio', namespace: 'istio-system' },
    { data: { mesh } },
  ),
);

const revisioned = fc
  .tuple(
    fc.oneof(policyFor(), authentication, virtualService, gateway),
    of(...REVISIONS),
  )
  .map(
    ([{ metadata, ...rest }, revision]): Resource => ({
      ...rest,
      metadata: { ...metadata, labels: { 'istio.io/rev': revision } },
    }),
  );

/** What decides which objects istiod reads, and objects that it may not read. */
export const scopeObject: fc.Arbitrary<Resource> = fc.oneof(
  { weight: 2, arbitrary: selectedNamespace },
  { weight: 2, arbitrary: revisioned },
  policyFor(),
  virtualService,
  istiod,
  selectors,
);
