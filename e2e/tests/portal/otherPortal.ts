import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { toVariables } from '../../lab/portal/toVariables.ts';
import { SANDBOX } from './portal.ts';

const PORT = 3107;
const READY_WITHIN_MS = 120_000;
const ENDS_WITHIN_MS = 10_000;
const KEPT_CHARS = 8000;

export const OTHER_PORTAL = `http://localhost:${PORT}`;

let portal: ChildProcess | undefined;

/**
 * Starts a second portal on the same sandbox, of the same build, with other settings: those that hold for
 * a whole portal would change every other test.
 *
 * @param istioJwt - settings by the path of their key below `istioJwt`, divided by `_`
 */
export async function startOtherPortal(
  istioJwt: Record<string, unknown>,
): Promise<void> {
  const settings = {
    app_baseUrl: OTHER_PORTAL,
    backend_baseUrl: OTHER_PORTAL,
    backend_listen_port: PORT,
    istioJwt_schedule_enabled: false,
    ...Object.fromEntries(
      Object.entries(istioJwt).map(([key, value]) => [
        `istioJwt_${key}`,
        value,
      ]),
    ),
  };
  portal = spawn('yarn', ['workspace', 'backend', 'start'], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: {
      ...process.env,
      ...toVariables(settings),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it started ends with it.
    detached: true,
  });
  let said = '';
  const keep = (text: string) => {
    said = (said + text).slice(-KEPT_CHARS);
  };
  portal.stdout!.setEncoding('utf8').on('data', keep);
  portal.stderr!.setEncoding('utf8').on('data', keep);
  const until = Date.now() + READY_WITHIN_MS;
  while (!(await isReady())) {
    if (portal.exitCode !== null || Date.now() > until) {
      throw new Error(`The other portal is not ready:\n${said}`);
    }
    await sleep(250);
  }
}

async function isReady(): Promise<boolean> {
  const health = `${OTHER_PORTAL}/.backstage/health/v1/readiness`;
  return fetch(health, { signal: AbortSignal.timeout(5000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

export async function stopOtherPortal(): Promise<void> {
  const { pid, exitCode } = portal ?? {};
  if (!portal || pid === undefined || exitCode !== null) return;
  const ended = once(portal, 'exit');
  process.kill(-pid, 'SIGTERM');
  const killing = setTimeout(
    () => process.kill(-pid, 'SIGKILL'),
    ENDS_WITHIN_MS,
  );
  await ended;
  clearTimeout(killing);
}

/** The sandbox under another name: a second cluster, as far as a portal can tell. */
export function clusterOf(name: string, title: string): object {
  return { name, title, sandbox: true, url: SANDBOX };
}
