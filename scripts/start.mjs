#!/usr/bin/env node
/**
 * `npm start`: the portal with its backend, on the embedded sandbox. The portal is built and comes from
 * the backend, as where it is deployed; `--dev` serves it from its sources and reloads what changes.
 */
import { mkdirSync, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { buildPortal } from './lib/buildPortal.mjs';
import { installDependencies } from './lib/install.mjs';
import {
  isPortTaken,
  start,
  stopAll,
  waitForAnswer,
} from './lib/processes.mjs';
import { fail, prepareToolchain, repoRoot, say } from './lib/toolchain.mjs';

const PORTAL = 'http://localhost:3000';
const SANDBOX = 'http://127.0.0.1:7481';
const READY_WITHIN_MS = 5 * 60_000;
const dev = process.argv.includes('--dev');
const BACKEND = dev ? 'http://localhost:7007' : PORTAL;
const PORTS = [
  [3000, 'the portal'],
  ...(dev ? [[7007, 'the backend']] : []),
  [7481, 'the sandbox'],
];

const startedAt = Date.now();
const toolchain = prepareToolchain();
installDependencies(toolchain);

for (const [port, owner] of PORTS) {
  if (await isPortTaken(port)) {
    fail(
      `Port ${port}, which ${owner} needs, is taken by another process.`,
      `Stop that process (lsof -i :${port} names it), then run npm start again.`,
    );
  }
}

const cacheDir = join(repoRoot, 'node_modules', '.cache');
mkdirSync(cacheDir, { recursive: true });
const logPath = join(cacheDir, 'start.log');
const log = createWriteStream(logPath);
const verbose = process.argv.includes('--verbose');
const lastLines = [];

function keepLine(name) {
  return line => {
    log.write(`[${name}] ${line}\n`);
    lastLines.push(`[${name}] ${line}`);
    if (lastLines.length > 40) lastLines.shift();
    if (verbose) process.stdout.write(`[${name}] ${line}\n`);
  };
}

const aborter = new AbortController();
let stopping = false;

async function stop(exitCode) {
  if (stopping) return;
  stopping = true;
  aborter.abort(new Error('stopped'));
  await stopAll();
  process.exit(exitCode);
}
process.on('SIGINT', () => stop(0));
process.on('SIGTERM', () => stop(0));

function run(name, args, env = {}) {
  start(name, 'yarn', args, {
    env: { ...toolchain.env, ...env },
    onLine: keepLine(name),
    onExit: code => {
      if (stopping) return;
      process.stderr.write(`${lastLines.join('\n')}\n`);
      process.stderr.write(
        `✗ The ${name} ended with code ${code}; its last lines are above, the whole log is ${logPath}\n`,
      );
      stop(1);
    },
  });
}

if (!dev) buildPortal(toolchain);
say('Starting the sandbox, the backend and the portal.');
run('sandbox', ['workspace', 'istio-jwt-sandbox', 'start']);

const timer = setTimeout(() => {
  process.stderr.write(`${lastLines.join('\n')}\n`);
  process.stderr.write(
    `✗ Not ready after ${
      READY_WITHIN_MS / 60_000
    } minutes; the whole log is ${logPath}\n`,
  );
  stop(1);
}, READY_WITHIN_MS);

try {
  await waitForAnswer(`${SANDBOX}/version`, aborter.signal);
  if (dev) run('portal', ['start:portal']);
  else {
    run('portal', ['workspace', 'backend', 'start'], {
      APP_CONFIG_backend_baseUrl: JSON.stringify(PORTAL),
      APP_CONFIG_backend_listen_port: String(new URL(PORTAL).port),
    });
  }
  await Promise.all([
    waitForAnswer(PORTAL, aborter.signal),
    waitForAnswer(`${BACKEND}/.backstage/health/v1/readiness`, aborter.signal),
  ]);
  clearTimeout(timer);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  say(
    `Ready in ${seconds} s: ${PORTAL} (guest, sandbox mesh at ${SANDBOX}; Ctrl-C stops it)`,
  );
} catch (error) {
  if (!stopping) throw error;
}
