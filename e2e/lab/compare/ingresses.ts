/** Ingresses at random, now and then with an older way to the same hosts beside them. */
import type { Manifest } from '../kube.ts';
import { INGRESS } from '../topology/workloads.ts';
import type { Fields } from './apiParents.ts';
import { NAMESPACE } from './meshTopology.ts';
import type { Random } from './random.ts';

export const INGRESS_CERTIFICATE = 'compare-ingress';
/** An IngressClass of Istio's. */
export const INGRESS_CLASS = 'compare-istio';
/** A Service that is not there. */
export const MISSING = 'missing';

/** Services by namespace: an Ingress leads to those of its own alone. */
const SERVICES: Record<string, readonly string[]> = {
  default: ['backend', 'frontend', 'stranger', 'echo', MISSING],
  [NAMESPACE]: ['server'],
};

const HOSTS = [
  undefined,
  'h.example.com',
  'h.example.com',
  'h.example.com',
  '*.example.com',
  'a.example.com',
  '*.b.example.com',
  'other.test',
];
const PATHS: readonly Fields[] = [
  ...['/', '/', '/api', '/api/', '/a', '/a/b', '/healthz', '/API', '/d'].map(
    path => ({ path, pathType: 'Prefix' }),
  ),
  ...['/', '/healthz', '/api', '/api/', '/api/v1/users', '/a/b/c'].map(
    path => ({ path, pathType: 'Exact' }),
  ),
  ...['/*', '/api/*', '/a.*', '/.*', '/d', '/healthz*'].map(path => ({
    path,
    pathType: 'ImplementationSpecific',
  })),
  { pathType: 'ImplementationSpecific' },
];
const STATUS = 299;

function pickBackend(random: Random, services: readonly string[]): Fields {
  const port = random.pick<Fields>([
    { number: 80 },
    { number: 80 },
    { name: 'http' },
    { name: 'none' },
  ]);
  return { service: { name: random.pick(services), port } };
}

function pickRule(random: Random, services: readonly string[]): Fields {
  const host = random.pick(HOSTS);
  const paths = Array.from({ length: 1 + random.int(3) }, () => ({
    ...random.pick(PATHS),
    backend: pickBackend(random, services),
  }));
  return {
    ...(host === undefined ? {} : { host }),
    ...(random.chance(0.95) && { http: { paths } }),
  };
}

function pickTls(random: Random): Fields {
  const hosts = random.some(
    HOSTS.flatMap(host => host ?? []),
    1,
    2,
  );
  return {
    ...(random.chance(0.9) && { hosts: [...new Set(hosts)] }),
    ...(random.chance(0.9) && { secretName: INGRESS_CERTIFICATE }),
  };
}

/** What says whose an Ingress is: nearly always Istio's. */
function pickClass(random: Random): { metadata: Fields; spec: Fields } {
  const annotated = (name: string) => ({
    metadata: { annotations: { 'kubernetes.io/ingress.class': name } },
    spec: {},
  });
  if (random.chance(0.6)) return annotated('istio');
  if (random.chance(0.15)) return annotated('nginx');
  const ingressClassName = random.pick([INGRESS_CLASS, INGRESS_CLASS, 'none']);
  return { metadata: {}, spec: { ingressClassName } };
}

function describeIngress(random: Random, name: string): Manifest {
  const namespace = random.pick(['default', 'default', NAMESPACE]);
  const services = SERVICES[namespace];
  const { metadata, spec } = pickClass(random);
  const tls = Array.from({ length: random.pick([0, 0, 1, 2]) }, () =>
    pickTls(random),
  );
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, ...metadata },
    spec: {
      ...spec,
      ...(tls.length > 0 ? { tls } : {}),
      ...(random.chance(0.1) && {
        defaultBackend: pickBackend(random, services),
      }),
      rules: Array.from({ length: 1 + random.int(3) }, () =>
        pickRule(random, services),
      ),
    },
  };
}

/** A Gateway and its VirtualService before the same proxy. */
function describeClassic(random: Random): Manifest[] {
  const apiVersion = 'networking.istio.io/v1';
  const metadata = { name: '$GENERATION-c', namespace: 'default' };
  const hosts = [random.pick(HOSTS) ?? '*'];
  const condition = random.chance(0.5)
    ? {}
    : { match: [{ uri: { prefix: random.pick(['/api', '/a', '/']) } }] };
  const secure = {
    port: { number: 443, name: 'https', protocol: 'HTTPS' },
    hosts,
    tls: { mode: 'SIMPLE', credentialName: INGRESS_CERTIFICATE },
  };
  const plain = { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts };
  return [
    {
      apiVersion,
      kind: 'Gateway',
      metadata,
      spec: {
        selector: { istio: INGRESS.labels.istio },
        servers: random.some([plain, secure], 1, 2),
      },
    },
    {
      apiVersion,
      kind: 'VirtualService',
      metadata,
      spec: {
        hosts,
        gateways: ['$GENERATION-c'],
        http: [{ ...condition, directResponse: { status: STATUS } }],
      },
    },
  ];
}

/** Up to four Ingresses, of two namespaces. */
export function generateIngresses(random: Random): Manifest[] {
  const ingresses = random
    .some(['a', 'a-b', 'b', 'c', 'd'], 1, 4)
    .map(name => describeIngress(random, `$GENERATION-${name}`));
  return [
    ...ingresses,
    ...(random.chance(0.35) ? describeClassic(random) : []),
  ];
}
