import {
  mirrorOf,
  meshOf,
  podYaml,
  serviceYaml,
  gatewayYaml,
  routeYaml,
  tokenRequired,
} from '../testing/meshFixture';
import {
  ALL,
  claimingEntity,
  CoverageHarness,
  removeFrom,
  viewerOf,
} from '../__testUtils__/CoverageHarness';
import { describeOnDatabases } from '../__testUtils__/describeOnDatabases';

const shopMesh = (...names: string[]) =>
  meshOf(
    podYaml('gateway'),
    gatewayYaml('gateway'),
    routeYaml('shop', 'gateway'),
    ...names.flatMap(name => [podYaml(name), serviceYaml(name)]),
  );

const titles = (items: { title: string }[]) => items.map(({ title }) => title);

describeOnDatabases('the index of the coverage', connect => {
  it('lists every Service with its entity, and Services that nobody claims with what would claim them', async () => {
    const mesh = shopMesh('shop', 'cart');
    const harness = await CoverageHarness.create(
      await connect(),
      [mirrorOf(mesh)],
      [
        claimingEntity('shop', {
          title: 'The Shop',
          owner: 'group:default/sales',
          system: 'system:default/store',
        }),
      ],
    );
    await harness.pass();
    expect(await harness.listAll()).toEqual([
      expect.objectContaining({
        title: 'cart',
        namespace: 'default',
        name: 'cart',
        state: 'open',
        claim: {
          annotations: {
            'backstage.io/kubernetes-label-selector': 'app=cart',
            'backstage.io/kubernetes-namespace': 'default',
          },
        },
      }),
      expect.objectContaining({
        title: 'The Shop',
        entityRef: 'component:default/shop',
        owner: 'group:default/sales',
        system: 'system:default/store',
        cluster: 'c',
        state: 'open',
        gateways: ['c/default/gateway'],
        waysIn: { open: 2 },
      }),
    ]);

    // What is suggested does claim it.
    const [{ claim }] = await harness.listAll();
    harness.entities.push(
      claimingEntity('basket', { annotations: claim!.annotations }),
    );
    await harness.pass();
    expect(titles(await harness.listAll())).toEqual(['basket', 'The Shop']);
  });

  it('writes what changed, and nothing else', async () => {
    const mesh = shopMesh('shop', 'cart', 'news');
    const harness = await CoverageHarness.create(await connect(), [
      mirrorOf(mesh),
    ]);
    expect(await harness.pass()).toEqual({
      services: 3,
      written: 3,
      removed: 0,
    });
    expect(await harness.pass()).toEqual({
      services: 3,
      written: 0,
      removed: 0,
    });
    for (const resource of meshOf(tokenRequired('cart', 'default')).list(
      'RequestAuthentication',
    )) {
      mesh.apply(resource);
    }
    expect(await harness.pass()).toMatchObject({ written: 1 });
    expect(await harness.listAll(ALL, { state: ['validated-only'] })).toEqual([
      expect.objectContaining({ name: 'cart' }),
    ]);
    removeFrom(mesh, 'Service', 'default', 'news');
    expect(await harness.pass()).toMatchObject({ written: 0, removed: 1 });

    // Another replica that takes over finds it all written.
    expect(
      await harness.makeIndexer().pass(new AbortController().signal),
    ).toMatchObject({ services: 2, written: 0, removed: 0 });
  });

  it('keeps rows of a cluster that disappears, marked as old', async () => {
    const near = mirrorOf(shopMesh('shop'), { name: 'near' });
    const far = mirrorOf(shopMesh('cart'), { name: 'far' });
    const harness = await CoverageHarness.create(await connect(), [near, far]);
    await harness.pass();
    const since = '2026-11-01T00:00:00.000Z';
    Object.assign(far, {
      mesh: meshOf(),
      freshness: { state: { kind: 'stale', since, reason: 'HTTP 503' } },
    });
    await harness.pass();
    expect(await harness.listAll(ALL, { cluster: 'far' })).toEqual([
      expect.objectContaining({
        name: 'cart',
        state: 'open',
        stale: { since, reason: 'HTTP 503' },
      }),
    ]);
    expect(await harness.counts.summarise(ALL, {}, Date.now())).toMatchObject({
      total: 2,
      stale: 1,
    });

    // Also where it is not configured any more.
    harness.mirrors = [near];
    await harness.pass();
    expect(await harness.listAll()).toHaveLength(2);

    harness.mirrors = [near, far];
    Object.assign(far, {
      mesh: shopMesh('cart'),
      freshness: { state: { kind: 'synced' } },
    });
    await harness.pass();
    expect((await harness.listAll(ALL, { cluster: 'far' }))[0].stale).toBe(
      undefined,
    );
  });

  it('keeps who means a Service alone among many that claim it for one owner or by wide selectors, and tells how many', async () => {
    const harness = await CoverageHarness.create(
      await connect(),
      [mirrorOf(shopMesh('shop', 'cart'))],
      [
        ...Array.from({ length: 25 }, (_, index) =>
          claimingEntity(`aaa-${index}`, {
            selector: 'app=shop',
            owner: 'group:default/mallory',
            // Of what is claimed only this is looked at.
            annotations: { 'istio-jwt/hosts': 'closed.example.com' },
          }),
        ),
        ...Array.from({ length: 25 }, (_, index) =>
          claimingEntity(`bbb-${index}`, {
            selector: 'app',
            owner: `group:default/wide-${index}`,
          }),
        ),
        claimingEntity('shop', {
          owner: 'group:default/sales',
          annotations: { 'backstage.io/kubernetes-namespace': 'default' },
        }),
      ],
    );
    await harness.pass();
    const [first, ...others] = await harness.listAll(ALL, { q: 'shop' });
    expect(first).toMatchObject({
      entityRef: 'component:default/shop',
      claimedBy: 51,
    });
    // Counted, and shown to who may see all, is one.
    expect(others).toEqual([]);
  });

  it('leaves Services to entities of the owners that the platform team named', async () => {
    const mirror = mirrorOf(shopMesh('shop'));
    mirror.config.ownership = [
      { namespaces: ['def*'], owners: ['group:default/sales'] },
    ];
    const harness = await CoverageHarness.create(
      await connect(),
      [mirror],
      [claimingEntity('evil', { selector: 'app=shop' })],
    );
    await harness.pass();
    expect(await harness.listAll()).toEqual([
      expect.objectContaining({ name: 'shop', claim: expect.anything() }),
    ]);
    harness.entities = [
      ...harness.entities,
      claimingEntity('shop', { owner: 'group:default/sales' }),
    ];
    await harness.pass();
    const [shop] = await harness.listAll();
    expect(shop).toMatchObject({ entityRef: 'component:default/shop' });
    expect(shop).not.toHaveProperty('claimedBy');
  });

  it('counts a Service once that several entities claim, and shows each viewer the own one', async () => {
    const harness = await CoverageHarness.create(
      await connect(),
      [mirrorOf(shopMesh('shop'))],
      [
        claimingEntity('a', { selector: 'app=shop', owner: 'group:default/a' }),
        claimingEntity('b', { selector: 'app=shop', owner: 'group:default/b' }),
      ],
    );
    await harness.pass();
    expect(titles(await harness.listAll())).toEqual(['a']);
    expect(
      titles(await harness.listAll(viewerOf('component:default/b'))),
    ).toEqual(['b']);
    expect(
      titles(
        await harness.listAll(
          viewerOf('component:default/a', 'component:default/b'),
        ),
      ),
    ).toEqual(['a']);
    expect(
      titles(await harness.listAll(ALL, { owner: 'group:default/b' })),
    ).toEqual(['b']);
    expect((await harness.counts.summarise(ALL, {}, Date.now())).total).toBe(1);
  });

  it('takes hostile names as they are', async () => {
    const title = `=HYPERLINK("http://x")\0 '; drop table users; -- %_! ${'x'.repeat(
      400,
    )}\ud800`;
    const harness = await CoverageHarness.create(
      await connect(),
      [mirrorOf(shopMesh('shop'))],
      [
        claimingEntity('shop', {
          title,
          owner: `group:default/${'o'.repeat(400)}`,
          annotations: { 'backstage.io/kubernetes-namespace': '' },
        }),
        claimingEntity('broken', { selector: '((' }),
      ],
    );
    await harness.pass();
    const [row] = await harness.listAll();
    expect(row.title).toMatch(/^=HYPERLINK\("http:\/\/x"\) '; drop/);
    expect(row.title).toHaveLength(254);
    for (const q of ["'; DROP", '%_!', 'hyperlink("http']) {
      expect(await harness.listAll(ALL, { q })).toHaveLength(1);
    }
    for (const q of ['%shop%x', '_hop', '\0nothing', '!']) {
      expect(await harness.listAll(ALL, { q })).toHaveLength(q === '!' ? 1 : 0);
    }
  });
});
