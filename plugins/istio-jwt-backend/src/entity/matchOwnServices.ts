import { Mesh } from 'istio-jwt-policy-engine';
import { OwnershipRule } from '../config/types';
import { mayOwn } from './ownership';
import { EntityTarget } from './readAnnotations';
import { ServiceIndex, ServiceName } from './ServiceIndex';

/** One cluster, as far as Services are matched in it. */
export interface MatchedCluster {
  mesh: Mesh;
  config: { ownership?: readonly OwnershipRule[] };
}

/** The Services that are an entity's own. */
export function matchOwnServices(
  { mesh, config }: MatchedCluster,
  { selector, namespace, owners }: EntityTarget,
): ServiceName[] {
  const { ownership } = config;
  const matched = ServiceIndex.of(mesh).find(selector, namespace);
  return ownership
    ? matched.filter(service => mayOwn(ownership, service.namespace, owners))
    : matched;
}

/** Those that its annotations mean, and that the operator's rules leave to entities of other owners. */
export function listForeignServices(
  { mesh, config }: MatchedCluster,
  { selector, namespace, owners }: EntityTarget,
): ServiceName[] {
  const { ownership } = config;
  return ownership
    ? ServiceIndex.of(mesh)
        .find(selector, namespace)
        .filter(service => !mayOwn(ownership, service.namespace, owners))
    : [];
}
