/** Child processes of the scripts: started with a name, ended together. */
import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { repoRoot } from './toolchain.mjs';

const children = new Set();

/**
 * Starts a process whose output lines go to `onLine`. It leads its own process group, so that
 * stopping it also stops what it started.
 */
export function start(name, command, args, { env, onLine, onExit }) {
  const child = spawn(command, args, {
    cwd: repoRoot,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const entry = { name, child };
  children.add(entry);
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', chunk => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      lines.forEach(line => onLine(line));
    });
  }
  child.on('error', error => onLine(`${name}: ${error.message}`));
  child.on('exit', (code, signal) => {
    children.delete(entry);
    onExit?.(code, signal);
  });
  return child;
}

function signalGroup(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Asks every child to end, and after five seconds makes it. */
export async function stopAll() {
  const running = [...children];
  const ended = running.map(
    ({ child }) => new Promise(resolve => child.once('exit', resolve)),
  );
  running.forEach(({ child }) => signalGroup(child, 'SIGTERM'));
  const timer = setTimeout(
    () => running.forEach(({ child }) => signalGroup(child, 'SIGKILL')),
    5_000,
  );
  await Promise.all(ended);
  clearTimeout(timer);
}

/** Whether something accepts connections on a loopback port. */
export function isPortTaken(port) {
  const tryHost = host =>
    new Promise(resolve => {
      const socket = createConnection({ port, host });
      socket.once('connect', () => resolve(socket.destroy() && true));
      socket.once('error', () => resolve(false));
    });
  return Promise.all([tryHost('127.0.0.1'), tryHost('::1')]).then(taken =>
    taken.some(Boolean),
  );
}

/** Resolves once `url` answers with a status below 500, rejects when `signal` aborts. */
export async function waitForAnswer(url, signal) {
  for (;;) {
    signal.throwIfAborted();
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      await response.body?.cancel();
      if (response.status < 500) return;
    } catch {
      // Not listening yet.
    }
    await new Promise(resolve => setTimeout(resolve, 250));
  }
}
