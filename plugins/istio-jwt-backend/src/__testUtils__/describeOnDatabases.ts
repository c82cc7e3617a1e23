import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { Knex } from 'knex';
import { DatabaseProbeRunStore } from '../storage';
import { startPostgres } from '../testing/startPostgres';

/** Runs the plugin's migrations. */
async function migrate(knex: Knex): Promise<Knex> {
  await DatabaseProbeRunStore.create({
    database: mockServices.database.mock({
      getClient: async () => knex,
      migrations: { skip: false },
    }),
  });
  return knex;
}

/**
 * Tests on SQLite and on a PostgreSQL of their own.
 *
 * @param define - `connect` gives a new migrated database each time, `connectEmpty` an empty one
 */
export function describeOnDatabases(
  subject: string,
  define: (
    connect: () => Promise<Knex>,
    connectEmpty: () => Promise<Knex>,
  ) => void,
): void {
  const sqlite = TestDatabases.create({ ids: ['SQLITE_3'] });
  let postgres: Awaited<ReturnType<typeof startPostgres>>;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => {
    await postgres.stop();
  });

  describe.each<[string, () => Promise<Knex>]>([
    ['SQLite', () => sqlite.init('SQLITE_3')],
    ['PostgreSQL', () => postgres.connect()],
  ])(`${subject} on %s`, (_, connectEmpty) => {
    define(async () => migrate(await connectEmpty()), connectEmpty);
  });
}
