/**
 * Measures the coverage of an index with 150,000 findings over HTTP, on PostgreSQL: the view of findings, the
 * preview of notices to owners, and exports in each format, with what they cost the event loop and the memory.
 *
 * Run: yarn workspace backstage-plugin-istio-jwt-backend bench:findings
 */
import { findingCatalogue } from 'istio-jwt-policy-engine';
import { loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fillIndex } from '../src/testing/fillIndex';
import { startPostgres } from '../src/testing/startPostgres';
import {
  BenchBackend,
  describeTimes,
  mb,
  quantile,
  startBenchBackend,
} from './benchBackend';
import { Goals } from './goals';

/* eslint-disable no-console */

const SERVICES = Number(process.env.BENCH_SERVICES ?? 25_000);
const FINDINGS = 6;
const OWNERS = 300;
const READS = 30;
/** Nobody listens there: the index stays as it was filled. */
const NO_CLUSTER = 'http://127.0.0.1:9';

const ANSWER_MS = 300;
const STALL_MS = 100;
const GROWTH_MB = 150;
const ANSWER_KB = 200;

async function main(): Promise<number> {
  const postgres = await startPostgres();
  const knex = await postgres.connect();
  const backend = await startBenchBackend({
    apiUrl: NO_CLUSTER,
    entities: [],
    knex,
  });
  await fillIndex(knex, {
    services: SERVICES,
    findings: FINDINGS,
    owners: OWNERS,
  });
  await knex.raw('analyze');
  const goals = new Goals();
  const [load] = loadavg();
  console.log(
    `${SERVICES} services with ${
      SERVICES * FINDINGS
    } findings, load ${load.toFixed(1)}`,
  );
  const [{ id }] = findingCatalogue;
  const reads = {
    findings: '/coverage/findings',
    'a page with a finding': `/coverage/services?finding=${id}&limit=200`,
    'a preview of notices': `/coverage/owner-notices?finding=${id}`,
  };
  const stalls = watchStalls();
  for (const [what, path] of Object.entries(reads)) {
    const times: number[] = [];
    let bytes = 0;
    for (let turn = 0; turn < READS; turn++) {
      const startedAt = performance.now();
      bytes = (await backend.read(path)).length;
      times.push(performance.now() - startedAt);
    }
    console.log(`  ${what}: ${describeTimes(times)}, ${bytes} bytes`);
    goals.atMost(`${what}, p99`, quantile(times, 0.99), ANSWER_MS, 'ms');
    goals.atMost(`${what}, size`, bytes / 1000, ANSWER_KB, 'kB');
  }
  for (const format of ['csv', 'json', 'sarif']) {
    const { seconds, bytes, growth } = await readExport(backend, format);
    console.log(
      `  export as ${format}: ${mb(bytes)} MB in ${seconds.toFixed(
        1,
      )} s, rss +${mb(growth)} MB at most`,
    );
    goals.atMost(`memory of ${format}`, growth / 1e6, GROWTH_MB, 'MB');
  }
  const { p99, max } = stalls();
  console.log(
    `  event loop lag p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`,
  );
  goals.atMost('longest stall of the event loop', max, STALL_MS, 'ms');
  await backend.stop();
  await postgres.stop();
  return goals.missed.length;
}

/** @returns what was seen since, in ms */
function watchStalls(): () => { p99: number; max: number } {
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  return () => {
    lag.disable();
    return { p99: lag.percentile(99) / 1e6, max: lag.max / 1e6 };
  };
}

/** Takes in what comes and keeps nothing of it. */
async function readExport(backend: BenchBackend, format: string) {
  const before = process.memoryUsage().rss;
  let peak = before;
  let bytes = 0;
  const startedAt = performance.now();
  const response = await fetch(
    `${backend.base}/coverage/export?format=${format}`,
    { headers: backend.headersOf() },
  );
  if (!response.ok) throw new Error(`The export answered ${response.status}`);
  for await (const chunk of response.body!) {
    bytes += chunk.length;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  return {
    bytes,
    seconds: (performance.now() - startedAt) / 1000,
    growth: peak - before,
  };
}

main().then(
  missed => process.exit(missed > 0 ? 1 : 0),
  error => {
    console.error(error);
    process.exit(1);
  },
);
