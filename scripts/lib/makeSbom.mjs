/** Makes the bill of materials of a package, by CycloneDX's own plugin for Yarn. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { repoRoot } from './toolchain.mjs';

const SPEC_VERSION = Spec.Version.v1dot6;

function runPlugin(directory, file) {
  const args = ['run', '-T', 'cyclonedx-yarn', '--production'];
  const format = ['--spec-version', SPEC_VERSION, '--output-format', 'JSON'];
  const target = ['--mc-type', 'library', '--output-file', file];
  return new Promise((resolve, reject) => {
    const child = spawn('yarn', [...args, ...format, ...target], {
      cwd: join(repoRoot, directory),
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', text => (log += text));
    child.on('error', reject);
    child.on('close', code =>
      code === 0
        ? resolve()
        : reject(new Error(`No SBOM of ${directory} (${code}):\n${log}`)),
    );
  });
}

/**
 * @param {{ directory: string, manifest: { name: string, version: string } }} workspace
 * @param {string} folder where the file goes
 * @returns {Promise<{ file: string, components: number }>}
 * @throws Error where it could not be made, or is not valid by CycloneDX's schema; then no file is left
 */
export async function makeSbom({ directory, manifest }, folder) {
  const file = join(folder, `${manifest.name}-${manifest.version}.cdx.json`);
  await runPlugin(directory, file);
  const text = readFileSync(file, 'utf8');
  const problems = await new Validation.JsonStrictValidator(
    SPEC_VERSION,
  ).validate(text);
  if (problems !== null) {
    rmSync(file);
    throw new Error(`${file} is no valid SBOM: ${JSON.stringify(problems)}`);
  }
  return { file, components: JSON.parse(text).components.length };
}
