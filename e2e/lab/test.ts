import { spawn } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { chromium } from '@playwright/test';
// The test command is no package, and tells the failures of all of them.
// eslint-disable-next-line @backstage/no-relative-monorepo-imports
import {
  readNodeFailures,
  readPlaywrightFailures,
  type Failure,
} from '../../scripts/lib/failures.mjs';
import { canRunLab } from './can-run.ts';
import { adoptCluster, existingKubeconfig } from './existing-cluster.ts';
import { bringUp, readStatus, takeDown } from './lab.ts';
import { labDir } from './paths.ts';

/** Longest that the tests, and the comparison, may each take. */
const STEP_LIMIT_MS = 20 * 60_000;
const COMPARED_DECISIONS = 6_000;

const e2eDir = dirname(labDir);

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  failures: Failure[];
}

/** For the repository's test command: `LAB_REPORT` names a file for the sum. */
function writeReport(counts: Counts): void {
  const file = process.env.LAB_REPORT;
  if (file) writeFileSync(file, JSON.stringify(counts));
}

function countStep(counts: Counts, name: string, ok: boolean, why = ''): void {
  if (ok) {
    counts.passed += 1;
  } else {
    counts.failed += 1;
    counts.failures.push({
      where: 'the lab',
      name,
      message: why || 'what it printed says why',
    });
  }
}

/** Runs the test files one after the other, prints each test and the sum. */
async function runTests(
  files: string[],
  say: (line: string) => void,
): Promise<Counts> {
  const stream = run({ files, concurrency: false, timeout: STEP_LIMIT_MS });
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  stream.on('test:fail', event => {
    counts.failures.push(...readNodeFailures(event, e2eDir));
  });
  stream.on('test:summary', ({ file, counts: seen }) => {
    // One summary for each file, and one for all that names no file.
    if (file !== undefined) return;
    counts.passed = seen.passed;
    counts.skipped = seen.skipped;
    counts.failed = seen.tests - seen.passed - seen.skipped - seen.todo;
  });
  for await (const line of stream.compose(spec)) process.stdout.write(line);
  say(
    `tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
  );
  return counts;
}

function runStep(
  title: string,
  args: string[],
  say: (line: string) => void,
  env: Record<string, string> = {},
): Promise<boolean> {
  say(`${title}: node ${args.join(' ')}`);
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, {
      cwd: e2eDir,
      env: { ...process.env, ...env },
      stdio: 'inherit',
      timeout: STEP_LIMIT_MS,
    });
    child.on('error', () => resolve(false));
    child.on('exit', (code, signal) => {
      const ok = code === 0;
      say(`${title}: ${ok ? 'ok' : `failed (${signal ?? code})`}`);
      resolve(ok);
    });
  });
}

/**
 * The portal on this lab, in a browser. `CHROMIUM_PATH` names one; without it Playwright's own is used,
 * where it is installed.
 */
async function testPortal(
  counts: Counts,
  say: (line: string) => void,
): Promise<void> {
  const title = 'the portal on the lab';
  if (!process.env.CHROMIUM_PATH && !existsSync(chromium.executablePath())) {
    say(`${title}: SKIPPED, no browser is installed; set CHROMIUM_PATH`);
    counts.skipped += 1;
    return;
  }
  const report = join(e2eDir, 'test-results', 'portal-on-lab.json');
  rmSync(report, { force: true });
  const args = ['test', '--config', 'playwright.lab.config.ts'];
  const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const ok = await runStep(title, [cli, ...args], say, {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  if (!existsSync(report)) {
    countStep(counts, title, false);
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const { stats } = result;
  counts.passed += stats.expected + stats.flaky;
  counts.skipped += stats.skipped;
  counts.failed += ok ? 0 : Math.max(1, stats.unexpected);
  counts.failures.push(...readPlaywrightFailures(result));
}

async function takeDownAndLook(): Promise<string[]> {
  await takeDown();
  const { processes, network, memoryBytes } = readStatus();
  return [
    ...processes.map(({ name }) => name),
    ...network,
    ...(memoryBytes > 0 ? ['a process of the lab'] : []),
  ];
}

function countLeftovers(
  left: string[],
  counts: Counts,
  say: (line: string) => void,
): void {
  const ok = left.length === 0;
  const seen = ok ? 'nothing is left' : `failed, left are ${left.join(', ')}`;
  say(`down: ${seen}`);
  countStep(counts, 'down', ok, seen);
}

/**
 * Brings the lab up unless it is, runs its tests, the comparison of the engine with Envoy and the
 * killing of the portal, and takes it down again unless it was up. A machine that cannot run it is told why and passes.
 */
export async function testLab(
  args: string[],
  say: (line: string) => void,
): Promise<number> {
  const existing = existingKubeconfig();
  let takesDown = false;
  if (existing) {
    await adoptCluster(existing, say);
  } else {
    const able = canRunLab();
    if (!able.ok) {
      say(`SKIPPED, the lab cannot run here: ${able.reasons.join('; ')}`);
      writeReport({ passed: 0, failed: 0, skipped: 1, failures: [] });
      return 0;
    }
    takesDown = readStatus().state === undefined && !args.includes('--keep');
    await bringUp(say);
  }
  try {
    const testsDir = join(e2eDir, 'tests', 'lab');
    const tests = readdirSync(testsDir)
      .filter(file => file.endsWith('.test.ts'))
      .map(file => join(testsDir, file));
    const counts = await runTests(tests, say);
    await testPortal(counts, say);
    const compare = join('lab', 'compare', 'run.ts');
    if (existing || !existsSync(join(e2eDir, compare))) {
      say('comparison of the engine with Envoy: SKIPPED, it needs the pool');
      counts.skipped += 1;
    } else {
      const title = 'comparison of the engine with Envoy';
      const step = [compare, '--decisions', String(COMPARED_DECISIONS)];
      countStep(counts, title, await runStep(title, step, say));
    }
    if (existing) {
      say('the portal killed: SKIPPED, it needs a lab of its own');
      counts.skipped += 1;
    } else {
      const title = 'the portal killed';
      const step = [join('lab', 'cli.ts'), 'kill-backend'];
      countStep(counts, title, await runStep(title, step, say));
    }
    if (takesDown) countLeftovers(await takeDownAndLook(), counts, say);
    writeReport(counts);
    return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
  } finally {
    if (takesDown) await takeDown();
  }
}
