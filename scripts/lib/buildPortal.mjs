/** Builds the portal's frontend as it is deployed, when something that goes into it changed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot, runYarnQuietly, say } from './toolchain.mjs';

const appDir = join('packages', 'app');
const stampFile = join(repoRoot, appDir, 'dist', '.built-from');

function readPackage(directory) {
  return JSON.parse(
    readFileSync(join(repoRoot, directory, 'package.json'), 'utf8'),
  );
}

function listWorkspaces() {
  return ['packages', 'plugins'].flatMap(folder =>
    readdirSync(join(repoRoot, folder))
      .map(name => join(folder, name))
      .filter(directory =>
        existsSync(join(repoRoot, directory, 'package.json')),
      ),
  );
}

/** The app's folder and those of the workspaces that it depends on, however far away. */
function listBundledWorkspaces() {
  const directories = new Map(
    listWorkspaces().map(directory => [readPackage(directory).name, directory]),
  );
  const bundled = new Set([appDir]);
  for (const directory of bundled) {
    for (const name of Object.keys(readPackage(directory).dependencies ?? {})) {
      if (directories.has(name)) bundled.add(directories.get(name));
    }
  }
  return [...bundled].sort();
}

function listFiles(directory) {
  return readdirSync(join(repoRoot, directory), { withFileTypes: true })
    .filter(
      ({ name }) => !['node_modules', 'dist', 'dist-types'].includes(name),
    )
    .flatMap(entry => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? listFiles(path) : [path];
    });
}

function hashInputs() {
  const hash = createHash('sha256');
  const files = listBundledWorkspaces()
    .flatMap(listFiles)
    .concat('yarn.lock', 'app-config.yaml');
  for (const file of files) {
    hash.update(file).update(readFileSync(join(repoRoot, file)));
  }
  return hash.digest('hex');
}

export function buildPortal({ env }) {
  const hash = hashInputs();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return;

  say('Building the portal (half a minute, again only when it changes).');
  const started = Date.now();
  runYarnQuietly(['workspace', 'app', 'build'], {
    env,
    failure: 'The portal could not be built (the output is above).',
  });
  writeFileSync(stampFile, hash);
  say(`Built in ${Math.round((Date.now() - started) / 1000)} s.`);
}
