/** Installs dependencies when the lock file or a package.json changed since the last install. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot, runYarnQuietly, say } from './toolchain.mjs';

const stampFile = join(repoRoot, 'node_modules', '.installed-from');

function listInputs() {
  const workspaces = ['packages', 'plugins'].flatMap(folder =>
    readdirSync(join(repoRoot, folder)).map(name => join(folder, name)),
  );
  return ['.', 'e2e', ...workspaces]
    .map(workspace => join(workspace, 'package.json'))
    .concat('yarn.lock', '.yarnrc.yml')
    .filter(file => existsSync(join(repoRoot, file)))
    .sort();
}

function hashInputs(node) {
  const hash = createHash('sha256').update(node);
  for (const file of listInputs()) {
    hash.update(file).update(readFileSync(join(repoRoot, file)));
  }
  return hash.digest('hex');
}

export function installDependencies({ node, env }) {
  const hash = hashInputs(node);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return;

  say('Installing dependencies (about 2 minutes the first time).');
  const started = Date.now();
  runYarnQuietly(['install', '--immutable'], {
    env,
    failure: 'Yarn could not install the dependencies (its output is above).',
    fix: 'If a package.json changed, run `yarn install` and commit yarn.lock.',
  });
  writeFileSync(stampFile, hash);
  say(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}
