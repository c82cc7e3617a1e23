#!/usr/bin/env node
/**
 * `yarn sbom [FOLDER]`: a CycloneDX bill of materials for each published package, as `NAME-VERSION.cdx.json`:
 * what it brought on the day of its release, by yarn.lock, without development tools.
 */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { listPublished } from './checks/readWorkspaces.mjs';
import { repoRoot, say } from './lib/toolchain.mjs';
import { makeSbom } from './lib/makeSbom.mjs';

const folder = resolve(process.argv[2] ?? resolve(repoRoot, 'sbom'));
mkdirSync(folder, { recursive: true });
for (const workspace of listPublished()) {
  const { file, components } = await makeSbom(workspace, folder);
  say(`${file}: ${components} components`);
}
