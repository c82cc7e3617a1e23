/**
 * Objects of git in which no secret was found, so that a repeated check looks at new ones alone. An object never
 * changes; what is looked for does, and then all of them are looked at again.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../lib/toolchain.mjs';

const directory = join(repoRoot, 'node_modules', '.cache', 'secrets');

function hashRules() {
  const hash = createHash('sha256');
  for (const file of [
    'scripts/checks/secrets/findSecrets.mjs',
    'scripts/checks/secrets/readHistory.mjs',
    'scripts/checks/secrets/tokenRules.mjs',
    'node_modules/@secretlint/core/package.json',
    'node_modules/@secretlint/secretlint-rule-preset-recommend/package.json',
  ]) {
    hash.update(readFileSync(join(repoRoot, file)));
  }
  return hash.digest('hex');
}

/** @returns {{ ids: Set<string>, keep: () => void }} */
export function openCleanObjects() {
  const file = join(directory, hashRules());
  const ids = new Set(
    existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [],
  );
  const keep = () => {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, [...ids].join('\n'));
  };
  return { ids, keep };
}
