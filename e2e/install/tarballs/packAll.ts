/** Builds what is published, and packs it as the registry would get it. */
import { globSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run, say } from '../commands.ts';
import { repoRoot } from '../paths.ts';

export interface Manifest {
  name: string;
  private?: boolean;
  bin?: Record<string, string>;
  files?: string[];
  configSchema?: string;
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  [field: string]: unknown;
}

export interface Tarball {
  /** Of the workspace, from the root of the repository. */
  directory: string;
  /** As it is in the repository, before it is packed. */
  manifest: Manifest;
  path: string;
  bytes: number;
}

/** Workspaces that are not private, by their folder. */
export function listPublished(): { directory: string; manifest: Manifest }[] {
  return globSync(['packages/*/package.json', 'plugins/*/package.json'], {
    cwd: repoRoot,
  })
    .sort()
    .map(file => ({
      directory: join(file, '..'),
      manifest: JSON.parse(readFileSync(join(repoRoot, file), 'utf8')),
    }))
    .filter(({ manifest }) => manifest.private !== true);
}

export async function packAll(workDir: string): Promise<Tarball[]> {
  const log = join(workDir, 'pack.log');
  const directory = join(workDir, 'tarballs');
  mkdirSync(directory, { recursive: true });
  say('Type declarations and packages are built.');
  await run('yarn', ['exec', 'tsc'], { cwd: repoRoot, log });
  await run('yarn', ['backstage-cli', 'repo', 'build'], { cwd: repoRoot, log });
  const tarballs: Tarball[] = [];
  for (const workspace of listPublished()) {
    const path = join(directory, `${workspace.manifest.name}.tgz`);
    await run('yarn', ['pack', '--out', path], {
      cwd: join(repoRoot, workspace.directory),
      log,
    });
    const { size } = statSync(path);
    say(`${workspace.manifest.name}: ${Math.round(size / 1024)} KiB`);
    tarballs.push({ ...workspace, path, bytes: size });
  }
  return tarballs;
}
