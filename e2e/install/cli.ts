/** Tries the ways to install, from tarballs as the registry would get them. */
import { existsSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { say, stopAll } from './commands.ts';
import { bundlePlugins } from './bundle.ts';
import { tryQuickstart } from './quickstart.ts';
import { tryPortal } from './tries.ts';
import { checkTarball } from './tarballs/checkTarball.ts';
import { listPublished, packAll, type Tarball } from './tarballs/packAll.ts';
import { tryCommand } from './tarballs/tryCommand.ts';

const USAGE = `yarn workspace e2e install-try <way…>

  pack     builds, packs and checks every published package, and runs istio-jwt from its tarball
  new      … and installs them into a new portal with the new frontend system, and looks at it
  legacy   … into a new portal with the legacy frontend system
  bundle   … and makes bundles for portals that load plugins dynamically

  quickstart   deploy/quickstart on the running lab, and a portal with the settings that it prints

INSTALL_TRY_DIR   where to work, kept afterwards; default: a new temporary folder. Tarballs in it that
                  are newer than an hour are used again.
INSTALL_TRY_CREATE_APP  version of @backstage/create-app; default: latest
INSTALL_TRY_RELEASE     "newest" takes the newest package of each name under @backstage, where others take
                        those of the generator's release
CHROMIUM_PATH     the browser that looks; default: Playwright's own`;
const WAYS = ['pack', 'new', 'legacy', 'bundle', 'quickstart'];
const HOUR_MS = 3_600_000;

function findPacked(workDir: string): Tarball[] | undefined {
  const tarballs = listPublished().map(workspace => {
    const path = join(workDir, 'tarballs', `${workspace.manifest.name}.tgz`);
    return {
      ...workspace,
      path,
      stat: statSync(path, { throwIfNoEntry: false }),
    };
  });
  return tarballs.every(
    ({ stat }) => stat && Date.now() - stat.mtimeMs < HOUR_MS,
  )
    ? tarballs.map(({ stat, ...tarball }) => ({
        ...tarball,
        bytes: stat!.size,
      }))
    : undefined;
}

async function main(ways: string[]): Promise<number> {
  if (ways.length === 0 || ways.some(way => !WAYS.includes(way))) {
    process.stdout.write(`${USAGE}\n`);
    return 2;
  }
  const workDir = process.env.INSTALL_TRY_DIR
    ? resolve(process.env.INSTALL_TRY_DIR)
    : mkdtempSync(join(tmpdir(), 'istio-jwt-install-'));
  if (!existsSync(workDir)) mkdirSync(workDir, { recursive: true });
  say(`Work and logs are in ${workDir}`);

  if (ways.includes('quickstart')) await tryQuickstart(workDir);
  if (ways.every(way => way === 'quickstart')) return 0;

  const tarballs = findPacked(workDir) ?? (await packAll(workDir));
  const problems = tarballs.flatMap(tarball =>
    checkTarball(tarball).map(text => `${tarball.manifest.name}: ${text}`),
  );
  if (problems.length > 0) {
    throw new Error(`Not fit to publish:\n${problems.join('\n')}`);
  }
  say(`${tarballs.length} tarballs have what they should have.`);
  await tryCommand(tarballs, workDir);

  for (const system of ['new', 'legacy'] as const) {
    if (ways.includes(system)) await tryPortal(system, tarballs, workDir);
  }
  if (ways.includes('bundle')) await bundlePlugins(workDir);
  return 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stopAll().then(() => process.exit(1)));
}
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`✗ ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
