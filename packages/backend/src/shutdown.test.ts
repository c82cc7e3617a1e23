import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PACKAGES = join(__dirname, '..', '..');
/** A cold start reads some thousand modules. */
const PATIENCE_MS = 300_000;
/** Kubernetes kills after 30 s. */
const ENDS_WITHIN_MS = 20_000;

jest.setTimeout(2 * PATIENCE_MS);

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as { port: number };
  await new Promise(done => {
    server.close(done);
  });
  return port;
}

function run(
  folder: string,
  args: string[],
  env: Record<string, string>,
): { child: ChildProcess; exit: Promise<unknown[]>; output: () => string } {
  const child = spawn(
    process.execPath,
    [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs'),
    ].concat(args),
    {
      cwd: join(PACKAGES, folder),
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  const keep = (data: Buffer) => {
    text = `${text}${data}`.slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return { child, exit: once(child, 'exit'), output: () => text };
}

/** Asks until the answer is as wanted; a refused connection is not yet an answer. */
async function until(look: () => Promise<boolean>, what: () => string) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await look().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`In vain: ${what()}`);
    await sleep(250);
  }
}

async function readClusterState(url: string): Promise<string> {
  const login = await fetch(`${url}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  const { token } = (await login.json()).backstageIdentity;
  const answer = await fetch(`${url}/api/istio-jwt/v1/clusters`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await answer.json())[0].state.kind;
}

/** `npm test -- --lab`, which continuous integration runs. */
const describeLong = process.env.LONG_TESTS ? describe : describe.skip;

describeLong('the whole portal', () => {
  const running: ChildProcess[] = [];

  afterEach(() => {
    running.forEach(child => child.kill('SIGKILL'));
  });

  it('ends at SIGTERM while its cluster is gone and its files are deleted', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'istio-jwt-shutdown-'));
    const [apiPort, port] = [await findFreePort(), await findFreePort()];
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const url = `http://localhost:${port}`;
    const sandbox = run('sandbox', ['src/main.ts'], {
      SANDBOX_API_PORT: String(apiPort),
      SANDBOX_GATEWAY_PORT_OFFSET: 'free',
    });
    running.push(sandbox.child);
    await until(
      async () => (await fetch(`${apiUrl}/version`)).ok,
      () => `the sandbox does not answer\n${sandbox.output()}`,
    );
    const portal = run(
      'backend',
      ['src', '--config', join(PACKAGES, '..', 'app-config.yaml')],
      {
        NODE_ENV: 'development',
        ...toVariables({
          backend_baseUrl: url,
          app_baseUrl: url,
          backend_listen: { host: '127.0.0.1', port },
          backend_database: {
            client: 'better-sqlite3',
            connection: { directory },
          },
          istioJwt_clusters: [{ name: 'sandbox', sandbox: true, url: apiUrl }],
        }),
      },
    );
    running.push(portal.child);
    await until(
      async () => (await readClusterState(url)) === 'synced',
      () => `the portal does not read the cluster\n${portal.output()}`,
    );

    sandbox.child.kill('SIGKILL');
    await sandbox.exit;
    await until(
      async () => (await readClusterState(url)) === 'stale',
      () => `the portal does not miss the cluster\n${portal.output()}`,
    );

    // The portal goes on writing there meanwhile.
    await rm(directory, { recursive: true, maxRetries: 50, retryDelay: 20 });
    portal.child.kill('SIGTERM');
    const [code] = await Promise.race([
      portal.exit,
      sleep(ENDS_WITHIN_MS).then(() => ['it goes on', portal.output()]),
    ]);
    expect(code).toBe(0);
  });
});

/** Backstage reads JSON from `APP_CONFIG_…`, before any file. */
function toVariables(config: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      `APP_CONFIG_${key}`,
      JSON.stringify(value),
    ]),
  );
}
