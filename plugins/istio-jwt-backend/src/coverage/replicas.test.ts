import { mockCredentials } from '@backstage/backend-test-utils';
import { generateMesh, Sandbox, startSandbox } from 'istio-jwt-sandbox';
import { Knex } from 'knex';
import { eventually } from '../testing/FakeApiServer';
import { startPostgres } from '../testing/startPostgres';
import { Replica, startReplica } from '../__testUtils__/startReplica';
import { COVERAGE, SPANS } from './rows';

jest.setTimeout(300_000);

const SERVICES = 40;
const OBJECTS = generateMesh({ services: SERVICES });
const INDEX = 'istio_jwt_coverage_index';
const PATIENCE_MS = 90_000;

describe('the index of the coverage, kept by real processes on one PostgreSQL', () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let sandbox: Sandbox;
  let knex: Knex;
  let first: Replica;
  let second: Replica;

  beforeAll(async () => {
    [postgres, sandbox] = await Promise.all([
      startPostgres(),
      startSandbox({ apiPort: 0, nodePorts: 'free', objects: OBJECTS }),
    ]);
    knex = await postgres.connect();
    const start = () =>
      startReplica({
        connection: {
          ...postgres.connection,
          database: (knex.client.config.connection as any).database,
        },
        entities: [],
        istioJwt: {
          clusters: [{ name: 'c', url: sandbox.apiUrl, sandbox: true }],
          schedule: { enabled: false },
        },
      });
    // Whoever is there first takes the lease.
    first = await start();
    second = await start();
  });

  afterAll(async () => {
    await Promise.all([first, second].map(replica => replica?.kill()));
    await sandbox?.stop();
    await postgres?.stop();
  });

  const readLease = async () => {
    const { lease_owner: owner, lease_until: until } = await knex(
      INDEX,
    ).first();
    return { owner, until: Number(until) };
  };
  /** The lease is good for a minute, which no test waits for. */
  const expireLease = () => knex(INDEX).update({ lease_until: 1 });
  const countRows = async () => {
    const [{ count }] = await knex(COVERAGE).count({ count: '*' });
    return Number(count);
  };
  const expectTaken = (before: string) =>
    eventually(async () => {
      const { owner, until } = await readLease();
      expect(owner).not.toBe(before);
      expect(until).toBeGreaterThan(Date.now());
    }, PATIENCE_MS);
  const expectIndexed = (count: number) =>
    eventually(async () => expect(await countRows()).toBe(count), PATIENCE_MS);
  const deleteService = async (index: number) => {
    const name = `service-${String(index).padStart(5, '0')}`;
    const answer = await fetch(
      `${sandbox.apiUrl}/api/v1/namespaces/team-000/services/${name}`,
      { method: 'DELETE' },
    );
    expect(answer.status).toBe(200);
  };
  const readTotal = async ({ url }: Replica) => {
    const answer = await fetch(`${url}/api/istio-jwt/v1/coverage/summary`, {
      headers: { authorization: mockCredentials.user.header() },
    });
    return ((await answer.json()) as { total: number }).total;
  };

  it('is written by one, served by both, and taken over from one that stands still', async () => {
    await expectIndexed(SERVICES);
    const { owner } = await readLease();
    expect(await readTotal(first)).toBe(SERVICES);
    expect(await readTotal(second)).toBe(SERVICES);

    first.process.kill('SIGSTOP');
    await deleteService(3);
    await expireLease();
    await expectTaken(owner);
    await expectIndexed(SERVICES - 1);
    const taken = await readLease();

    // It wakes up with a picture of the past, and finds that it may not write.
    first.process.kill('SIGCONT');
    await eventually(
      async () => expect(await readTotal(first)).toBe(SERVICES - 1),
      PATIENCE_MS,
    );
    expect((await readLease()).owner).toBe(taken.owner);
    expect(await countRows()).toBe(SERVICES - 1);
  });

  it('is taken over from one that is killed, and no service is lost or kept twice', async () => {
    const { owner } = await readLease();
    await second.kill();
    await deleteService(4);
    await expireLease();
    await expectTaken(owner);
    await expectIndexed(SERVICES - 2);
    expect(await readTotal(first)).toBe(SERVICES - 2);

    // Each takeover records the day: what is there is open once, what is gone is not.
    await eventually(async () => {
      const open = await knex(SPANS).whereNull('until_day');
      const rows = await knex(COVERAGE).select('service_key');
      expect(open.map(each => each.service_key).sort()).toEqual(
        rows.map(each => each.service_key).sort(),
      );
    }, PATIENCE_MS);
  });

  it('keeps what was seen of a cluster that disappears, as old, until it returns', async () => {
    const port = Number(new URL(sandbox.apiUrl).port);
    await sandbox.stop();
    const countStale = async () =>
      (await knex(COVERAGE).whereNotNull('stale_since')).length;
    await eventually(
      async () => expect(await countStale()).toBe(SERVICES - 2),
      PATIENCE_MS,
    );
    expect(await readTotal(first)).toBe(SERVICES - 2);

    sandbox = await startSandbox({
      apiPort: port,
      nodePorts: 'free',
      objects: OBJECTS,
    });
    await eventually(
      async () => expect(await countStale()).toBe(0),
      PATIENCE_MS,
    );
    await expectIndexed(SERVICES);
  });
});
