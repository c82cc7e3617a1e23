/** `yarn sbom` says of each published package what whoever installs it gets. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { makeSbom } from '../lib/makeSbom.mjs';
import { collectShipped, listPublished } from './readWorkspaces.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function nameOf({ group, name, version }) {
  return `${group ? `${group}/` : ''}${name}@${version}`;
}

for (const workspace of listPublished()) {
  const { directory, manifest } = workspace;
  it(`the SBOM of ${manifest.name} has all that it brings`, async () => {
    const { file } = await makeSbom(workspace, folder);
    const sbom = JSON.parse(readFileSync(file, 'utf8'));
    const { component } = sbom.metadata;
    assert.equal(nameOf(component), `${manifest.name}@${manifest.version}`);
    assert.ok(Date.parse(sbom.metadata.timestamp));

    const listed = new Set(sbom.components.map(nameOf));
    const shipped = [...collectShipped(directory).keys()];
    assert.deepEqual(
      shipped.filter(key => !listed.has(key)),
      [],
    );
    assert.ok(sbom.components.every(({ purl }) => /^pkg:npm\//.test(purl)));
    const tools = ['@backstage/cli', 'jest', 'knip', 'prettier'].filter(
      tool => !shipped.some(key => key.startsWith(`${tool}@`)),
    );
    assert.ok(tools.length > 0);
    for (const key of listed) {
      assert.ok(!tools.includes(key.replace(/@[^@]+$/, '')), key);
    }
  });
}
