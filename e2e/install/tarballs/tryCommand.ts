/** Runs the command of the engine from its tarball, in a folder where nothing is installed. */
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { say } from '../commands.ts';
import { repoRoot } from '../paths.ts';
import type { Tarball } from './packAll.ts';

/** The demo mesh; folders below it are not manifests, or broken on purpose. */
const MESH = globSync(join(repoRoot, 'packages/sandbox/data/*.yaml'));

export async function tryCommand(
  tarballs: Tarball[],
  workDir: string,
): Promise<void> {
  const withCommand = tarballs.find(
    ({ manifest }) => manifest.bin?.['istio-jwt'],
  );
  if (!withCommand) throw new Error('No package has the command istio-jwt');
  const { stdout } = await promisify(execFile)(
    'npx',
    [
      ...['--yes', `--package=${withCommand.path}`, 'istio-jwt'],
      ...['audit', ...MESH, '--output', 'json', '--fail-on', 'never'],
    ],
    { cwd: mkdtempSync(join(workDir, 'empty-')), maxBuffer: 64 * 1024 * 1024 },
  );
  const { services } = JSON.parse(stdout);
  const payments = services.find(
    ({ name }: { name: string }) => name === 'payments',
  );
  if (payments?.state !== 'enforced') {
    throw new Error(`istio-jwt audit says of payments ${payments?.state}`);
  }
  say('npx runs istio-jwt from its tarball, and it reads the demo mesh.');
}
