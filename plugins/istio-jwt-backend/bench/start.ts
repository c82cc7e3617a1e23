/**
 * Measures how long the backend takes from nothing to the first status of a mesh of 10,000 services and
 * 40,000 Pods, the memory that it takes on the way, and the bare calls that read the same lists.
 *
 * Run: yarn workspace backstage-plugin-istio-jwt-backend bench:start
 */
import { generateMesh } from 'istio-jwt-sandbox';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { buildListPath, WATCHED_KINDS } from '../src/cluster/kinds';
import {
  describeEntities,
  KubeObject,
  mb,
  startBenchBackend,
} from './benchBackend';
import { Goals } from './goals';
import { startMeshServer } from './scale/startMeshServer';

const SERVICES = Number(process.env.BENCH_SERVICES ?? 10_000);
const PODS = Number(process.env.BENCH_PODS ?? 4);
const READY_SECONDS = 30;
const MEMORY_MB = 1000;
const LAG_MS = 100;

async function main(): Promise<number> {
  const api = await startMeshServer({
    services: SERVICES,
    podsPerService: PODS,
  });
  const entities = describeEntities(
    generateMesh({ services: SERVICES }) as KubeObject[],
  );
  const bare = await readBare(api.url);
  console.log(
    `${SERVICES} services, ${SERVICES * PODS} Pods; bare lists: ${
      bare.calls
    } calls, ${mb(bare.bytes)} MB, ${bare.seconds.toFixed(
      1,
    )} s read, ${bare.parsedSeconds.toFixed(1)} s read and parsed page by page`,
  );

  const before = process.memoryUsage();
  let peak = before.rss;
  const watchMemory = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const backend = await startBenchBackend({ apiUrl: api.url, entities });
  const startedSeconds = (performance.now() - startedAt) / 1000;
  while (
    JSON.parse(await backend.read('/clusters'))[0].state.kind !== 'synced'
  ) {
    await sleep(50);
  }
  const syncedSeconds = (performance.now() - startedAt) / 1000;
  const [{ metadata }] = entities;
  const status = JSON.parse(
    await backend.read(`/entities/component/default/${metadata.name}/status`),
  );
  const readySeconds = (performance.now() - startedAt) / 1000;
  const spent = process.cpuUsage(cpu);
  lag.disable();
  clearInterval(watchMemory);
  console.log(
    `  ready in ${readySeconds.toFixed(
      1,
    )} s (plugin up ${startedSeconds.toFixed(
      1,
    )} s, lists read ${syncedSeconds.toFixed(1)} s, first status: ${
      status.state
    }), ${((spent.user + spent.system) / 1e6).toFixed(
      1,
    )} s of processor time; ${(readySeconds / bare.seconds).toFixed(
      1,
    )} times the bare calls, ${(readySeconds / bare.parsedSeconds).toFixed(
      1,
    )} times with parsing`,
  );
  console.log(
    `  memory: rss +${mb(peak - before.rss)} MB at most, +${mb(
      process.memoryUsage().rss - before.rss,
    )} MB in the end; lag p99 ${(lag.percentile(99) / 1e6).toFixed(
      1,
    )} ms, max ${(lag.max / 1e6).toFixed(1)} ms`,
  );
  await backend.stop();
  api.stop();
  const goals = new Goals();
  goals.atMost('ready', readySeconds, READY_SECONDS, 's');
  goals.atMost('memory on the way', (peak - before.rss) / 1e6, MEMORY_MB, 'MB');
  goals.atMost('event loop lag, p99', lag.percentile(99) / 1e6, LAG_MS, 'ms');
  return goals.missed.length;
}

/** The same lists, all kinds at once as the backend does, by plain undici. */
async function readBare(apiUrl: string) {
  let bytes = 0;
  let calls = 0;
  const readAll = async (parse: boolean) => {
    const startedAt = performance.now();
    await Promise.all(
      WATCHED_KINDS.map(async kind => {
        const path = buildListPath(
          kind,
          kind.versions[0],
          kind.rootNamespaceOnly ? 'istio-system' : undefined,
        );
        let token = '';
        do {
          const { body } = await request(
            `${apiUrl}${path}?limit=500${
              token && `&continue=${encodeURIComponent(token)}`
            }`,
          );
          const text = await body.text();
          bytes += text.length;
          calls += 1;
          // The token stands near the beginning; that is all that is looked at without parsing.
          token = parse
            ? JSON.parse(text).metadata.continue ?? ''
            : /"continue":"([^"]+)"/.exec(text.slice(0, 300))?.[1] ?? '';
        } while (token);
      }),
    );
    return (performance.now() - startedAt) / 1000;
  };
  const seconds = await readAll(false);
  const [callsOnce, bytesOnce] = [calls, bytes];
  const parsedSeconds = await readAll(true);
  return { seconds, parsedSeconds, calls: callsOnce, bytes: bytesOnce };
}

main().then(
  missed => process.exit(missed > 0 ? 1 : 0),
  error => {
    console.error(error);
    process.exit(1);
  },
);
