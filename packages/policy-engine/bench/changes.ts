/* eslint-disable no-console */
import { assessService, Mesh, prepareMesh, Resource } from '../src';
import { denyFor, generate } from './generate';

/**
 * Prints what one change of a whole mesh costs: to bring the tables up to date that all answers share, and
 * the first answer about a Service then. Processor time, medians.
 * Run: yarn workspace istio-jwt-policy-engine bench:changes [services] [changes]
 */
const services = Number(process.argv[2] ?? 10_000);
const changes = Number(process.argv[3] ?? 25);

function time(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function median(values: number[]): string {
  return values.sort((a, b) => a - b)[values.length >> 1].toFixed(1);
}

const resources: Resource[] = JSON.parse(
  JSON.stringify(generate({ services })),
);
const mesh = new Mesh();
resources.forEach(item => mesh.apply(item));
const prepare = () => Array.from(prepareMesh(mesh)).length;
const named = mesh.services();
prepare();
named.forEach(service => assessService(mesh, service));

function measure(what: string, makeChange: (round: number) => Resource): void {
  const prepared: number[] = [];
  const answered: number[] = [];
  for (let round = 0; round < changes; round++) {
    mesh.apply(makeChange(round));
    prepared.push(time(prepare));
    const service = named[(round * 37) % named.length];
    answered.push(time(() => assessService(mesh, service)));
  }
  console.log(
    `${what}: tables ${median(prepared)} ms, one Service then ${median(
      answered,
    )} ms`,
  );
}

/** One of a kind as it comes when somebody changed it. */
function relabel(kind: string, round: number): Resource {
  const ofKind = resources.filter(
    each => each.kind === kind && each.metadata.namespace !== 'istio-system',
  );
  const { metadata, ...rest } = ofKind[(round * 11) % ofKind.length];
  const labels = { ...metadata.labels, round: String(round) };
  return { ...rest, metadata: { ...metadata, labels } };
}

console.log(`${services} Services, ${changes} changes of each kind`);
measure('a Pod', round => relabel('Pod', round));
measure('a route of the shared gateway', round =>
  relabel('VirtualService', round),
);
measure('a policy of the shared gateway', round =>
  denyFor(10 + round, `/ready-${round}`),
);
