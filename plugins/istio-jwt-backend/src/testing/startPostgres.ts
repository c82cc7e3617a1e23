import { resolvePackagePath } from '@backstage/backend-plugin-api';
import knexFactory, { Knex } from 'knex';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const SCRIPT = resolvePackagePath(
  'backstage-plugin-istio-jwt-backend',
  'scripts/run-postgres.mjs',
);

/** A PostgreSQL of its own for one test file, empty databases on demand. */
export async function startPostgres(): Promise<{
  connection: { host: string; port: number; user: string; password: string };
  connect(): Promise<Knex>;
  stop(): Promise<void>;
}> {
  const child = spawn(process.execPath, [SCRIPT], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const exit = once(child, 'exit');
  const port = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) =>
      Number(line),
    ),
    exit.then(([code]) => {
      throw new Error(`PostgreSQL did not start, exit code ${code}`);
    }),
  ]);
  const connection = {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: 'postgres',
  };
  const open = (database: string) =>
    knexFactory({ client: 'pg', connection: { ...connection, database } });
  const clients: Knex[] = [];
  return {
    connection,
    connect: async () => {
      const admin = open('postgres');
      const database = `test_${clients.length}`;
      await admin.raw('create database ??', [database]);
      await admin.destroy();
      const client = open(database);
      clients.push(client);
      return client;
    },
    stop: async () => {
      await Promise.all(clients.map(client => client.destroy()));
      child.stdin.end();
      await exit;
    },
  };
}
