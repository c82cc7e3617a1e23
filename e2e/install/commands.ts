/** Commands of the tries: run to their end with a log, or kept running until `stopAll`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const startedAt = Date.now();
const running = new Set<ChildProcess>();

export function say(line: string): void {
  const seconds = String(Math.round((Date.now() - startedAt) / 1000));
  process.stdout.write(`${seconds.padStart(5)} s  ${line}\n`);
}

export interface CommandOptions {
  cwd: string;
  /** File that the output is appended to. */
  log: string;
  env?: Record<string, string>;
}

function spawnLogged(
  command: string,
  args: string[],
  { cwd, log, env }: CommandOptions,
  detached: boolean,
): ChildProcess {
  const file = openSync(log, 'a');
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', file, file],
    detached,
  });
  closeSync(file);
  return child;
}

function readEnd(log: string): string {
  const lines = readFileSync(log, 'utf8').split('\n').slice(-25);
  return lines.map(line => line.slice(0, 300)).join('\n');
}

/**
 * Runs a command to its end.
 *
 * @returns seconds that it took
 * @throws Error with the end of the log, where the command fails
 */
export async function run(
  command: string,
  args: string[],
  options: CommandOptions,
): Promise<number> {
  const began = Date.now();
  const child = spawnLogged(command, args, options, false);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', exitCode => resolve(exitCode ?? 1));
  });
  if (code !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} ended with ${code} in ${options.cwd}:\n` +
        `${readEnd(options.log)}\nThe whole log is ${options.log}`,
    );
  }
  return (Date.now() - began) / 1000;
}

/**
 * Starts a command that goes on, and waits until `url` answers with a status below 400.
 *
 * @throws Error with the end of the log, where the command ends or is not ready in time
 */
export async function startUntil(
  url: string,
  [command, ...args]: [string, ...string[]],
  options: CommandOptions,
  timeoutMs = 300_000,
): Promise<void> {
  const child = spawnLogged(command, args, options, true);
  running.add(child);
  let ended = false;
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      await answer.body?.cancel();
      if (answer.status < 400) return;
    } catch {
      // Not listening yet.
    }
    if (ended || Date.now() > deadline) {
      throw new Error(
        `${url} does not answer; the end of ${options.log}:\n${readEnd(
          options.log,
        )}`,
      );
    }
    await sleep(500);
  }
}

/** Ends what was started, with all that it started. */
export async function stopAll(): Promise<void> {
  await Promise.all(
    [...running].map(async child => {
      running.delete(child);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise(resolve => child.once('exit', resolve));
      process.kill(-child.pid!, 'SIGTERM');
      await Promise.race([gone, sleep(5_000)]);
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // Nothing of the group is left.
      }
    }),
  );
}
