import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { labDir } from '../paths.ts';

const script = join(
  dirname(dirname(labDir)),
  'plugins/istio-jwt-backend/scripts/run-postgres.mjs',
);

/** A PostgreSQL that can be stopped and started again on the same data. */
export interface Postgres {
  /** As `backend.database` of the portal's config. */
  config: object;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and forgets its data. */
  end(): Promise<void>;
}

export async function runPostgres(): Promise<Postgres> {
  const child = spawn(process.execPath, [script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const readLine = async (): Promise<string> => {
    const [line] = await Promise.race([
      once(lines, 'line'),
      exit.then(([code]) => {
        throw new Error(`PostgreSQL ended, exit code ${code}`);
      }),
    ]);
    return line;
  };
  const port = Number(await readLine());
  const order = async (command: 'stop' | 'start') => {
    const done = readLine();
    child.stdin.write(`${command}\n`);
    await done;
  };
  return {
    config: {
      client: 'pg',
      connection: {
        host: '127.0.0.1',
        port,
        user: 'postgres',
        password: 'postgres',
      },
    },
    stop: () => order('stop'),
    start: () => order('start'),
    end: async () => {
      child.stdin.end();
      await exit;
    },
  };
}
