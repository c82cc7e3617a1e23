/** Installs the tarballs as the commands of the pages would the published packages. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, say } from '../commands.ts';
import { additions } from '../paths.ts';
import type { FrontendSystem } from '../tries.ts';
import type { Tarball } from '../tarballs/packAll.ts';
import { readJson } from './createPortal.ts';
import { readBlocks } from './readBlocks.ts';

/** Packages of others that the pages have people add. */
const OTHERS = ['@backstage-community/plugin-tech-insights-backend'];

/** What the pages say to run, such as `yarn --cwd packages/app add NAME`. */
function readAddCommands(): string[] {
  return additions.flatMap(({ page, heading }) =>
    readBlocks(page, heading)
      .filter(({ language }) => language === 'sh')
      .filter(({ text }) => text.startsWith('yarn '))
      .flatMap(({ text }) => text.split('\n')),
  );
}

function addDependency(path: string, name: string, range: string): void {
  const manifest = readJson(path);
  const dependencies = { ...manifest.dependencies, [name]: range };
  writeFileSync(path, JSON.stringify({ ...manifest, dependencies }, null, 2));
}

/** @returns seconds that the installation took */
export async function addPackages(
  directory: string,
  system: FrontendSystem,
  tarballs: Tarball[],
  workDir: string,
): Promise<number> {
  const log = join(workDir, `install-${system}.log`);
  const urls = new Map(
    tarballs.map(({ manifest, path }) => [manifest.name, `file:${path}`]),
  );
  const manifestPath = join(directory, 'package.json');
  const manifest = readJson(manifestPath);
  writeFileSync(
    manifestPath,
    JSON.stringify(
      {
        ...manifest,
        resolutions: {
          ...manifest.resolutions,
          // They ask for each other by version, as on the registry, where they are not yet.
          ...Object.fromEntries(urls),
          ...findNativeModules(),
        },
      },
      null,
      2,
    ),
  );
  const env = {
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    // A busy machine answers late, and Yarn does not survive that.
    YARN_HTTP_TIMEOUT: '300000',
    YARN_NETWORK_CONCURRENCY: '8',
  };
  for (const line of readAddCommands()) {
    const [, workspace, name] = /^yarn --cwd (\S+) add (\S+)$/.exec(line) ?? [];
    const range = urls.get(name) ?? (OTHERS.includes(name) ? 'latest' : '');
    if (!range) throw new Error(`"${line}" adds nothing that is published`);
    say(line);
    // What `yarn add` writes, with the tarball for the version: one installation for all of them.
    addDependency(join(directory, workspace, 'package.json'), name, range);
  }
  const seconds = await run('yarn', ['install'], { cwd: directory, log, env });
  say(`Installed in ${Math.round(seconds)} s.`);
  checkInstalled(directory, tarballs);
  return seconds;
}

/**
 * better-sqlite3 is compiled, or fetched from outside the registry. Where this repository's own portal
 * uses the replacement with the same interface, so does the new one.
 */
function findNativeModules(): Record<string, string> {
  const { resolutions } = readJson(
    join(import.meta.dirname, '../../../package.json'),
  );
  return { 'better-sqlite3': resolutions['better-sqlite3'] };
}

/** One copy of each, and from its tarball: a second one would not see the first one's extensions. */
function checkInstalled(directory: string, tarballs: Tarball[]): void {
  const lock = readFileSync(join(directory, 'yarn.lock'), 'utf8');
  for (const { manifest, path } of tarballs) {
    const installed = join(directory, 'node_modules', manifest.name);
    if (existsSync(installed) && !lock.includes(path)) {
      throw new Error(`${manifest.name} was not installed from ${path}`);
    }
  }
}
