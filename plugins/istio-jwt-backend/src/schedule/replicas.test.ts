import { Entity } from '@backstage/catalog-model';
import { generateMesh, Sandbox, startSandbox } from 'istio-jwt-sandbox';
import { Knex } from 'knex';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { eventually } from '../testing/FakeApiServer';
import { startPostgres } from '../testing/startPostgres';
import { Replica, startReplica } from '../__testUtils__/startReplica';
import { DatabaseScheduleStore } from './DatabaseScheduleStore';

jest.setTimeout(300_000);

const SERVICES = 40;

const entities: Entity[] = Array.from({ length: SERVICES }, (_, index) => {
  const name = `service-${String(index).padStart(5, '0')}`;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name,
      namespace: 'default',
      annotations: { 'backstage.io/kubernetes-id': name },
    },
    spec: { owner: 'group:default/team' },
  };
});

/**
 * A gateway that lets everything through whatever its configuration says, and knows who asked. It is slow until
 * both replicas did, so that the one that looks first has not done all before the other one looks.
 */
async function startLyingGateway(): Promise<{
  server: Server;
  address: string;
  requests: Map<string, number>;
}> {
  const requests = new Map<string, number>();
  const server = createServer((request, response) => {
    const agent = request.headers['user-agent'] ?? '';
    requests.set(agent, (requests.get(agent) ?? 0) + 1);
    const delayMs = requests.size < 2 ? 2000 : 50;
    setTimeout(() => response.writeHead(200).end('hello'), delayMs);
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { server, address: `127.0.0.1:${port}`, requests };
}

describe('two replicas on one PostgreSQL', () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let sandbox: Sandbox;
  let gateway: Awaited<ReturnType<typeof startLyingGateway>>;
  let replicas: Replica[];
  let knex: Knex;

  beforeAll(async () => {
    [postgres, sandbox, gateway] = await Promise.all([
      startPostgres(),
      startSandbox({
        apiPort: 0,
        nodePorts: 'free',
        objects: generateMesh({ services: SERVICES }),
      }),
      startLyingGateway(),
    ]);
    knex = await postgres.connect();
    const start = (userAgent: string) =>
      startReplica({
        connection: {
          ...postgres.connection,
          database: (knex.client.config.connection as any).database,
        },
        entities,
        istioJwt: {
          clusters: [
            {
              name: 'c',
              url: sandbox.apiUrl,
              sandbox: true,
              gateways: [
                {
                  match: { namespace: 'edge', name: 'shared-gateway' },
                  address: gateway.address,
                },
              ],
            },
          ],
          probes: {
            allowedAddresses: ['127.0.0.1/32'],
            ratePerGateway: 100,
            userAgent,
          },
          notifications: { holdFor: { seconds: 1 } },
        },
      });
    // One after the other, as they would race for migrations that a rollout runs once.
    replicas = [await start('replica-a'), await start('replica-b')];
  });

  afterAll(async () => {
    await Promise.all((replicas ?? []).map(replica => replica.kill()));
    gateway?.server.close();
    await sandbox?.stop();
    await postgres?.stop();
  });

  const countDone = async (round: number) => {
    const [{ count }] = await knex('istio_jwt_schedule_entities')
      .where({ done_round: round })
      .count({ count: '*' });
    return Number(count);
  };
  const expectDone = (round: number) =>
    eventually(async () => {
      expect(await countDone(round)).toBe(SERVICES);
    }, 150_000);
  /** Turns are spread over an hour, which no test waits for. */
  const hurry = () =>
    knex('istio_jwt_schedule_entities').update({ next_due_at: 0 });
  const countRuns = async (status: string) =>
    (
      await knex('istio_jwt_probe_runs')
        .where({ status })
        .groupBy('entity_ref')
        .select('entity_ref')
        .count({ count: '*' })
    ).map(({ count }) => Number(count));

  it('share a round: each entity once, and each owner is told once', async () => {
    await eventually(async () => {
      const [round] = await knex('istio_jwt_schedule_rounds');
      expect(round?.entities).toBe(SERVICES);
    });
    await hurry();
    await expectDone(1);
    expect(await countRuns('done')).toEqual(entities.map(() => 1));
    expect(await knex('istio_jwt_schedule_rounds')).toHaveLength(1);
    expect([...gateway.requests.keys()].sort()).toEqual([
      'replica-a',
      'replica-b',
    ]);

    const drifted: { entity_ref: string; state: string }[] = await knex(
      'istio_jwt_states',
    ).where({ level: 'entity', state: 'drift' });
    expect(drifted.length).toBeGreaterThan(SERVICES / 4);
    const told = () =>
      replicas.flatMap(({ notifications }) =>
        notifications.map(({ payload }) => payload.scope),
      );
    await eventually(() => expect(told().length).toBe(drifted.length), 60_000);
    // Time for one more than is right.
    await new Promise(resolve => {
      setTimeout(resolve, 12_000);
    });
    expect(told().sort()).toEqual(
      drifted.map(row => `istio-jwt:${row.entity_ref}`).sort(),
    );
    const [notification] = replicas.flatMap(each => each.notifications);
    expect(notification).toMatchObject({
      recipients: { type: 'entity', entityRef: ['group:default/team'] },
      payload: {
        description: expect.stringMatching(/says 40[13] .*answered 200/),
        link: expect.stringMatching(
          /^\/catalog\/default\/component\/service-\d+\/istio-jwt$/,
        ),
      },
    });
    expect(
      JSON.stringify(replicas.map(each => each.notifications)),
    ).not.toMatch(/eyJ/);
    const changes = await knex('istio_jwt_state_history').where({
      level: 'entity',
      to_state: 'drift',
    });
    expect(changes).toHaveLength(drifted.length);
  });

  it('lose nothing where one is killed in the middle of a round', async () => {
    const store = new DatabaseScheduleStore(knex);
    const { round, missed } = await store.beginRound(Date.now());
    expect([round, missed]).toEqual([2, 0]);
    await store.enlist(
      round,
      entities.map(({ metadata }) => ({
        entityRef: `component:default/${metadata.name}`,
        dueAt: 0,
      })),
    );
    await store.endListing(round);
    await eventually(async () => {
      expect(await countDone(round)).toBeGreaterThan(3);
    });
    const [victim, survivor] = replicas;
    expect(
      await knex('istio_jwt_schedule_entities').whereNotNull('lease_owner'),
    ).not.toEqual([]);
    await victim.kill();
    const doneAtDeath = await countDone(round);
    const leased = await knex('istio_jwt_schedule_entities').whereNotNull(
      'lease_owner',
    );
    expect(doneAtDeath).toBeLessThan(SERVICES);

    await expectDone(round);
    expect(survivor.process.exitCode).toBeNull();
    // A whole run per entity and round, and another where one died between the end of a run and its report;
    // what the dead one had begun is marked as failed.
    const runs = await countRuns('done');
    expect(runs.filter(count => count < 2)).toEqual([]);
    expect(runs.filter(count => count > 2).length).toBeLessThanOrEqual(
      leased.length,
    );
    expect(await countRuns('running')).toEqual([]);
    const failed = await knex('istio_jwt_probe_runs').where({
      status: 'failed',
    });
    for (const { error } of failed) {
      expect(error).toContain('stopped in the middle');
    }
  });
});
