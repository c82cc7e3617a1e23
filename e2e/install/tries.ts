/** The ways to get the product, each from nothing to a screen that shows it. */
import { join } from 'node:path';
import { findFreePort } from '../lab/state.ts';
import { askModules } from './askModules.ts';
import { run, say, startUntil, stopAll } from './commands.ts';
import { repoRoot } from './paths.ts';
import { addPackages } from './portal/addPackages.ts';
import { configurePortal } from './portal/configurePortal.ts';
import { createPortal } from './portal/createPortal.ts';
import { wirePlugins } from './portal/wirePlugins.ts';
import type { Tarball } from './tarballs/packAll.ts';

export type FrontendSystem = 'new' | 'legacy';

/** A new portal with the tarballs in it, type-checked, started on the sandbox and looked at. */
export async function tryPortal(
  system: FrontendSystem,
  tarballs: Tarball[],
  workDir: string,
): Promise<void> {
  const { directory } = await createPortal(workDir, system);
  await addPackages(directory, system, tarballs, workDir);
  wirePlugins(directory, system);

  const url = async () => `http://localhost:${await findFreePort()}`;
  const portal = await url();
  const backend = await url();
  const sandbox = `http://127.0.0.1:${await findFreePort()}`;
  configurePortal(directory, { portal, backend, sandbox });
  const types = await run('yarn', ['tsc'], {
    cwd: directory,
    log: join(workDir, `tsc-${system}.log`),
  });
  say(`Its types are right (yarn tsc, ${Math.round(types)} s).`);

  try {
    await startUntil(
      `${sandbox}/version`,
      ['yarn', 'workspace', 'istio-jwt-sandbox', 'start'],
      {
        cwd: repoRoot,
        log: join(workDir, 'sandbox.log'),
        env: {
          SANDBOX_API_PORT: new URL(sandbox).port,
          SANDBOX_GATEWAY_PORT_OFFSET: 'free',
        },
      },
    );
    await startUntil(
      `${backend}/.backstage/health/v1/readiness`,
      ['yarn', 'start'],
      { cwd: directory, log: join(workDir, `start-${system}.log`) },
    );
    say('Started; the backend is ready.');
    await askModules(backend);
    const log = join(workDir, `look-${system}.log`);
    await run('yarn', ['playwright', 'test', '--config', 'install/look'], {
      cwd: join(repoRoot, 'e2e'),
      log,
      env: {
        INSTALL_TRY_PORTAL: portal,
        INSTALL_TRY_PICTURES: join(workDir, `pictures-${system}`),
      },
    });
    say(`Card, tab and coverage page are there; pictures-${system}`);
  } finally {
    await stopAll();
  }
}
