/** What the workspaces say of themselves, and what is installed for them. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repoRoot } from '../lib/toolchain.mjs';

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** @returns {{ directory: string, manifest: Record<string, any> }[]} */
export function listWorkspaces() {
  return globSync(['packages/*', 'plugins/*', 'e2e'], { cwd: repoRoot })
    .filter(directory => existsSync(join(repoRoot, directory, 'package.json')))
    .sort()
    .map(directory => ({
      directory,
      manifest: readJson(join(repoRoot, directory, 'package.json')),
    }));
}

/** Those that are published to the registry. */
export function listPublished() {
  return listWorkspaces().filter(({ manifest }) => !manifest.private);
}

/** The installed package as Node finds it from a directory, or undefined where it is not there. */
function findInstalled(name, from) {
  for (let directory = from; ; directory = dirname(directory)) {
    const path = join(directory, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return path;
    if (directory === dirname(directory)) return undefined;
  }
}

/**
 * Everything that somebody who installs a workspace gets with it, by name and version.
 *
 * @returns {Map<string, { manifest: Record<string, any>, path: string }>}
 */
export function collectShipped(directory) {
  const shipped = new Map();
  const waiting = [join(repoRoot, directory)];
  for (const path of waiting) {
    const manifest = readJson(join(path, 'package.json'));
    const names = Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
    });
    for (const name of names) {
      const found = findInstalled(name, path);
      if (!found) continue;
      const next = readJson(join(found, 'package.json'));
      const key = `${next.name}@${next.version}`;
      if (shipped.has(key)) continue;
      shipped.set(key, { manifest: next, path: found });
      waiting.push(found);
    }
  }
  return shipped;
}
