/** A new Backstage portal, as Backstage's own generator makes it today. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, say } from '../commands.ts';
import type { FrontendSystem } from '../tries.ts';
import { pinNewest, pinRelease } from './pinRelease.ts';

export interface NewPortal {
  directory: string;
  /** Release of Backstage. */
  backstage: string;
  generator: string;
}

export async function createPortal(
  workDir: string,
  system: FrontendSystem,
): Promise<NewPortal> {
  const log = join(workDir, `create-${system}.log`);
  const wanted = process.env.INSTALL_TRY_CREATE_APP ?? 'latest';
  const generatorDir = join(workDir, `generator-${wanted}`);
  const generator = join(generatorDir, 'node_modules/@backstage/create-app');
  if (!existsSync(generator)) {
    mkdirSync(generatorDir, { recursive: true });
    const args = ['install', '--no-audit', '--no-fund', '--prefix'];
    const name = `@backstage/create-app@${wanted}`;
    await run('npm', [...args, generatorDir, name], { cwd: workDir, log });
  }
  const name = `portal-${system}`;
  const directory = join(workDir, name);
  rmSync(directory, { recursive: true, force: true });
  await run(
    join(generatorDir, 'node_modules/.bin/backstage-create-app'),
    ['--skip-install', ...(system === 'legacy' ? ['--legacy'] : [])],
    {
      cwd: workDir,
      log,
      // The generator moves what it makes, which works within one file system only.
      env: { BACKSTAGE_APP_NAME: name, TMPDIR: workDir },
    },
  );
  const backstage = readJson(join(directory, 'backstage.json')).version;
  const { version } = readJson(join(generator, 'package.json'));
  say(`create-app ${version} made a portal of Backstage ${backstage}.`);
  if (process.env.INSTALL_TRY_RELEASE === 'newest') {
    pinNewest(directory, backstage);
    say('Moved to the newest package of each name.');
  } else if (!hasSeed(directory)) {
    pinRelease(directory, backstage);
    say(
      "Its yarn.lock could not be fetched: the release's versions are pinned.",
    );
  }
  return { directory, backstage, generator: version };
}

export function readJson(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The generator fetches a yarn.lock with the release's own versions, where it reaches its host. */
function hasSeed(directory: string): boolean {
  return readFileSync(join(directory, 'yarn.lock'), 'utf8').length > 10_000;
}
