/**
 * `yarn mutants`: changes the code that decides and attaches in many small ways, and counts how many changes
 * the tests see. Which lines are changed is drawn, in blocks of five:
 *
 *   MUTANTS_LINES=600      how many lines (the default), or `all`, which takes an hour of two cores
 *   MUTANTS_SEED=1         the same seed draws the same lines
 *   MUTANTS_SINCE=main     only of files that differ from where the branch left `main`
 *   MUTANTS_FILES=src/decide/rbac.ts   only of these files, a glob
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const BLOCK = 5;
/** Not the working folder: others, such as Knip, read this file from elsewhere. */
const cwd = import.meta.dirname;

const {
  MUTANTS_LINES: lines = '600',
  MUTANTS_SEED: seed = '1',
  MUTANTS_SINCE: since,
  MUTANTS_FILES: wanted = 'src/{decide,attach}/**/*.ts',
  MUTANTS_WORKERS: workers,
} = process.env;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function createRandom(start) {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Files of this package that changed, committed or not, since the branch left `ref`. */
function listChanged(ref) {
  const git = (...args) => execFileSync('git', args, { encoding: 'utf8', cwd });
  const base = git('merge-base', ref, 'HEAD').trim();
  return git('diff', '--relative', '--name-only', base).split('\n');
}

function listFiles() {
  const changed = since === undefined ? undefined : listChanged(since);
  const files = globSync(wanted, { cwd })
    .filter(file => !/\.test\.ts$|__testUtils__/.test(file))
    .filter(file => !changed || changed.includes(file))
    .sort();
  if (files.length > 0) return files;
  process.stdout.write('No file to change.\n');
  return process.exit(0);
}

function listBlocks(files) {
  return files.flatMap(file => {
    const count = readFileSync(join(cwd, file), 'utf8').split('\n').length;
    return Array.from(
      { length: Math.ceil(count / BLOCK) },
      (_, i) => `${file}:${i * BLOCK + 1}-${(i + 1) * BLOCK}`,
    );
  });
}

function drawBlocks(files, count) {
  const random = createRandom(Number(seed));
  return listBlocks(files)
    .map(block => ({ block, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, Math.ceil(count / BLOCK))
    .map(({ block }) => block);
}

const files = listFiles();

export default {
  mutate: lines === 'all' ? files : drawBlocks(files, Number(lines)),
  testRunner: 'bundled',
  plugins: ['./mutants/runner.mjs'],
  coverageAnalysis: 'perTest',
  concurrency: workers ? Number(workers) : availableParallelism(),
  dryRunTimeoutMinutes: 30,
  // Endless loops are found by counting. What runs into this stood still, and is to be looked at.
  timeoutMS: 300_000,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 90, low: 80, break: 80 },
};
