/** Whoever installs a plugin may use everything that comes with it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import satisfies from 'spdx-satisfies';
import { repoRoot } from '../lib/toolchain.mjs';
import { collectShipped, listPublished } from './readWorkspaces.mjs';

const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
];

/**
 * Under another licence, and not ours to choose: it comes with Backstage's own scaffolder, which every
 * portal has that installs our module of it. An unmodified library in a package of its own, as the LGPL
 * asks; nothing of ours calls it.
 */
const OF_THE_SCAFFOLDER = {
  '@isomorphic-git/pgp-plugin@0.0.7':
    'backstage-plugin-scaffolder-backend-module-istio-jwt',
};

/** Packages whose package.json names no licence, and the one that their LICENSE file or readme has. */
const READ_BY_HAND = {
  'fast-shallow-equal@1.0.0': 'Unlicense',
  'pause@0.0.1': 'MIT',
  'react-universal-interface@0.6.2': 'Unlicense',
};

function readLicence(key, { license, licenses }) {
  if (READ_BY_HAND[key]) return READ_BY_HAND[key];
  const named = license ?? licenses;
  const list = Array.isArray(named) ? named : [named];
  return list
    .map(entry => (typeof entry === 'string' ? entry : entry?.type))
    .join(' OR ');
}

for (const { directory, manifest } of listPublished()) {
  it(`${manifest.name} ships nothing under another licence`, () => {
    const shipped = collectShipped(directory);
    assert.ok(shipped.size > 0);
    const refused = [...shipped]
      .map(([key, { manifest: of }]) => [key, readLicence(key, of)])
      .filter(([key, licence]) => {
        if (OF_THE_SCAFFOLDER[key] === manifest.name) return false;
        try {
          return !satisfies(licence, ALLOWED);
        } catch {
          return true;
        }
      });
    assert.deepEqual(refused, []);
  });
}

it('what was read by hand still is without a licence of its own', () => {
  const shipped = new Map(
    listPublished().flatMap(({ directory }) => [...collectShipped(directory)]),
  );
  for (const key of Object.keys(READ_BY_HAND)) {
    const entry = shipped.get(key);
    assert.ok(entry, `${key} is not shipped any more: take it off the list`);
    assert.equal(entry.manifest.license ?? entry.manifest.licenses, undefined);
    assert.ok(existsSync(entry.path) && readdirSync(entry.path).length > 0);
  }
});

for (const { directory, manifest } of listPublished()) {
  it(`${manifest.name} brings the text of its licence`, () => {
    const read = file => readFileSync(join(repoRoot, file), 'utf8');
    assert.equal(read(join(directory, 'LICENSE')), read('LICENSE'));
  });
}
