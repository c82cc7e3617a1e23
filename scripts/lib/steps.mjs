/** Steps of the test commands: each a command of Yarn, told when it begins and how it ended. */
import { spawn, spawnSync } from 'node:child_process';
import { fail, repoRoot, say } from './toolchain.mjs';

/** The function that runs a step in the toolchain's environment, and the titles of those that failed so far. */
export function prepareSteps(toolchainEnv) {
  const failedSteps = [];

  /**
   * Runs one step and gives its exit code. Its output is passed on as it comes, or in one piece at its end
   * where other steps run at the same time.
   */
  function runStep(title, args, { env = {}, output = 'live' } = {}) {
    say(`${title}: yarn ${args.join(' ')}`);
    const started = Date.now();
    return new Promise(resolve => {
      const child = spawn('yarn', args, {
        cwd: repoRoot,
        env: { ...toolchainEnv, CI: 'true', ...env },
        stdio: [
          'ignore',
          ...(output === 'live' ? ['inherit', 'inherit'] : ['pipe', 'pipe']),
        ],
        shell: process.platform === 'win32',
      });
      const held = [];
      child.stdout?.on('data', chunk => held.push(chunk));
      child.stderr?.on('data', chunk => held.push(chunk));
      child.on('error', error => fail(`yarn did not start: ${error.message}`));
      child.on('close', (code, signal) => {
        process.stdout.write(Buffer.concat(held));
        const seconds = Math.round((Date.now() - started) / 1000);
        const ok = code === 0;
        say(
          `${title}: ${ok ? 'ok' : `failed (${signal ?? code})`}, ${seconds} s`,
        );
        if (!ok) failedSteps.push(title);
        resolve(code);
      });
    });
  }

  return { runStep, failedSteps };
}

/** Why this machine cannot run the lab; nothing where it can. */
export function findLabObstacle(toolchainEnv) {
  const { status, stdout } = spawnSync('yarn', ['lab', 'can-run'], {
    cwd: repoRoot,
    env: toolchainEnv,
    encoding: 'utf8',
  });
  return status === 0 ? undefined : stdout;
}
