/**
 * DestinationRules at random, by which a gateway connects to a sidecar with mutual TLS or without; the sidecar's policies
 * show which.
 */
import type { Manifest } from '../kube.ts';
import type { MeshDraw } from './meshBench.ts';
import { NAMESPACE } from './meshTopology.ts';
import { onServer } from './meshWords.ts';
import { generateMutualTls } from './policies.ts';
import type { Random } from './random.ts';
import { VIRTUAL_SERVICES } from './routing.ts';

type Fields = Record<string, unknown>;

const FULL = `server.${NAMESPACE}.svc.cluster.local`;
const HOSTS = [
  FULL,
  FULL,
  'server',
  `*.${NAMESPACE}.svc.cluster.local`,
  '*.svc.cluster.local',
  '*.local',
  '*',
  `server.${NAMESPACE}`,
  'other',
];
const PLACES = [NAMESPACE, NAMESPACE, NAMESPACE, 'istio-system', 'default'];
const EXPORTS = [['.'], ['*'], [NAMESPACE], ['istio-system'], ['default']];
const MODES = ['DISABLE', 'DISABLE', 'ISTIO_MUTUAL', 'ISTIO_MUTUAL', undefined];

const pickTls = (random: Random): Fields => {
  const mode = random.pick(MODES);
  return { tls: mode === undefined ? {} : { mode } };
};

/** Settings without TLS are as good as none, but for what they hide. */
const pickSettings = (random: Random): Fields =>
  random.chance(0.75)
    ? pickTls(random)
    : { loadBalancer: { simple: 'RANDOM' } };

function pickPolicy(random: Random): Fields {
  const portLevelSettings = random
    .some([80, 81], 1, 2)
    .map(number => ({ port: { number }, ...pickSettings(random) }));
  return {
    ...(random.chance(0.8) ? pickSettings(random) : {}),
    ...(random.chance(0.25) ? { portLevelSettings } : {}),
  };
}

function pickRule(random: Random, name: string): Manifest {
  const policy = random.chance(0.92)
    ? { trafficPolicy: pickPolicy(random) }
    : {};
  const workloads = random.chance(0.1)
    ? {
        workloadSelector: {
          matchLabels: random.pick<object>([
            { istio: 'compare-gateway' },
            { app: 'other' },
          ]),
        },
      }
    : {};
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace: random.pick(PLACES) },
    spec: {
      host: random.pick(HOSTS),
      ...policy,
      ...workloads,
      ...(random.chance(0.3) ? { exportTo: random.pick(EXPORTS) } : {}),
    },
  };
}

/** Whoever shows an identity is told from who shows none. */
function pickWitness(random: Random): Manifest[] {
  const spec = random.pick<Fields | undefined>([
    undefined,
    { rules: [{ from: [{ source: { principals: ['*'] } }] }] },
    { rules: [{ from: [{ source: { namespaces: [NAMESPACE] } }] }] },
    {
      action: 'DENY',
      rules: [{ from: [{ source: { principals: ['*/sa/gateway'] } }] }],
    },
  ]);
  if (!spec) return [];
  return [
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: '$GENERATION-witness', namespace: NAMESPACE },
      spec: { ...onServer, ...spec },
    },
  ];
}

export const DESTINATION_RULES: MeshDraw = {
  title: 'how a gateway connects to a sidecar',
  generate: random => [
    ...Array.from({ length: random.pick([1, 1, 2, 2, 3]) }, (_, index) =>
      pickRule(random, `$GENERATION-dr${index}`),
    ),
    ...generateMutualTls(random, {
      namespace: NAMESPACE,
      selector: onServer.selector,
      ports: ['8080'],
    }),
    ...pickWitness(random),
  ],
  callers: [{ name: 'gateway', hosts: ['h.example.com'] }],
  // All are answered alike, but for what no proxy reads.
  requestsPerSet: 6,
  routing: VIRTUAL_SERVICES,
};
