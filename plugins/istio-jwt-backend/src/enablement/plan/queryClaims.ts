import { Entity } from '@backstage/catalog-model';
import { ClusterMirror } from '../../cluster';
import {
  ANNOTATED,
  queryEntities,
  readAnnotations,
  ServiceName,
} from '../../entity';
import { createClaimFinder } from './createClaimFinder';

/** An entity with those of the Services that it means. */
export interface Claim {
  entity: Entity;
  services: ServiceName[];
}

/** Entities of the catalog whose annotations mean some of a cluster's Services. */
export async function* queryClaims(
  options: Omit<Parameters<typeof queryEntities>[0], 'filter'>,
  mirror: ClusterMirror,
  services: readonly ServiceName[],
): AsyncGenerator<Claim> {
  const cluster = mirror.config.name;
  const findClaims = createClaimFinder(mirror, services);
  for await (const entities of queryEntities({
    ...options,
    filter: ANNOTATED,
  })) {
    for (const entity of entities) {
      const read = readAnnotations(entity);
      if (!read.ok || (read.target.cluster ?? cluster) !== cluster) continue;
      const claimed = findClaims(read.target);
      if (claimed.length > 0) yield { entity, services: claimed };
    }
  }
}
