import * as fc from 'fast-check';
import { Mesh, Resource } from 'istio-jwt-policy-engine';
import { LabelSelector, matchLabels } from './parseLabelSelector';
import { ServiceIndex, ServiceName } from './ServiceIndex';

type Labels = Record<string, string>;

const namespaces = fc.constantFrom('one', 'two');
const labels = fc.dictionary(
  fc.constantFrom('app', 'tier', 'x'),
  fc.constantFrom('a', 'b', 'c'),
  { maxKeys: 3 },
);
const selectors: fc.Arbitrary<LabelSelector> = fc.array(
  fc.oneof(
    fc.record({
      key: fc.constantFrom('app', 'tier', 'x'),
      operator: fc.constantFrom('in' as const, 'not-in' as const),
      values: fc.array(fc.constantFrom('a', 'b', 'c'), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
    fc.record({
      key: fc.constantFrom('app', 'tier', 'x'),
      operator: fc.constantFrom('exists' as const, 'absent' as const),
    }),
  ),
  { minLength: 1, maxLength: 3 },
);
/** An object that is put at its place, or taken away from there. */
const change = fc.record({
  kind: fc.constantFrom('Service', 'Pod'),
  namespace: namespaces,
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  labels,
  picks: labels,
  isThere: fc.boolean(),
});

/** By looking at every object. */
function findPlainly(
  mesh: Mesh,
  selector: LabelSelector,
  namespace: string | undefined,
): ServiceName[] {
  const inScope = ({ metadata }: Resource) =>
    !namespace || metadata.namespace === namespace;
  const services = mesh.list('Service').filter(inScope);
  const byLabels = services.filter(({ metadata }) =>
    matchLabels(selector, metadata.labels),
  );
  const pods = mesh
    .list('Pod')
    .filter(({ metadata }) => matchLabels(selector, metadata.labels));
  const byPods = services.filter(service => {
    const wanted = Object.entries(
      (service.spec as { selector: Labels }).selector,
    );
    return (
      wanted.length > 0 &&
      pods.some(
        ({ metadata }) =>
          metadata.namespace === service.metadata.namespace &&
          wanted.every(([key, value]) => metadata.labels?.[key] === value),
      )
    );
  });
  return (byLabels.length > 0 ? byLabels : byPods).map(({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  }));
}

it('finds what looking at every object finds, whatever changed before', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.array(change, { maxLength: 10 }),
          selectors,
          fc.option(namespaces, { nil: undefined }),
          fc.nat({ max: 5 }),
        ),
        { minLength: 1, maxLength: 4 },
      ),
      rounds => {
        const mesh = new Mesh();
        for (const [changes, selector, namespace, steps] of rounds) {
          changes.forEach(({ kind, isThere, picks, ...metadata }) => {
            const object = { apiVersion: 'v1', kind, metadata };
            if (isThere) {
              mesh.apply({ ...object, spec: { selector: picks } });
            } else {
              mesh.remove({ kind, ...metadata });
            }
          });
          // Some of what changed is taken in before, as where the mesh is got ready in steps.
          const following = ServiceIndex.of(mesh).follow();
          for (let step = 0; step < steps; step++) following.next();
          expect(ServiceIndex.of(mesh).find(selector, namespace)).toEqual(
            findPlainly(mesh, selector, namespace),
          );
        }
      },
    ),
    { numRuns: 1000 },
  );
});
