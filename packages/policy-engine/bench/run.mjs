import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Runs a benchmark in one bundle, as the engine is run where it is installed. */
const [entry, ...args] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'istio-jwt-bench-'));
try {
  const outfile = join(folder, 'bench.cjs');
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
  });
  const { status } = spawnSync(process.execPath, [outfile, ...args], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
