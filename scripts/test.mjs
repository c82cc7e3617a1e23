#!/usr/bin/env node
/**
 * `npm test`: types, lint, format, docs, unit and integration tests, and the browser tests on the
 * sandbox. `--lab` adds the tests against a real Istio where the machine can run one, and those that take
 * minutes each and are counted as skipped otherwise (`LONG_TESTS`).
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './lib/browser.mjs';
import {
  describeFailures,
  readJestFailures,
  readPlaywrightFailures,
} from './lib/failures.mjs';
import { installDependencies } from './lib/install.mjs';
import { findLabObstacle, prepareSteps } from './lib/steps.mjs';
import { prepareToolchain, repoRoot, say } from './lib/toolchain.mjs';

const toolchain = prepareToolchain();
installDependencies(toolchain);

const resultsDir = join(repoRoot, 'node_modules', '.cache', 'test-results');
rmSync(resultsDir, { recursive: true, force: true });
mkdirSync(resultsDir, { recursive: true });

const withLab = process.argv.includes('--lab');
if (withLab) toolchain.env.LONG_TESTS = '1';

const total = { passed: 0, failed: 0, skipped: 0 };
const { runStep, failedSteps } = prepareSteps(toolchain.env);
const failures = [];

function readReport(name) {
  const file = join(resultsDir, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function count(report) {
  total.passed += report.passed;
  total.failed += report.failed;
  total.skipped += report.skipped;
  failures.push(...report.failures);
}

/** Scripts that run tests by `scripts/lib/runTests.mjs`, so that what they skip is told, too. */
async function runCounted(title, script) {
  const name = `${script.replace(':', '-')}.json`;
  await runStep(title, [script], {
    env: { TEST_COUNTS: join(resultsDir, name) },
    output: 'held',
  });
  const counts = readReport(name);
  if (counts) count(counts);
}

async function runUnitTests() {
  const file = join(resultsDir, 'jest.json');
  const args = [
    'test:unit',
    '--watch=false',
    // Tests of operations and leases wait half of their time. Twice the cores made tests fail that look at a clock.
    `--maxWorkers=${Math.max(3, availableParallelism())}`,
    '--json',
    `--outputFile=${file}`,
  ];
  await runStep('unit and integration tests', args, { output: 'held' });
  const report = readReport('jest.json');
  if (!report) return;
  count({
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: readJestFailures(report, repoRoot),
  });
}

async function runBrowserTests(browser) {
  if (browser.kind === 'none') {
    say(`browser tests: SKIPPED, no Chromium can be had here. ${browser.fix}`);
    total.skipped += 1;
    return;
  }
  await runStep('browser tests', ['test:e2e'], {
    env: {
      PLAYWRIGHT_JSON_OUTPUT_NAME: join(resultsDir, 'playwright.json'),
      ...(browser.kind === 'system' ? { CHROMIUM_PATH: browser.path } : {}),
    },
  });
  const report = readReport('playwright.json');
  if (!report) return;
  const { stats } = report;
  count({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    failures: readPlaywrightFailures(report),
  });
}

async function runLabTests(browser) {
  const obstacle = findLabObstacle(toolchain.env);
  if (obstacle !== undefined) {
    say(
      `lab tests: SKIPPED, this machine cannot run a real Istio:\n${obstacle}`,
    );
    total.skipped += 1;
    return;
  }
  await runStep('lab tests', ['lab', 'test'], {
    env: {
      LAB_REPORT: join(resultsDir, 'lab.json'),
      ...(browser.kind === 'system' ? { CHROMIUM_PATH: browser.path } : {}),
    },
  });
  const report = readReport('lab.json');
  if (report) count(report);
}

/** Steps that use one core each, two at a time. */
async function runStaticChecks() {
  const runInTurn = async steps => {
    for (const [title, script] of steps) {
      await runStep(title, [script], { output: 'held' });
    }
  };
  await Promise.all([
    // The reports are made of the declarations that the type check writes.
    runInTurn([
      ['types', 'tsc'],
      ['API reports', 'api-reports:check'],
    ]),
    runInTurn([
      ['lint', 'lint'],
      ['format', 'format:check'],
    ])
      .then(() => runCounted('docs', 'docs:test'))
      .then(() => runCounted('unused code, licences, secrets', 'checks')),
  ]);
}

await runStaticChecks();
const browser = findBrowser(toolchain.env);
// Each leaves a core to the other for a good part of its time.
await Promise.all([runBrowserTests(browser), runUnitTests()]);
if (withLab) {
  await runStep('size of the card', [
    'workspace',
    'backstage-plugin-istio-jwt',
    'card-size',
  ]);
  await runLabTests(browser);
}

process.stdout.write(`\n${describeFailures(failures)}`);
if (failedSteps.length > 0) {
  process.stdout.write(`Failed steps: ${failedSteps.join(', ')}\n`);
}
process.stdout.write(
  `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
);
process.exit(failedSteps.length > 0 || total.failed > 0 ? 1 : 0);
