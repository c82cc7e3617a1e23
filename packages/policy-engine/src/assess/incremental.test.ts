import fc from 'fast-check';
import {
  assessService,
  listRouteGateways,
  Mesh,
  parseYaml,
  Resource,
} from '..';
import { GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import {
  meshObject,
  routeObject,
  scopeObject,
} from '../__testUtils__/meshChanges';

const BASE = parseYaml(`${WORKLOADS}\n---\n${GATEWAY}`).resources;
/** More runs for a longer search: `PROPERTY_RUNS=20000 yarn test incremental`. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 100);

interface Step {
  action: 'apply' | 'remove';
  resource: Resource;
  /** Of whom somebody asks after it: what nobody asks for stays as old as it is. */
  asks: boolean[];
}

function stepsOf(changed: fc.Arbitrary<Resource>, most: number) {
  const step: fc.Arbitrary<Step> = fc.record({
    action: fc.constantFrom('apply', 'apply', 'apply', 'remove'),
    resource: fc.oneof(
      { weight: 6, arbitrary: changed },
      { weight: 1, arbitrary: fc.constantFrom(...BASE) },
    ),
    asks: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  });
  return fc.array(step, { maxLength: most });
}

function meshOf(resources: Iterable<Resource>): Mesh {
  const mesh = new Mesh();
  for (const resource of resources) mesh.apply(resource);
  return mesh;
}

const keyOf = ({ apiVersion, kind, metadata }: Resource) =>
  [apiVersion.split('/')[0], kind, metadata.namespace, metadata.name].join(' ');

/** Everything that is derived of a mesh as a whole. */
function ask(mesh: Mesh) {
  return {
    services: mesh.services().map(service => assessService(mesh, service)),
    gateways: ['default', 'other'].map(namespace =>
      listRouteGateways(mesh, namespace),
    ),
  };
}

jest.setTimeout(120_000 + numRuns * 200);

/** What a mesh says that went through all steps, and one that begins where they led. */
function follow(steps: Step[]) {
  const objects = new Map(BASE.map(each => [keyOf(each), each]));
  const mesh = meshOf(BASE);
  for (const { action, resource, asks } of steps) {
    if (action === 'apply') {
      mesh.apply(resource);
      objects.set(keyOf(resource), resource);
    } else {
      const { apiVersion, kind, metadata } = resource;
      const { namespace, name } = metadata;
      mesh.remove({ apiVersion, kind, namespace, name });
      objects.delete(keyOf(resource));
    }
    mesh
      .services()
      .filter((_, index) => asks[index % asks.length])
      .forEach(service => assessService(mesh, service));
  }
  return { changed: ask(mesh), fresh: ask(meshOf(objects.values())) };
}

describe('a mesh that changes says of every service what one made anew says', () => {
  it('whatever changes', () => {
    fc.assert(
      fc.property(stepsOf(meshObject, 25), steps => {
        const { changed, fresh } = follow(steps);
        expect(changed).toEqual(fresh);
      }),
      { numRuns },
    );
  });

  it('while other objects are read by istiod', () => {
    fc.assert(
      fc.property(stepsOf(scopeObject, 12), steps => {
        const { changed, fresh } = follow(steps);
        expect(changed).toEqual(fresh);
      }),
      { numRuns },
    );
  });

  it('while gateways and routes change', () => {
    fc.assert(
      fc.property(stepsOf(routeObject, 12), steps => {
        const { changed, fresh } = follow(steps);
        expect(changed).toEqual(fresh);
      }),
      { numRuns: 3 * numRuns },
    );
  });
});
