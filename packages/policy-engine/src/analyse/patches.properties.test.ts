import fc from 'fast-check';
import { assessService, Finding, Mesh, parseYaml, Resource } from '..';
import { authentication, policyFor } from '../__testUtils__/arbitraries';
import { GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import { ISSUER } from '../__testUtils__/mesh';
import { validateResource } from '../parse';
import { applyPatch } from './__testUtils__/applyPatch';

const BACKEND = { namespace: 'default', name: 'backend' };
const BASE = parseYaml(`${WORKLOADS}\n---\n${GATEWAY}`).resources;
/** More runs for a longer search: `PROPERTY_RUNS=2000 yarn test patches`. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 25);

jest.setTimeout(120_000 + numRuns * 100);

const some = (...items: string[]) =>
  fc.array(fc.constantFrom(...items), { minLength: 1, maxLength: 3 });
const maybe = (...items: string[]) =>
  fc.option(some(...items), { nil: undefined });

/** A policy with values in forms that people get wrong, doubles among them. */
const misshapen = fc
  .record({
    action: fc.constantFrom('ALLOW', 'DENY'),
    principals: maybe(
      'spiffe://cluster.local/ns/a/sa/b',
      'ns/a/sa/b',
      'b',
      '*',
    ),
    identity: fc.constantFrom('requestPrincipals', 'notRequestPrincipals'),
    tokens: maybe(ISSUER, `${ISSUER}*`, `${ISSUER}//*`, `${ISSUER}/*`, 'x/a/b'),
    hosts: maybe('https://h/', '*h', 'h', 'h:*', '*h*', 'http://h:1/x'),
    negatedHosts: fc.boolean(),
    paths: maybe('admin', '/a/*/b', '/x?y', '/a/../b', '/*/x/*', '/{*}/x'),
    methods: maybe('get', 'GET', 'Post', 'p*'),
    ports: maybe('80', '8080', '443'),
    claim: fc.constantFrom('realm_access.roles', 'a.b', 'scope', 'admin'),
    values: some('true', 'read write', '3', 'x*', 'a*b'),
  })
  .map(
    (parts): Resource => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'misshapen', namespace: 'default' },
      spec: {
        action: parts.action,
        rules: [
          {
            ...(parts.principals || parts.tokens
              ? {
                  from: [
                    {
                      source: {
                        principals: parts.principals,
                        [parts.identity]: parts.tokens,
                      },
                    },
                  ],
                }
              : {}),
            to: [
              {
                operation: {
                  [parts.negatedHosts ? 'notHosts' : 'hosts']: parts.hosts,
                  paths: parts.paths,
                  methods: parts.methods,
                  ports: parts.ports ?? ['8080'],
                },
              },
            ],
            when: [
              {
                key: `request.auth.claims[${parts.claim}]`,
                values: parts.values,
              },
            ],
          },
        ],
      },
    }),
  );

const configuration = fc
  .tuple(
    fc
      .tuple(fc.array(policyFor(), { maxLength: 1 }), misshapen)
      .map(([policies, one]) => [...policies, one]),
    fc.array(authentication, { maxLength: 2 }),
  )
  .map(([policies, authentications]) => [...policies, ...authentications]);

function meshWith(resources: Resource[]): Mesh {
  const mesh = new Mesh();
  [...BASE, ...resources].forEach(resource => mesh.apply(resource));
  return mesh;
}

function findingsIn(mesh: Mesh): Finding[] {
  return assessService(mesh, BACKEND).findings;
}

describe('any patch', () => {
  it('applies, is valid, and mends what it was given for', () => {
    fc.assert(
      fc.property(configuration, resources => {
        const mesh = meshWith(resources);
        for (const finding of findingsIn(mesh)) {
          if (!finding.patch) continue;
          const { target, operations } = finding.patch;
          const before = mesh.get(target) as Resource;
          const after = applyPatch(before, operations);
          expect(validateResource(after)).toEqual([]);
          mesh.apply(after);
          const still = findingsIn(mesh).filter(
            ({ id, message, path }) =>
              id === finding.id &&
              path === finding.path &&
              message === finding.message,
          );
          expect([operations, still]).toEqual([operations, []]);
          mesh.apply(before);
        }
      }),
      { numRuns },
    );
  });

  it('is the same for the same mesh, whatever came before', () => {
    fc.assert(
      fc.property(configuration, configuration, (first, second) => {
        const fresh = findingsIn(meshWith(second));
        const mesh = meshWith(first);
        findingsIn(mesh);
        for (const { kind, metadata } of first) {
          mesh.remove({
            kind,
            namespace: metadata.namespace,
            name: metadata.name,
          });
        }
        second.forEach(resource => mesh.apply(resource));
        expect(findingsIn(mesh)).toEqual(fresh);
      }),
      { numRuns },
    );
  });
});
