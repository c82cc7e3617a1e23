/** Runs a bench: sets of policies, one per slot, and requests against each. */
import { drawAges } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { sleep } from '../wait.ts';
import { judgeAcceptance } from './accept.ts';
import { compare, isDisagreement, type Bench } from './bench.ts';
import type { Random } from './random.ts';
import type { Disagreement } from './report.ts';
import { generateRequest, type SampleRequest } from './requests.ts';
import { count, totalOf, type Tally } from './tally.ts';
import type { TokenStock } from './tokens.ts';

const REQUESTS_PER_SET = 60;
/**
 * A listener that was replaced this moment may have answered for the last time, and a busy istiod may still be at
 * what was applied: it is what an Envoy settles on that counts.
 */
const LOOK_AGAIN_MS = [300, 1000, 3000];

/** The sets without the policies that a cluster refuses: its rules are part of what is real. */
async function keepAccepted(
  lab: Lab,
  bench: Bench,
  sets: Manifest[][],
  tally: Tally,
): Promise<Manifest[][]> {
  const flat = sets.flatMap((policies, slot) =>
    bench.instantiate(policies, slot, 'try'),
  );
  const judged = await judgeAcceptance(lab, flat);
  return sets.map(policies =>
    policies.filter(policy => {
      const { refusal, engine } = judged.shift()!;
      if (refusal) tally.refusedPolicies += 1;
      // The engine promises it of security resources; of routes it checks less.
      const isPromised = policy.apiVersion!.startsWith('security.istio.io/');
      if (isPromised && Boolean(refusal) !== Boolean(engine)) {
        tally.acceptance.push({ policy, refusal, engine });
      }
      return !refusal;
    }),
  );
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
    for (const wait of LOOK_AGAIN_MS) {
      if (!isDisagreement(outcome)) break;
      await sleep(wait);
      [seen] = await bench.ask(slot, [request]);
      outcome = compare(said, seen, request);
    }
    tally.outcomes[outcome] += 1;
    const body = seen.status === 200 ? '' : seen.body.slice(0, 90);
    count(tally.answers, `${seen.status} ${body}`);
    if (outcome === 'unknown') {
      const why = said.trace.find(step => step.outcome === 'unknown');
      count(tally.unknowns, why?.message ?? said.reason ?? 'no reason given');
    }
    if (isDisagreement(outcome)) found.push({ policies, request, said, seen });
  }
  return found;
}

export async function runBatches(
  lab: Lab,
  bench: Bench,
  stock: TokenStock,
  random: Random,
  tally: Tally,
  wanted: number,
  say: (line: string) => void,
): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  const slots = Array.from({ length: bench.slots }, (_, slot) => slot);
  const { requestsPerSet = REQUESTS_PER_SET } = bench;
  let told = 0;
  for (let batch = 0; totalOf(tally) < wanted; batch++) {
    const generation = `g${process.pid}x${batch}`;
    // Chosen one after the other, whatever the API server takes how long: a seed gives one run.
    const chosen = slots.map(() => ({
      policies: drawAges(random, bench.generate(random, stock)),
      requests: Array.from({ length: requestsPerSet }, () =>
        generateRequest(random, stock, bench.callers),
      ),
    }));
    const kept = await keepAccepted(
      lab,
      bench,
      chosen.map(each => each.policies),
      tally,
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
