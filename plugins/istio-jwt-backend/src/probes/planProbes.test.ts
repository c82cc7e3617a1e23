import { Mesh } from 'istio-jwt-policy-engine';
import { parseLabelSelector } from '../entity/parseLabelSelector';
import { assessEntity } from '../status/assessEntity';
import {
  gatewayYaml,
  meshOf,
  mirrorOf,
  podYaml,
  routeYaml,
  serviceYaml,
  tokenRequired,
} from '../testing/meshFixture';
import { boundPlans, planProbes, WayInPlan } from './planProbes';
import { VectorContext } from './vectors';

const target = (probePaths: string[] = []) => ({
  selector: parseLabelSelector('app=shop')!,
  selectorText: 'app=shop',
  owners: [],
  hosts: [],
  probePaths,
});

function plan(mesh: Mesh, cluster: object = {}, paths?: string[]): WayInPlan[] {
  const mirror = mirrorOf(mesh, cluster);
  return planProbes(target(paths), assessEntity(target(paths), [mirror], []));
}

const base = () => [
  serviceYaml('shop'),
  podYaml('shop'),
  podYaml('edge', 'istio-system'),
  gatewayYaml('edge'),
];

/** Requests without a token, besides the usual one, or why they are not sent. */
async function listWitnesses({ probes, host }: WayInPlan): Promise<string[]> {
  const plain = probes.filter(({ vector }) => vector.id === 'no-token');
  const made = plain
    .filter(({ vector }) => vector.title !== 'No token')
    .map(async ({ vector }) => {
      const request = await vector.makeRequest({ host } as VectorContext);
      return request.kind === 'request'
        ? `GET ${request.path}`
        : `${vector.title}: ${request.reason}`;
    });
  return Promise.all(made);
}

describe('planProbes', () => {
  it('probes a service at every gateway and host that leads to it', () => {
    const plans = plan(
      meshOf(
        ...base(),
        podYaml('second', 'istio-system'),
        gatewayYaml('second'),
        routeYaml('shop', 'edge, second'),
        routeYaml('other', 'second'),
        tokenRequired('edge', 'istio-system'),
      ),
    );
    const gateways = plans.filter(({ wayIn }) => wayIn.kind === 'gateway');
    expect(
      gateways
        .map(({ wayIn, host }) => `${wayIn.hops[0].proxy.name} ${host}`)
        .sort(),
    ).toEqual([
      'edge shop.example.com',
      'second other.example.com',
      'second shop.example.com',
    ]);
    for (const { probes } of gateways) {
      expect(probes.map(({ vector }) => vector.id)).toEqual(
        expect.arrayContaining(['no-token', 'valid-token', 'forged']),
      );
    }
  });

  it('gives every way in its share of a bounded run, what says most first', () => {
    const whole = plan(
      meshOf(
        ...base(),
        ...Array.from({ length: 30 }, (_, n) => routeYaml(`shop${n}`, 'edge')),
        tokenRequired('edge', 'istio-system'),
      ),
    );
    const plans = boundPlans(whole);
    expect(plans).toHaveLength(31);
    const total = plans.reduce((sum, { probes }) => sum + probes.length, 0);
    expect(total).toBeLessThanOrEqual(600);
    for (const [index, { probes, omitted }] of plans.entries()) {
      expect(probes.length).toBeGreaterThan(0);
      expect(probes[0].vector.id).toBe('no-token');
      expect(probes.length + omitted).toBe(whole[index].probes.length);
    }
    expect(Math.min(...plans.slice(0, 30).map(p => p.probes.length))).toBe(19);
  });

  describe('of what passes without a token', () => {
    const exempt = (operation: string, paths?: string[]) =>
      plan(
        meshOf(
          ...base(),
          routeYaml('shop', 'edge'),
          tokenRequired('edge', 'istio-system', operation),
        ),
        {},
        paths,
      )[0];

    it('asks for an exempt path, which should pass', async () => {
      const witnesses = await listWitnesses(exempt('notPaths: [/healthz]'));
      expect(witnesses).toEqual(['GET /healthz']);
    });

    it('asks for its neighbour where the usual path is exempt itself', async () => {
      const witnesses = await listWitnesses(
        exempt("notPaths: [/healthz, '/public/*']", ['/public/page']),
      );
      expect(witnesses).toContain('GET /healthz');
      expect(witnesses).toContain('GET /healthz-istio-jwt-probe');
    });

    it('sends nothing that could change something', async () => {
      const witnesses = await listWitnesses(
        exempt('methods: [GET, HEAD, OPTIONS]'),
      );
      expect(witnesses.length).toBeGreaterThan(0);
      for (const witness of witnesses) {
        expect(witness).toMatch(/^No token, \w+ \/: Probes send GET/);
      }
    });

    it('asks for nothing more where everything passes', async () => {
      const [open] = plan(meshOf(...base(), routeYaml('shop', 'edge')));
      expect(await listWitnesses(open)).toEqual([]);
    });

    it('is bounded', async () => {
      const paths = Array.from({ length: 15 }, (_, n) => `/open-${n}`);
      const witnesses = await listWitnesses(
        exempt(`notPaths: [${paths.join(', ')}]`),
      );
      expect(witnesses).toHaveLength(6);
    });
  });

  it('asks for one path of each route to the service', () => {
    const [first] = plan(
      meshOf(
        ...base(),
        routeYaml(
          'shop',
          'edge',
          'match: [{uri: {prefix: /api/}}, {uri: {exact: /login}}, {uri: {regex: "/x.*"}}], route: [{destination: {host: shop}}]',
        ),
        tokenRequired('edge', 'istio-system'),
      ),
    );
    const pathsOf = (id: string) =>
      first.probes
        .filter(({ vector }) => vector.id === id && vector.title !== '')
        .map(({ path }) => path);
    expect(pathsOf('no-token')).toEqual(['/api/', '/login']);
    expect(pathsOf('valid-token')).toEqual(['/api/', '/login']);
    expect(pathsOf('forged')).toEqual(['/api/']);
  });

  describe('inside the mesh', () => {
    const probers = ['frontend', 'stranger', 'ghost'].map(name => ({
      namespace: 'default',
      labelSelector: `app=${name}`,
    }));
    const mesh = () =>
      meshOf(
        serviceYaml('shop'),
        podYaml('shop'),
        podYaml('frontend'),
        podYaml('stranger'),
        tokenRequired('shop', 'default'),
      );

    it('says how to get a prober, and why one is not used', () => {
      const [none] = plan(mesh());
      expect(none.origin).toMatchObject({
        kind: 'nowhere',
        reason: expect.stringContaining('manifests/prober.yaml'),
      });
      const [gone] = plan(mesh(), { probers: probers.slice(2) });
      expect(gone.origin).toMatchObject({
        kind: 'nowhere',
        looked: [expect.stringContaining('app=ghost')],
      });
    });

    it('says so where the namespace of the probers is not read', () => {
      const [unread] = plan(mesh(), {
        namespaces: ['shop'],
        probers: [{ namespace: 'probers' }],
      });
      expect(unread.origin).toMatchObject({
        kind: 'nowhere',
        looked: [expect.stringContaining('istioJwt.clusters[].namespaces')],
      });
    });

    it('knows other Pods of an identity, should the first not answer', () => {
      const second = podYaml('frontend').replace('frontend-0', 'frontend-1');
      const [{ origin }] = plan(
        meshOf(
          serviceYaml('shop'),
          podYaml('shop'),
          podYaml('frontend'),
          second,
        ),
        { probers },
      );
      expect(origin).toMatchObject({
        prober: { pods: [{ name: 'frontend-0' }, { name: 'frontend-1' }] },
      });
    });

    it('probes with every identity: in full with one, and what can differ with the others', () => {
      const plans = plan(mesh(), { probers });
      expect(
        plans.map(({ origin }) =>
          origin.kind === 'prober'
            ? [origin.prober.pods, origin.prober.caller.identity]
            : origin.kind,
        ),
      ).toEqual([
        [
          [{ namespace: 'default', name: 'frontend-0', container: 'app' }],
          'cluster.local/ns/default/sa/frontend',
        ],
        [
          [{ namespace: 'default', name: 'stranger-0', container: 'app' }],
          'cluster.local/ns/default/sa/stranger',
        ],
      ]);
      expect(plans[0].probes.length).toBeGreaterThan(30);
      expect(plans[1].probes.map(({ vector }) => vector.id)).toEqual([
        'no-token',
        'valid-token',
        'expired',
      ]);
    });
  });
});
