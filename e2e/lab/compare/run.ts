/**
 * Holds the engine against Envoy: `node lab/compare/run.ts --decisions 6000 --seed 1 --gateways 12`.
 * Ends with 1 where they disagree.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connectLab, type Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { sleep } from '../wait.ts';
import { compare, isAccepted, type Bench } from './bench.ts';
import { startMeshBench } from './meshBench.ts';
import { startPoolBench } from './poolBench.ts';
import { createRandom, type Random } from './random.ts';
import { startRouteBench } from './routeBench.ts';
import { describeCase, fingerprint, type Disagreement } from './report.ts';
import { generateRequest, type SampleRequest } from './requests.ts';
import { Shrinker } from './shrink.ts';
import { count, createTally, printTally, totalOf } from './tally.ts';
import type { Tally } from './tally.ts';
import { buildTokens, type TokenStock } from './tokens.ts';

const BENCHES = ['gateways', 'routes', 'mesh'];
const REQUESTS_PER_SET = 60;
/** Cases that are made small; more of them would only say the same again. */
const MAX_SHRUNK = 8;

const { values: options } = parseArgs({
  options: {
    decisions: { type: 'string', default: process.env.LAB_DECISIONS ?? '6000' },
    seed: { type: 'string', default: '1' },
    gateways: { type: 'string', default: '12' },
    /** Of `gateways`, `routes`, `mesh`, comma-separated. */
    bench: { type: 'string', default: 'gateways,mesh' },
    /** File for the disagreements, in Markdown. */
    out: { type: 'string' },
  },
});

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Policies that the API server takes: its CRD rules are part of what is real. */
async function keepAccepted(
  lab: Lab,
  bench: Bench,
  slot: number,
  policies: Manifest[],
  tally: Tally,
): Promise<Manifest[]> {
  const kept: Manifest[] = [];
  for (const policy of policies) {
    const [object] = bench.instantiate([policy], slot, 'try');
    if (await isAccepted(lab, object)) kept.push(policy);
    else tally.refusedPolicies += 1;
  }
  return kept;
}

async function compareSet(
  bench: Bench,
  slot: number,
  policies: Manifest[],
  instantiated: Manifest[],
  requests: SampleRequest[],
  tally: Tally,
): Promise<Disagreement[]> {
  const judge = bench.judge(slot, instantiated);
  const answers = await bench.ask(slot, requests);
  const found: Disagreement[] = [];
  for (const [index, request] of requests.entries()) {
    const said = judge(request);
    let seen = answers[index];
    let outcome = compare(said, seen, request);
    if (outcome === 'status' || outcome === 'body') {
      // A listener that was replaced this moment may have answered for the last time.
      await sleep(300);
      [seen] = await bench.ask(slot, [request]);
      outcome = compare(said, seen, request);
    }
    tally.outcomes[outcome] += 1;
    const body = seen.status === 200 ? '' : seen.body.slice(0, 90);
    count(tally.answers, `${seen.status} ${body}`);
    if (outcome === 'unknown') {
      const why = said.trace.find(step => step.outcome === 'unknown');
      count(tally.unknowns, why?.message ?? 'no reason given');
    }
    if (outcome === 'status' || outcome === 'body') {
      found.push({ policies, request, said, seen });
    }
  }
  return found;
}

async function runBatches(
  lab: Lab,
  bench: Bench,
  stock: TokenStock,
  random: Random,
  tally: Tally,
  wanted: number,
): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  const slots = Array.from({ length: bench.slots }, (_, slot) => slot);
  let told = 0;
  for (let batch = 0; totalOf(tally) < wanted; batch++) {
    const generation = `g${process.pid}x${batch}`;
    // Chosen one after the other, whatever the API server takes how long: a seed gives one run.
    const chosen = slots.map(() => ({
      policies: bench.generate(random, stock),
      requests: Array.from({ length: REQUESTS_PER_SET }, () =>
        generateRequest(random, stock, bench.callers),
      ),
    }));
    const kept = await Promise.all(
      slots.map(slot =>
        keepAccepted(lab, bench, slot, chosen[slot].policies, tally),
      ),
    );
    const sets = slots.map(slot =>
      bench.instantiate(kept[slot], slot, generation),
    );
    await bench.deploy(sets, generation);
    const results = await Promise.all(
      slots.map(slot =>
        compareSet(
          bench,
          slot,
          kept[slot],
          sets[slot],
          chosen[slot].requests,
          tally,
        ),
      ),
    );
    found.push(...results.flat());
    tally.sets += slots.length;
    if (totalOf(tally) - told >= 3000) {
      told = totalOf(tally);
      say(`  ${told} compared, ${found.length} disagree`);
    }
  }
  return found;
}

/** One case of each kind, made small. */
async function describeDisagreements(
  lab: Lab,
  bench: Bench,
  found: Disagreement[],
): Promise<string> {
  const kinds = new Map<string, Disagreement>();
  for (const each of found) {
    const key = fingerprint(each);
    if (!kinds.has(key)) kinds.set(key, each);
  }
  const shrinker = new Shrinker(lab, bench);
  const described: string[] = [];
  for (const each of kinds.values()) {
    const small =
      described.length < MAX_SHRUNK
        ? await shrinker.shrink(each).catch(() => each)
        : each;
    described.push(describeCase(small, described.length + 1));
  }
  return described.join('\n');
}

async function main(): Promise<number> {
  const lab = await connectLab();
  const seed = Number(options.seed);
  const stock = await buildTokens();
  const wanted = Number(options.decisions);
  let disagreements = 0;
  let text = '';
  for (const start of [
    () => startPoolBench(lab, Number(options.gateways)),
    () => startRouteBench(lab, Number(options.gateways)),
    () => startMeshBench(lab),
  ].filter((_, index) => options.bench.split(',').includes(BENCHES[index]))) {
    const bench = await start();
    say(
      `engine against Envoy on ${bench.title}, Istio ${lab.state.istioLine}, seed ${seed}`,
    );
    const tally = createTally();
    const started = Date.now();
    const random = createRandom(seed);
    // The mesh takes one set at a time, so it gets a quarter of the decisions.
    const share = bench.slots === 1 ? wanted / 4 : wanted;
    const found = await runBatches(lab, bench, stock, random, tally, share);
    printTally(tally, (Date.now() - started) / 1000, say);
    const described = await describeDisagreements(lab, bench, found);
    if (described) say(described);
    text += described;
    disagreements += found.length;
    await bench.clear();
  }
  if (options.out) writeFileSync(options.out, text);
  say(
    disagreements === 0
      ? '✓ no disagreement'
      : `✗ ${disagreements} disagreements`,
  );
  return disagreements === 0 ? 0 : 1;
}

process.exitCode = await main();
