import { spawn, spawnSync } from 'node:child_process';

export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

export class CommandError extends Error {
  readonly result: RunResult;

  constructor(command: string, result: RunResult) {
    const said = (result.stderr || result.stdout).trim().split('\n').slice(-8);
    super(`${command} ended with ${result.code}: ${said.join('\n')}`);
    this.name = 'CommandError';
    this.result = result;
  }
}

/** Runs a short command and gives its answer, whatever the exit code. */
export function tryRun(
  command: string,
  args: string[],
  options: { input?: string; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): RunResult {
  const done = spawnSync(command, args, {
    encoding: 'utf8',
    input: options.input,
    cwd: options.cwd,
    env: options.env ?? process.env,
    maxBuffer: 64 * 1024 * 1024,
  });
  return {
    code: done.status ?? 127,
    stdout: done.stdout ?? '',
    stderr: done.error ? String(done.error.message) : done.stderr ?? '',
  };
}

/** Runs a short command. Throws {@link CommandError} on a non-zero exit. */
export function run(
  command: string,
  args: string[],
  options: { input?: string; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): string {
  const result = tryRun(command, args, options);
  if (result.code !== 0) {
    throw new CommandError([command, ...args].join(' '), result);
  }
  return result.stdout;
}

/** Runs a long command without blocking, its output collected. */
export function runLong(
  command: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => {
      stdout += chunk;
    });
    child.stderr.on('data', chunk => {
      stderr = (stderr + chunk).slice(-20_000);
    });
    child.on('error', reject);
    child.on('close', code => {
      if (code === 0) resolve(stdout);
      else {
        reject(
          new CommandError([command, ...args.slice(0, 3)].join(' '), {
            code: code ?? 1,
            stdout: stdout.slice(-2000),
            stderr,
          }),
        );
      }
    });
  });
}

export function hasCommand(name: string): boolean {
  return tryRun('sh', ['-c', `command -v ${name}`]).code === 0;
}
