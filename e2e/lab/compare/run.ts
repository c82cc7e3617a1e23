/**
 * Holds the engine against Envoy: `node lab/compare/run.ts --decisions 6000 --seed 1 --gateways 12`.
 * Ends with 1 where they disagree.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connectLab, type Lab } from '../client.ts';
import { runBatches } from './batches.ts';
import type { Bench } from './bench.ts';
import {
  API_CONNECTIONS,
  CONNECTIONS,
  startConnectionsBench,
} from './connectionsBench.ts';
import { startEntryBench } from './entryBench.ts';
import { startGatewayApiBench } from './gatewayApiBench.ts';
import { API_FORWARDS } from './apiForwards.ts';
import { startApiRouteBench } from './apiRouteBench.ts';
import { DESTINATION_RULES } from './destinationRules.ts';
import { FORWARDS } from './forwards.ts';
import { addToMeshConfig } from './meshConfig.ts';
import { startHttpsBench } from './httpsBench.ts';
import { startIngressBench } from './ingressBench.ts';
import { startMeshBench } from './meshBench.ts';
import { POLICIES } from './meshWords.ts';
import { startPoolBench } from './poolBench.ts';
import { createRandom } from './random.ts';
import { describeAcceptance, describeDisagreements } from './report.ts';
import { startRouteBench } from './routeBench.ts';
import { Shrinker } from './shrink.ts';
import { createTally, printTally } from './tally.ts';
import { startWaypointBench } from './waypointBench.ts';
import { buildTokens, type TokenStock } from './tokens.ts';

const { values: options } = parseArgs({
  options: {
    decisions: { type: 'string', default: process.env.LAB_DECISIONS ?? '6000' },
    /** One or several, comma-separated. */
    seed: { type: 'string', default: '1' },
    gateways: { type: 'string', default: '12' },
    /** Comma-separated names of {@link BENCHES}. */
    bench: {
      type: 'string',
      default:
        'gateways,routes,api-routes,https,connections,api-connections,mesh,destination-rules,forwards,api-forwards,gateway-api,waypoints,ingresses,entries',
    },
    /** A mode of `pathNormalization` in the mesh config; by default Istio's own. */
    normalization: { type: 'string' },
    /** File for the disagreements, in Markdown. */
    out: { type: 'string' },
  },
});

interface BenchEntry {
  start(lab: Lab): Promise<Bench>;
  /** Part of the decisions: where one set is tried at a time a decision takes longer. */
  share: number;
}

const BENCHES: Record<string, BenchEntry> = {
  gateways: {
    start: lab => startPoolBench(lab, Number(options.gateways)),
    share: 1,
  },
  routes: {
    start: lab => startRouteBench(lab, Number(options.gateways)),
    share: 0.5,
  },
  'api-routes': {
    start: lab => startApiRouteBench(lab, Number(options.gateways)),
    share: 0.5,
  },
  https: { start: startHttpsBench, share: 0.25 },
  connections: {
    start: lab => startConnectionsBench(lab, CONNECTIONS),
    share: 0.25,
  },
  'api-connections': {
    start: lab => startConnectionsBench(lab, API_CONNECTIONS),
    share: 0.25,
  },
  mesh: { start: lab => startMeshBench(lab, POLICIES), share: 0.25 },
  'destination-rules': {
    start: lab => startMeshBench(lab, DESTINATION_RULES),
    share: 0.1,
  },
  'api-forwards': {
    start: lab => startMeshBench(lab, API_FORWARDS),
    share: 0.25,
  },
  forwards: { start: lab => startMeshBench(lab, FORWARDS), share: 0.25 },
  'gateway-api': { start: startGatewayApiBench, share: 0.25 },
  waypoints: { start: startWaypointBench, share: 0.25 },
  ingresses: { start: startIngressBench, share: 0.25 },
  entries: { start: startEntryBench, share: 0.1 },
};

const say = (line: string) => process.stdout.write(`${line}\n`);

/** One bench and one seed; gives the disagreements, described. */
async function runOnce(
  lab: Lab,
  bench: Bench,
  stock: TokenStock,
  seed: number,
  wanted: number,
): Promise<{ disagreements: number; text: string }> {
  say(
    `engine against Envoy on ${bench.title}, Istio ${lab.state.istioLine}, seed ${seed}`,
  );
  const tally = createTally();
  const started = Date.now();
  const random = createRandom(seed);
  const found = await runBatches(lab, bench, stock, random, tally, wanted, say);
  printTally(tally, (Date.now() - started) / 1000, say);
  const shrinker = new Shrinker(lab, bench);
  const text = [
    ...(await describeDisagreements(found, each => shrinker.shrink(each))),
    ...tally.acceptance.slice(0, 5).map(describeAcceptance),
  ].join('\n');
  if (text) say(text);
  return { disagreements: found.length + tally.acceptance.length, text };
}

/** What must be taken away when the run is cut off. */
let current: Bench | undefined;
let restoreMeshConfig = () => {};

async function endEarly(): Promise<void> {
  try {
    await current?.clear();
  } finally {
    restoreMeshConfig();
    process.exit(1);
  }
}

async function setMeshConfig(): Promise<void> {
  const { normalization } = options;
  if (normalization === undefined) return;
  restoreMeshConfig = await addToMeshConfig(
    `pathNormalization: {normalization: ${normalization}}`,
  );
}

async function main(): Promise<number> {
  const lab = await connectLab();
  const stock = await buildTokens(lab);
  let disagreements = 0;
  let text = '';
  for (const name of options.bench.split(',')) {
    const entry = BENCHES[name];
    if (!entry) throw new Error(`No bench ${name}: ${Object.keys(BENCHES)}`);
    const bench = await entry.start(lab);
    current = bench;
    try {
      for (const seed of options.seed.split(',').map(Number)) {
        const wanted = Number(options.decisions) * entry.share;
        const result = await runOnce(lab, bench, stock, seed, wanted);
        disagreements += result.disagreements;
        text += result.text;
      }
    } finally {
      current = undefined;
      await bench.clear();
    }
  }
  if (options.out) writeFileSync(options.out, text);
  say(
    disagreements === 0
      ? '✓ no disagreement'
      : `✗ ${disagreements} disagreements`,
  );
  return disagreements === 0 ? 0 : 1;
}

process.once('SIGINT', endEarly);
process.once('SIGTERM', endEarly);
try {
  await setMeshConfig();
  process.exitCode = await main();
} finally {
  restoreMeshConfig();
}
