import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { assessService, parseObjects } from '../../lab/compare/engine.ts';
import {
  addToMeshConfig,
  describeMeshConfig,
} from '../../lab/compare/meshConfig.ts';
import type { Manifest } from '../../lab/kube.ts';
import { readMesh } from './planOnLab.ts';
import { ownLabOnly } from './portalSupport.ts';
import {
  describeBaseMesh,
  openHarness,
  settle,
  type Harness,
} from './support.ts';

const SERVICE = { namespace: 'default', name: 'backend' };
const ANNOTATION = 'kubernetes.io/ingress.class';

const hostOf = (name: string) => `${name}.modes.example.com`;

const ingressClass = (name: string, controller: string): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name },
  spec: { controller },
});

const ingress = (name: string, ingressClassName?: string): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: SERVICE.namespace },
  spec: {
    ...(ingressClassName ? { ingressClassName } : {}),
    rules: [
      {
        host: hostOf(name),
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: {
                service: { name: SERVICE.name, port: { name: 'http' } },
              },
            },
          ],
        },
      },
    ],
  },
});
const annotated = (name: string, value: string): Manifest => {
  const object = ingress(name);
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { [ANNOTATION]: value } },
  };
};
const INGRESSES = [
  ingress('no-class'),
  annotated('by-istio', 'istio'),
  annotated('by-own', 'own'),
  annotated('by-nginx', 'nginx'),
  ingress('of-istio', 'istio'),
  ingress('of-nginx', 'nginx'),
  ingress('of-nobody', 'nobody'),
];
const NAMES = INGRESSES.map(({ metadata }) => metadata!.name!);

/** What istiod serves by each mesh config; the engine may not know of some. */
const MODES: [meshConfig: string, served: string[], unsure?: string[]][] = [
  ['ingressControllerMode: STRICT', ['by-istio', 'of-istio']],
  ['ingressControllerMode: STRICT\ningressClass: own', ['by-own', 'of-istio']],
  [
    'ingressControllerMode: DEFAULT',
    ['no-class', 'by-istio', 'of-istio', 'of-nobody'],
    ['of-nobody'],
  ],
  // istiod was started with another mode: else it serves none.
  ['ingressControllerMode: "OFF"', ['of-istio'], ['of-istio']],
];

describe('which Ingresses istiod serves', ownLabOnly, () => {
  let h: Harness;
  let restoreMeshConfig = () => {};

  before(async () => {
    h = await openHarness();
    await h.apply(
      ...describeBaseMesh(),
      ingressClass('istio', 'istio.io/ingress-controller'),
      ingressClass('nginx', 'k8s.io/ingress-nginx'),
      ...INGRESSES,
    );
  });
  afterEach(() => {
    restoreMeshConfig();
    restoreMeshConfig = () => {};
  });
  after(() => h.cleanUp());

  async function judge(): Promise<Map<string, string>> {
    const mesh = await readMesh(h.lab.kube);
    for (const each of parseObjects([describeMeshConfig()]).resources) {
      mesh.apply(each);
    }
    const { waysIn } = assessService(mesh, SERVICE);
    return new Map(
      waysIn
        .filter(({ route }) => route?.kind === 'Ingress')
        .map(({ route, state }) => [route!.name, state]),
    );
  }

  const ask = (name: string) => () => h.atGateway(hostOf(name));
  async function check(
    meshConfig: string,
    served: readonly string[],
    unsure: readonly string[],
  ) {
    restoreMeshConfig = await addToMeshConfig(meshConfig);
    const found = await judge();
    for (const name of NAMES) {
      const isServed = served.includes(name);
      await settle(ask(name), isServed ? 200 : 404);
      const expected = isServed ? 'open' : undefined;
      const told = unsure.includes(name) ? 'unknown' : expected;
      assert.deepEqual([name, found.get(name)], [name, told]);
    }
  }

  for (const [meshConfig, served, unsure = []] of MODES) {
    test(`by ${meshConfig.replace('\n', ', ')}`, () =>
      check(meshConfig, served, unsure));
  }
});
