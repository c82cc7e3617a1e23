import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPostgres } from '../lab/portal/postgres.ts';
import { toVariables } from '../lab/portal/toVariables.ts';
import { findFreePort } from '../lab/state.ts';
import { waitFor } from '../lab/wait.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const transform = createRequire(import.meta.url).resolve(
  '@backstage/cli/config/nodeTransform.cjs',
);
const READY_WITHIN_MS = 600_000;

export type BenchDatabase = 'sqlite' | 'postgres';

export interface LargePortal {
  url: string;
  logFile: string;
  stop(): Promise<void>;
}

/**
 * The portal as it is deployed, from its build, on a generated mesh: with its own sandbox and database, on
 * free ports. It is ready once every service is in the index.
 *
 * @param entities - how many of the services a catalog entity claims
 */
export async function startLargePortal(options: {
  services: number;
  entities: number;
  database: BenchDatabase;
}): Promise<LargePortal> {
  const { services, entities, database } = options;
  await buildPortal();
  const directory = mkdtempSync(join(tmpdir(), 'istio-jwt-large-'));
  const logFile = join(directory, 'portal.log');
  const [apiPort, port] = [await findFreePort(), await findFreePort()];
  const url = `http://localhost:${port}`;
  const postgres = database === 'postgres' ? await runPostgres() : undefined;
  const children: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(children.map(end));
    await postgres?.end();
    rmSync(directory, { recursive: true, force: true });
  };
  const run = (folder: string, args: string[], env: Record<string, string>) => {
    const log = createWriteStream(logFile, { flags: 'a' });
    const child = spawn(process.execPath, ['--require', transform, ...args], {
      cwd: join(root, 'packages', folder),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout!.pipe(log, { end: false });
    child.stderr!.pipe(log, { end: false });
    children.push(child);
  };

  try {
    run('sandbox', ['src/main.ts'], {
      SANDBOX_API_PORT: String(apiPort),
      SANDBOX_GATEWAY_PORT_OFFSET: 'free',
      SANDBOX_SERVICES: String(services),
    });
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    await waitFor('the sandbox', () => answers(`${apiUrl}/version`), {
      timeoutMs: READY_WITHIN_MS,
    });
    const catalog = join(directory, 'catalog.yaml');
    writeFileSync(catalog, describeCatalog(entities));
    run('backend', ['src', '--config', join(root, 'app-config.yaml')], {
      NODE_ENV: 'development',
      ...toVariables({
        backend_baseUrl: url,
        app_baseUrl: url,
        backend_listen: { host: '127.0.0.1', port },
        backend_database: postgres?.config ?? {
          client: 'better-sqlite3',
          connection: { directory },
        },
        catalog_locations: [{ type: 'file', target: catalog }],
        istioJwt_clusters: [{ name: 'sandbox', sandbox: true, url: apiUrl }],
        istioJwt_schedule_enabled: false,
      }),
    });
    await waitFor('the index', () => isIndexed(url, services, entities), {
      timeoutMs: READY_WITHIN_MS,
      everyMs: 1000,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, logFile, stop };
}

async function buildPortal(): Promise<void> {
  const { buildPortal: build } = await import(
    new URL('../../scripts/lib/buildPortal.mjs', import.meta.url).href
  );
  build({ env: process.env });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(timer);
}

async function answers(url: string): Promise<true | undefined> {
  return (await fetch(url)).ok ? true : undefined;
}

async function isIndexed(
  url: string,
  services: number,
  entities: number,
): Promise<true | undefined> {
  const login = await fetch(`${url}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  const { backstageIdentity } = (await login.json()) as any;
  const answer = await fetch(`${url}/api/istio-jwt/v1/coverage/summary`, {
    headers: { authorization: `Bearer ${backstageIdentity.token}` },
  });
  const { total, unclaimed } = (await answer.json()) as any;
  return total >= services && total - unclaimed >= entities ? true : undefined;
}

/** Groups, and a component for each of the first services. */
function describeCatalog(entities: number): string {
  const groups = Array.from({ length: 20 }, (_, index) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name: `team-${index}` },
    spec: { type: 'team', children: [] },
  }));
  const components = Array.from({ length: entities }, (_, index) => {
    const name = `service-${String(index).padStart(5, '0')}`;
    return {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: { name, annotations: { 'backstage.io/kubernetes-id': name } },
      spec: {
        type: 'service',
        lifecycle: 'production',
        owner: `team-${index % groups.length}`,
      },
    };
  });
  const guest = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name: 'guest', namespace: 'development' },
    spec: { memberOf: ['default/team-0'] },
  };
  return [guest, ...groups, ...components]
    .map(entity => JSON.stringify(entity))
    .join('\n---\n');
}
