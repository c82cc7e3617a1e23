/* eslint-disable no-console */
import { assessService, compileProxy, decide, Mesh, Resource } from '../src';
import { denyFor, generate } from './generate';

/**
 * Prints how much time a whole mesh takes, one change, and a single decision.
 * Run: yarn workspace istio-jwt-policy-engine bench:assess [services]
 */
const services = Number(process.argv[2] ?? 10_000);

function time<T>(run: () => T): [number, T] {
  // Processor time, so that a busy machine does not change the figures.
  const start = process.cpuUsage();
  const value = run();
  const { user, system } = process.cpuUsage(start);
  return [(user + system) / 1000, value];
}

function assessAll(mesh: Mesh): Map<string, number> {
  const states = new Map<string, number>();
  for (const service of mesh.services()) {
    const { state } = assessService(mesh, service);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  return states;
}

// As they come from an API server, for whom texts are not pieces put together.
const resources: Resource[] = JSON.parse(
  JSON.stringify(generate({ services })),
);
const mesh = new Mesh();
const [applied] = time(() => resources.forEach(item => mesh.apply(item)));
console.log(`apply ${resources.length} objects: ${applied.toFixed(0)} ms`);
const begun = performance.now();
const [first, states] = time(() => assessAll(mesh));
const elapsed = performance.now() - begun;
console.log(
  `assess ${services} services, cold: ${elapsed.toFixed(
    0,
  )} ms by the clock, ${first.toFixed(0)} ms of processors`,
  Object.fromEntries(states),
);
const [again] = time(() => assessAll(mesh));
console.log(`assess all again, nothing changed: ${again.toFixed(0)} ms`);

const own = resources.find(
  ({ kind, metadata }) =>
    kind === 'AuthorizationPolicy' && metadata.name === 'svc-4',
);
if (own) {
  mesh.remove({
    kind: own.kind,
    namespace: own.metadata.namespace,
    name: own.metadata.name,
  });
  const [sidecar] = time(() => assessAll(mesh));
  console.log(
    `assess all after one sidecar policy changed: ${sidecar.toFixed(0)} ms`,
  );
  mesh.apply(own);
  const [one] = time(() =>
    assessService(mesh, {
      namespace: own.metadata.namespace ?? '',
      name: own.metadata.name,
    }),
  );
  console.log(
    `assess the one service that a change touched: ${one.toFixed(2)} ms`,
  );
}
mesh.apply(denyFor(10, '/ready'));
const [gatewayChange] = time(() => assessAll(mesh));
console.log(
  `assess all after one host's policy on the shared gateway changed: ${gatewayChange.toFixed(
    0,
  )} ms`,
);

const program = compileProxy(mesh, {
  kind: 'gateway',
  namespace: 'istio-system',
  name: 'istio-ingressgateway',
  labels: { istio: 'ingressgateway' },
});
const rounds = 100_000;
const [decided] = time(() => {
  for (let i = 0; i < rounds; i++) {
    decide(program, {
      port: 8080,
      host: `svc-${i % services}.example.com`,
      path: '/x',
    });
  }
});
console.log(
  `one decision with trace at the shared gateway: ${(
    (decided / rounds) *
    1000
  ).toFixed(2)} µs`,
);
const { heapUsed } = process.memoryUsage();
console.log(`heap: ${(heapUsed / 2 ** 20).toFixed(0)} MiB`);
