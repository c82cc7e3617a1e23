import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Logs on and on, and logs what nobody caught, as a Backstage backend does. */
const PROGRAM = `
  require(${JSON.stringify(join(__dirname, 'endWithLog.ts'))}).endWithLog();
  process.on('uncaughtException', error => console.log(error));
  process.on('SIGTERM', () => {});
  setInterval(() => console.log('still here'), 10);
  setTimeout(() => process.exit(2), 30_000);
`;

it('ends when nobody reads the log any more', async () => {
  const child = spawn(
    process.execPath,
    ['--require', '@backstage/cli/config/nodeTransform.cjs', '-e', PROGRAM],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const ended = new Promise<number | null>(resolve =>
    child.once('exit', resolve),
  );
  await new Promise(resolve => child.stdout.once('data', resolve));
  child.stdout.destroy();
  expect(await ended).toBe(1);
});
