/**
 * Holds a new portal to the packages of its release of Backstage. Its ranges alone would take in some
 * packages of later releases, which do not fit the others; the generator's warning says as much.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repoRoot } from '../paths.ts';

const SCOPE = '@backstage/';

/** Versions that the generator names, which are those of the release. */
function readGenerated(directory: string): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const file of globSync(['package.json', 'packages/*/package.json'], {
    cwd: directory,
  })) {
    const manifest = JSON.parse(readFileSync(join(directory, file), 'utf8'));
    const ranges = { ...manifest.devDependencies, ...manifest.dependencies };
    for (const [name, range] of Object.entries<string>(ranges)) {
      if (name.startsWith(SCOPE)) versions[name] = range.replace(/^\^/, '');
    }
  }
  return versions;
}

/** Versions of what stands behind those, where this repository is on the same release. */
function readOwn(backstage: string): Record<string, string> {
  const own = JSON.parse(
    readFileSync(join(repoRoot, 'backstage.json'), 'utf8'),
  );
  if (own.version !== backstage) return {};
  const lock = parse(readFileSync(join(repoRoot, 'yarn.lock'), 'utf8'));
  const found = new Map<string, Set<string>>();
  for (const [key, entry] of Object.entries<{ version: string }>(lock)) {
    const [, name] = /^(@backstage\/[^@]+)@npm:/.exec(key) ?? [];
    if (!name) continue;
    found.set(name, (found.get(name) ?? new Set()).add(entry.version));
  }
  return Object.fromEntries(
    [...found]
      .filter(([, versions]) => versions.size === 1)
      .map(([name, versions]) => [name, [...versions][0]]),
  );
}

function pin(directory: string, pinned: Record<string, string>): void {
  const path = join(directory, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(
    path,
    JSON.stringify(
      { ...manifest, resolutions: { ...manifest.resolutions, ...pinned } },
      null,
      2,
    ),
  );
}

function readRelease(directory: string, backstage: string) {
  return { ...readOwn(backstage), ...readGenerated(directory) };
}

export function pinRelease(directory: string, backstage: string): void {
  pin(directory, readRelease(directory, backstage));
}

/**
 * Moves a new portal to the newest package of each name, which may be of a release that has no generator
 * yet. Our packages get the same ones, whatever their ranges say: this tells what a later release would break.
 */
export function pinNewest(directory: string, backstage: string): void {
  const names = Object.keys(readRelease(directory, backstage));
  const newest = names.map(name => [name, 'latest']);
  pin(directory, Object.fromEntries(newest));
}
