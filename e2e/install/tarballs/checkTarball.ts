/** What a published package has to bring, read from its tarball. */
import { execFileSync } from 'node:child_process';
import type { Manifest, Tarball } from './packAll.ts';

const MAX_BUFFER = 64 * 1024 * 1024;

function listFiles(path: string): string[] {
  return execFileSync('tar', ['tzf', path], {
    encoding: 'utf8',
    maxBuffer: MAX_BUFFER,
  })
    .split('\n')
    .filter(Boolean)
    .map(file => file.replace(/^package\//, ''));
}

function readManifest(path: string): Manifest {
  return JSON.parse(
    execFileSync('tar', ['xzOf', path, 'package/package.json'], {
      encoding: 'utf8',
    }),
  );
}

/** Every path that a manifest leads to: entry points, types, commands, the schema of the config. */
function listTargets(value: unknown): string[] {
  if (typeof value === 'string') return [value.replace(/^\.\//, '')];
  if (Array.isArray(value)) return value.flatMap(listTargets);
  return Object.values(value ?? {}).flatMap(listTargets);
}

const SOURCE = /\.(test|spec)\.|__testUtils__|__fixtures__|\/testing\//;

/** @returns what is wrong with it, nothing where all is there */
export function checkTarball({ manifest: source, path }: Tarball): string[] {
  const files = new Set(listFiles(path));
  const manifest = readManifest(path);
  const problems: string[] = [];

  for (const file of ['README.md', 'LICENSE']) {
    if (!files.has(file)) problems.push(`${file} is missing`);
  }
  for (const entry of source.files ?? []) {
    // The build turns the declaration of the config into a schema.
    const kept = entry === 'config.d.ts' ? manifest.configSchema! : entry;
    const isThere = [...files].some(
      file => file === kept || file.startsWith(`${kept}/`),
    );
    if (!isThere) problems.push(`nothing of "${entry}" is in it`);
  }
  const { backstage, ...exported } = (manifest.exports?.['.'] ?? {}) as Record<
    string,
    unknown
  >;
  const targets = listTargets([
    manifest.main,
    manifest.module,
    manifest.types,
    manifest.bin,
    manifest.configSchema,
    { ...manifest.exports, '.': exported },
  ]);
  for (const target of targets) {
    if (!files.has(target)) problems.push(`${target} is named and not there`);
    if (target.startsWith('src/')) problems.push(`${target} is a source`);
  }
  const lost = Object.keys(source.exports ?? {}).filter(
    name => !(name in (manifest.exports ?? {})),
  );
  for (const name of lost) problems.push(`the entry point ${name} is lost`);
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    if (/^(workspace|file|link|portal):/.test(range)) {
      problems.push(`${name} is asked for as ${range}`);
    }
  }
  for (const file of files) {
    if (SOURCE.test(file)) problems.push(`${file} is a test's`);
  }
  return problems;
}
