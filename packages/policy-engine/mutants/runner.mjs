import { dirname, relative } from 'node:path';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
} from '@stryker-mutator/api/test-runner';
import {
  bundleForCoverage,
  bundleForMutantsOf,
  listTestFiles,
} from './bundleTests.mjs';
import { createHarness, SEPARATOR } from './harness.mjs';
import { shared } from './instrumented.mjs';

const messageOf = error => String(error?.message ?? error).slice(0, 2000);

/** The test file beside the mutant first, then those that saw others of its file, then those of its folder. */
function byPromise(mutated, kills) {
  const rank = file => {
    if (file === mutated.replace(/\.ts$/, '.test.ts')) return -Infinity;
    if (kills.has(file)) return -kills.get(file);
    return dirname(file) === dirname(mutated) ? 1 : 2;
  };
  return (a, b) => rank(a) - rank(b);
}

/** Takes what was counted since the last call. */
function takeHits() {
  const taken = {};
  shared.hits.forEach((count, id) => {
    if (count > 0) taken[id] = count;
  });
  shared.hits.fill(0);
  return taken;
}

function addHits(...all) {
  const sum = {};
  for (const hits of all) {
    for (const [id, count] of Object.entries(hits))
      sum[id] = (sum[id] ?? 0) + count;
  }
  return sum;
}

/**
 * Runs the engine's tests for Stryker in the process that it started. Jest loads 200 modules for each of 45
 * test files and each mutant; here they are bundled once, and loading them anew takes a millisecond. So a
 * mutant is active from the first line on, and what modules and fixtures keep is made by it.
 */
class BundledTestRunner {
  #harness = createHarness();

  /** The last bundle; mutants come file by file. */
  #bundle = { mutated: '', loadEngine: undefined, kills: new Map() };

  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    Object.assign(globalThis, this.#harness.globals);
  }

  async dryRun() {
    const loadEngine = await bundleForCoverage(process.cwd());
    const tests = [];
    const perTest = {};
    let inModules = {};
    for (const file of listTestFiles(process.cwd())) {
      const load = loadEngine();
      inModules = addHits(inModules, takeHits());
      const { length } = this.#harness.collect(file, () => load(file));
      const hitsOfFixtures = takeHits();
      for (let index = 0; index < length; index += 1) {
        // Loaded anew for each test, for what one made the engine remember the next does not come by again.
        const again = loadEngine();
        const test = this.#harness.collect(file, () => again(file))[index];
        takeHits();
        tests.push(await this.#dryRunTest(file, test));
        perTest[test.id] = addHits(hitsOfFixtures, takeHits());
      }
    }
    return {
      status: DryRunStatus.Complete,
      tests,
      mutantCoverage: { static: inModules, perTest },
    };
  }

  async #dryRunTest(file, { id, run }) {
    const result = { id, name: id, fileName: file, timeSpentMs: 0 };
    const started = performance.now();
    try {
      await run();
      const timeSpentMs = performance.now() - started;
      return { ...result, timeSpentMs, status: TestStatus.Success };
    } catch (error) {
      const failureMessage = messageOf(error);
      return { ...result, status: TestStatus.Failed, failureMessage };
    }
  }

  async mutantRun({ activeMutant, sandboxFileName, testFilter, hitLimit }) {
    const loadEngine = await this.#bundleFor(sandboxFileName);
    shared.active = Number(activeMutant.id);
    shared.hitCount = 0;
    shared.hitLimit = hitLimit ?? Infinity;
    const progress = { nrOfTests: 0, killedBy: [] };
    let failure;
    try {
      const load = loadEngine();
      const wanted = testFilter && new Set(testFilter);
      for (const file of this.#filesFor(sandboxFileName, testFilter))
        await this.#runFile(file, load, wanted, progress);
    } catch (error) {
      failure = messageOf(error);
    }
    // A loop without end is told by how often it ran, so a busy machine makes no difference.
    const endless = determineHitLimitReached(shared.hitCount, hitLimit);
    if (endless) return endless;
    if (failure !== undefined) {
      this.#noteKill(progress.killedBy);
      return {
        status: MutantRunStatus.Killed,
        failureMessage: failure,
        ...progress,
      };
    }
    // A mutant that a test comes by and that was never active would be a fault of the rewriting.
    if (testFilter && shared.hitCount === 0)
      throw new Error(`Mutant ${activeMutant.id} was never come by.`);
    return {
      status: MutantRunStatus.Survived,
      nrOfTests: progress.nrOfTests,
    };
  }

  #noteKill([id]) {
    const { kills } = this.#bundle;
    const file = id?.split(SEPARATOR)[0];
    if (file) kills.set(file, (kills.get(file) ?? 0) + 1);
  }

  async #bundleFor(mutated) {
    if (this.#bundle.mutated !== mutated) {
      const loadEngine = await bundleForMutantsOf(process.cwd(), mutated);
      this.#bundle = { mutated, loadEngine, kills: new Map() };
    }
    return this.#bundle.loadEngine;
  }

  #filesFor(sandboxFileName, testFilter) {
    const wanted =
      testFilter && new Set(testFilter.map(id => id.split(SEPARATOR)[0]));
    return listTestFiles(process.cwd())
      .filter(file => !wanted || wanted.has(file))
      .sort(
        byPromise(relative(process.cwd(), sandboxFileName), this.#bundle.kills),
      );
  }

  async #runFile(file, load, wanted, progress) {
    for (const { id, run } of this.#harness.collect(file, () => load(file))) {
      if (wanted && !wanted.has(id)) continue;
      progress.nrOfTests += 1;
      progress.killedBy = [id];
      await run();
    }
  }
}

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'bundled', BundledTestRunner),
];
