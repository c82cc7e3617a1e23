/**
 * Starts the portal and its backend on the running lab, as an operator would configure them, and ends
 * with them.
 */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { labDir } from '../paths.ts';
import { configurePortal } from './config.ts';

const portal = spawn('yarn', ['start:portal'], {
  cwd: dirname(dirname(labDir)),
  env: { ...process.env, ...(await configurePortal()) },
  stdio: 'inherit',
});
portal.on('exit', code => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => portal.kill(signal));
}
