import fc from 'fast-check';
import {
  assessService,
  compileProxy,
  decide,
  decideWayIn,
  Mesh,
  parseYaml,
  Program,
  Resource,
} from '..';
import {
  authentication,
  oddRequest,
  policyFor,
  request,
  routes,
} from '../__testUtils__/arbitraries';
import { GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import { GATEWAY_PROXY } from '../__testUtils__/mesh';
import { meshConfig } from '../__testUtils__/meshConfig';
import { walk } from '../decide/walk';
import { isPreflightShaped } from '../exposures/preflights';

const BACKEND = { namespace: 'default', name: 'backend' };
const BASE = parseYaml(
  [WORKLOADS, GATEWAY, meshConfig('trustDomainAliases: [old-td]')].join(
    '\n---\n',
  ),
).resources;
/** More runs for a longer search: `PROPERTY_RUNS=2000 yarn test properties`. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 100);
const RUNS = { numRuns };

function meshWith(resources: Resource[]): Mesh {
  const mesh = new Mesh();
  [...BASE, ...resources].forEach(resource => mesh.apply(resource));
  return mesh;
}

function gatewayProgram(resources: Resource[]): Program {
  return compileProxy(meshWith(resources), GATEWAY_PROXY);
}

const policies = fc.array(policyFor(), { maxLength: 4 });
const authentications = fc.array(authentication, { maxLength: 3 });
const configuration = fc
  .tuple(policies, authentications)
  .map(([first, second]) => [...first, ...second]);

/** Half of the time with routes of its own. */
const routed = fc
  .tuple(configuration, fc.option(routes, { nil: undefined }))
  .map(([resources, route]) => (route ? [...resources, route] : resources));

const atGateway = fc.constant('gateway' as const);
const named = (name: string) => (resource: Resource) => ({
  ...resource,
  metadata: { ...resource.metadata, name },
});

jest.setTimeout(120_000 + numRuns * 100);

describe('decide', () => {
  it('answers every request, with a trace that fits the answer', () => {
    fc.assert(
      fc.property(configuration, request(false), (resources, asked) => {
        const { status, trace } = decide(gatewayProgram(resources), asked);
        expect([200, 401, 403]).toContain(status);
        expect(trace.length).toBeGreaterThan(0);
        const refused = trace.some(
          step =>
            step.outcome === 'refused' ||
            (step.filter === 'rbac-deny' && step.outcome === 'matched'),
        );
        expect(refused).toBe(status !== 200);
      }),
      RUNS,
    );
  });

  it('never opens by one DENY more', () => {
    const deny = policyFor(atGateway, ['DENY']).map(named('extra'));
    fc.assert(
      fc.property(
        configuration,
        deny,
        request(false),
        (resources, extra, asked) => {
          const before = decide(gatewayProgram(resources), asked).status;
          const after = decide(
            gatewayProgram([...resources, extra]),
            asked,
          ).status;
          expect(after).toBe(before === 200 ? after : before);
        },
      ),
      RUNS,
    );
  });

  it('never closes by one ALLOW more where there is one', () => {
    const allow = policyFor(atGateway, ['ALLOW']);
    fc.assert(
      fc.property(
        configuration,
        allow,
        allow,
        request(false),
        (resources, one, two, asked) => {
          const base = [...resources, named('one')(one)];
          const before = decide(gatewayProgram(base), asked).status;
          const after = decide(
            gatewayProgram([...base, named('two')(two)]),
            asked,
          ).status;
          expect(after).toBe(before === 200 ? 200 : after);
        },
      ),
      RUNS,
    );
  });

  it('does not change by AUDIT or dry-run policies', () => {
    const silent = fc.oneof(
      policyFor(atGateway, ['AUDIT']).map(named('extra')),
      policyFor(atGateway).map(resource => ({
        ...named('extra')(resource),
        metadata: {
          ...resource.metadata,
          name: 'extra',
          annotations: { 'istio.io/dry-run': 'true' },
        },
      })),
    );
    fc.assert(
      fc.property(
        configuration,
        silent,
        request(false),
        (resources, extra, asked) => {
          const { trace: _, ...before } = decide(
            gatewayProgram(resources),
            asked,
          );
          const { trace: __, ...after } = decide(
            gatewayProgram([...resources, extra]),
            asked,
          );
          expect(after).toEqual(before);
        },
      ),
      RUNS,
    );
  });
});

describe('states', () => {
  it('every exposure has a witness that passes without a token', () => {
    fc.assert(
      fc.property(routed, resources => {
        const mesh = meshWith(resources);
        for (const wayIn of assessService(mesh, BACKEND).waysIn) {
          for (const { witness } of wayIn.exposures) {
            expect(witness.tokens ?? []).toEqual([]);
            expect(decideWayIn(mesh, wayIn, witness)).toMatchObject({
              status: 200,
              reaches: 'yes',
            });
          }
        }
      }),
      RUNS,
    );
  });

  it('no exposure is told twice', () => {
    fc.assert(
      fc.property(routed, resources => {
        for (const { exposures } of assessService(meshWith(resources), BACKEND)
          .waysIn) {
          const told = exposures.map(({ summary }) => summary);
          expect(told).toEqual([...new Set(told)]);
        }
      }),
      RUNS,
    );
  });

  it('no anonymous request gets through where the state says that none does', () => {
    fc.assert(
      fc.property(
        routed,
        fc.array(request(true), { minLength: 20, maxLength: 40 }),
        (resources, requests) => {
          const mesh = meshWith(resources);
          for (const wayIn of assessService(mesh, BACKEND).waysIn) {
            for (const asked of requests) {
              if (isPreflightShaped(asked)) continue;
              const { reaches } = decideWayIn(
                mesh,
                wayIn,
                clientOf(wayIn.kind, asked),
              );
              if (reaches !== 'yes') continue;
              expect(['enforced', 'over-blocked']).not.toContain(wayIn.state);
            }
          }
        },
      ),
      RUNS,
    );
  });

  it('nor one that nobody sends by accident, at proxies that compare headers one by one', () => {
    fc.assert(
      fc.property(
        routed,
        fc.array(oddRequest, { minLength: 20, maxLength: 20 }),
        (resources, requests) => {
          const mesh = meshWith(resources);
          for (const wayIn of assessService(mesh, BACKEND).waysIn) {
            if (!['enforced', 'over-blocked'].includes(wayIn.state)) continue;
            const programs = wayIn.hops.map(({ proxy }) =>
              compileProxy(mesh, proxy),
            );
            for (const asked of requests) {
              if (isPreflightShaped(asked)) continue;
              const client = clientOf(wayIn.kind, asked);
              const { reaches } = walk(mesh, wayIn, programs, client, {
                comparesEach: true,
              });
              expect(reaches).not.toBe(true);
            }
          }
        },
      ),
      RUNS,
    );
  });

  it('open and validated-only admit every anonymous request', () => {
    fc.assert(
      fc.property(routed, request(true), (resources, asked) => {
        const mesh = meshWith(resources);
        const hasRoutes = resources.some(
          ({ kind }) => kind === 'VirtualService',
        );
        for (const wayIn of assessService(mesh, BACKEND).waysIn) {
          if (!wayIn.exposures.some(({ everything }) => everything)) continue;
          const client = clientOf(wayIn.kind, asked);
          // STRICT mutual TLS asks for a certificate before everything else.
          if (wayIn.kind === 'in-mesh' && !asked.source?.principal) continue;
          const { reaches, status } = decideWayIn(mesh, wayIn, client);
          // Nobody is refused; a route may lead elsewhere.
          expect(status).toBe(200);
          expect(hasRoutes ? ['yes', 'no'] : ['yes']).toContain(reaches);
        }
      }),
      RUNS,
    );
  });

  it('over-blocked lets no valid token through', () => {
    fc.assert(
      fc.property(
        routed,
        fc.array(request(false), { minLength: 20, maxLength: 20 }),
        (resources, requests) => {
          const mesh = meshWith(resources);
          for (const wayIn of assessService(mesh, BACKEND).waysIn) {
            if (wayIn.state !== 'over-blocked') continue;
            for (const asked of requests) {
              if (isPreflightShaped(asked) || (asked.tokens ?? []).length > 1)
                continue;
              expect(
                decideWayIn(mesh, wayIn, clientOf(wayIn.kind, asked)).reaches,
              ).not.toBe('yes');
            }
          }
        },
      ),
      RUNS,
    );
  });
});

describe('Mesh', () => {
  it('that changed step by step says what a fresh one says', () => {
    const step = fc.oneof(
      fc.tuple(
        fc.constant('apply' as const),
        fc.oneof(policyFor(), authentication),
      ),
      fc.tuple(
        fc.constant('remove' as const),
        fc.oneof(policyFor(), authentication),
      ),
      fc.tuple(
        fc.constantFrom('apply' as const, 'remove' as const),
        fc.constantFrom(...BASE),
      ),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), steps => {
        const mesh = meshWith([]);
        for (const [action, resource] of steps) {
          const { kind, metadata } = resource;
          if (action === 'apply') mesh.apply(resource);
          else
            mesh.remove({
              kind,
              namespace: metadata.namespace,
              name: metadata.name,
            });
          assessService(mesh, BACKEND);
        }
        const fresh = new Mesh();
        const kinds = new Set(
          [...BASE, ...steps.map(([, resource]) => resource)].map(
            ({ kind }) => kind,
          ),
        );
        for (const kind of kinds)
          mesh.list(kind).forEach(resource => fresh.apply(resource));
        expect(assessService(mesh, BACKEND)).toEqual(
          assessService(fresh, BACKEND),
        );
      }),
      RUNS,
    );
  });

  it('gives the same answer object until something changes that it depends on', () => {
    const mesh = meshWith([]);
    const first = assessService(mesh, BACKEND);
    mesh.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'default' },
      spec: {},
    });
    expect(assessService(mesh, BACKEND)).toBe(first);
    mesh.remove({
      kind: 'VirtualService',
      namespace: 'default',
      name: 'backend-vs',
    });
    expect(assessService(mesh, BACKEND)).not.toBe(first);
  });
});

/** Clients outside of the mesh have no mesh identity. */
function clientOf(
  kind: 'gateway' | 'in-mesh',
  asked: Parameters<typeof decide>[1],
) {
  if (kind === 'in-mesh') return asked;
  const { principal: _, ...source } = asked.source ?? {};
  return { ...asked, source };
}
