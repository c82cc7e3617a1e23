import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Logs forever, and logs what nobody caught, as a Backstage backend does. */
const PROGRAM = `
  require(${JSON.stringify(join(__dirname, 'endWithLog.ts'))}).endWithLog();
  process.on('uncaughtException', error => console.log(error));
  process.on('SIGTERM', () => {});
  setInterval(() => console.log('still here'), 10);
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
  try {
    await new Promise(resolve => child.stdout.once('data', resolve));
    child.stdout.destroy();
    expect(await ended).toBe(1);
  } finally {
    child.kill('SIGKILL');
  }
}, 60_000);
