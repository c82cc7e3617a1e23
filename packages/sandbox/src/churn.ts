import {
  buildService,
  createRandom,
  drawProfile,
  drawServices,
  ServiceShape,
  SyntheticMeshOptions,
} from './synthetic';

/** What a watch tells of one object. @public */
export interface MeshChange {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: object;
}

/** Kinds of change, with their share in percent. */
const CHANGES = [
  { change: 'pod-replaced', share: 60 },
  { change: 'route-edited', share: 15 },
  { change: 'policy-edited', share: 15 },
  { change: 'service-added', share: 5 },
  { change: 'service-removed', share: 5 },
] as const;

type Change = (typeof CHANGES)[number]['change'];

/**
 * What happens to a mesh of `generateMesh` in the course of time, one change after the other and without
 * end: Pods are replaced, routes and policies edited, services added and removed. The same options give
 * the same changes.
 *
 * @returns of each change what watches tell, in order
 * @public
 */
export function* generateChurn(
  options: SyntheticMeshOptions,
): Generator<MeshChange[], never> {
  const { seed = 1, podsPerService = 1 } = options;
  const random = createRandom(seed + 1);
  const services = drawServices(options);
  let nextIndex = services.length;
  const pick = () => Math.floor(random() * services.length);
  for (;;) {
    const change = drawChange(random());
    if (change === 'service-added') {
      const added: ServiceShape = {
        index: nextIndex++,
        namespace: services[pick()].namespace,
        profile: drawProfile(random()),
        pods: Array.from({ length: podsPerService }, (_, number) => number),
      };
      services.push(added);
      yield compare([], buildService(added));
    } else if (change === 'service-removed' && services.length > 1) {
      const [removed] = services.splice(pick(), 1);
      yield compare(buildService(removed), []);
    } else {
      const place = pick();
      const before = services[place];
      services[place] = edit(before, change, random());
      yield compare(buildService(before), buildService(services[place]));
    }
  }
}

function edit(
  service: ServiceShape,
  change: Change,
  random: number,
): ServiceShape {
  switch (change) {
    case 'route-edited':
      return { ...service, version: (service.version ?? 0) + 1 };
    case 'policy-edited':
      return { ...service, profile: drawOther(service, random) };
    default: {
      const [, ...kept] = service.pods;
      return { ...service, pods: [...kept, Math.max(...service.pods) + 1] };
    }
  }
}

function drawOther({ profile }: ServiceShape, random: number) {
  const drawn = drawProfile(random);
  if (drawn !== profile) {
    return drawn;
  }
  return profile === 'none' ? 'enforced' : 'none';
}

/** What watches tell of one set of objects becoming another: what goes away, goes first. */
function compare(before: object[], after: object[]): MeshChange[] {
  const known = new Map(before.map(object => [nameOf(object), object]));
  const kept = new Set(after.map(nameOf));
  return [
    ...before
      .filter(object => !kept.has(nameOf(object)))
      .map(object => ({ type: 'DELETED' as const, object })),
    ...after.flatMap((object): MeshChange[] => {
      const old = known.get(nameOf(object));
      if (!old) {
        return [{ type: 'ADDED', object }];
      }
      return JSON.stringify(old) === JSON.stringify(object)
        ? []
        : [{ type: 'MODIFIED', object }];
    }),
  ];
}

function nameOf(object: object): string {
  const { kind, metadata } = object as {
    kind: string;
    metadata: { namespace?: string; name: string };
  };
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

function drawChange(random: number): Change {
  let rest = random * 100;
  for (const { change, share } of CHANGES) {
    rest -= share;
    if (rest < 0) {
      return change;
    }
  }
  return 'pod-replaced';
}
