/**
 * `yarn mutants`: changes the code that decides and attaches in many small ways, and counts how many changes
 * the tests see. All of it takes hours, so by default a sample of lines is drawn:
 *
 *   MUTANTS_LINES=400 MUTANTS_SEED=1 yarn workspace istio-jwt-policy-engine mutants
 *
 * `MUTANTS_LINES=all` takes every line.
 */
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const FOLDERS = ['src/decide/**/*.ts', 'src/attach/**/*.ts'];
const BLOCK = 5;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function listBlocks() {
  return globSync(FOLDERS)
    .filter(file => !/\.test\.ts$|__testUtils__/.test(file))
    .sort()
    .flatMap(file => {
      const lines = readFileSync(file, 'utf8').split('\n').length;
      return Array.from(
        { length: Math.ceil(lines / BLOCK) },
        (_, i) => `${file}:${i * BLOCK + 1}-${(i + 1) * BLOCK}`,
      );
    });
}

function drawBlocks(lines, seed) {
  const random = createRandom(seed);
  return listBlocks()
    .map(block => ({ block, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, Math.ceil(lines / BLOCK))
    .map(({ block }) => block);
}

const { MUTANTS_LINES: lines = '200', MUTANTS_SEED: seed = '1' } = process.env;

export default {
  mutate:
    lines === 'all'
      ? [...FOLDERS, '!**/*.test.ts', '!**/__testUtils__/**']
      : drawBlocks(Number(lines), Number(seed)),
  testRunner: 'bundled',
  plugins: ['./mutants/runner.mjs'],
  coverageAnalysis: 'perTest',
  concurrency: availableParallelism(),
  dryRunTimeoutMinutes: 30,
  timeoutMS: 120_000,
  reporters: ['clear-text', 'progress-append-only', 'json', 'event-recorder'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 90, low: 80, break: 80 },
};
