import { AuthService } from '@backstage/backend-plugin-api';
import {
  Entity,
  parseEntityRef,
  RELATION_PART_OF,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  ANNOTATED,
  EntityTarget,
  queryEntities,
  readAnnotations,
} from '../../entity';
import { keyOfEntity, shortDigest } from '../rows';

/** An entity that says which Services are its own. */
export interface Claimant {
  entityRef: string;
  key: string;
  title: string;
  /** Of the relation `ownedBy`. */
  owners: string[];
  /** Empty: none. */
  owner: string;
  system: string;
  domain: string;
  target: EntityTarget;
  /** Digest of all of it. */
  version: string;
}

const MAX_ENTITIES = 50_000;
const MAX_OWNERS = 50;
const FIELDS = [
  'kind',
  'metadata.namespace',
  'metadata.name',
  'metadata.title',
  'metadata.annotations',
  'spec.owner',
  'spec.system',
  'spec.domain',
  'relations',
];

/** All entities with readable annotations, by their refs' order. */
export async function listClaimants(options: {
  auth: AuthService;
  catalog: CatalogService;
  signal?: AbortSignal;
}): Promise<Claimant[]> {
  const domains = new Map<string, string>();
  for await (const systems of queryAll(options, [{ kind: 'system' }])) {
    for (const system of systems) {
      const domain = findParent(system, 'domain');
      if (domain) {
        domains.set(stringifyEntityRef(system), domain);
      }
    }
  }
  const claimants: Claimant[] = [];
  for await (const entities of queryAll(options, ANNOTATED)) {
    for (const entity of entities) {
      const annotations = readAnnotations(entity);
      if (annotations.ok) {
        claimants.push(describe(entity, annotations.target, domains));
      }
    }
  }
  const byRef = new Map(claimants.map(each => [each.entityRef, each]));
  return [...byRef.keys()].sort().map(ref => byRef.get(ref)!);
}

function queryAll(
  {
    auth,
    catalog,
    signal,
  }: { auth: AuthService; catalog: CatalogService; signal?: AbortSignal },
  filter: Record<string, string | symbol>[],
): AsyncGenerator<Entity[]> {
  return queryEntities({
    catalog,
    getCredentials: () => auth.getOwnServiceCredentials(),
    filter,
    fields: FIELDS,
    atMost: MAX_ENTITIES,
    signal,
  });
}

function describe(
  entity: Entity,
  target: EntityTarget,
  domains: Map<string, string>,
): Claimant {
  const entityRef = stringifyEntityRef(entity);
  const system = findParent(entity, 'system') ?? '';
  const related = target.owners.slice(0, MAX_OWNERS);
  const claimant = {
    entityRef,
    key: keyOfEntity(entityRef),
    title: (entity.metadata.title ?? entity.metadata.name).slice(0, 255),
    owners: related,
    owner: related[0] ?? resolve(entity, 'owner', 'group') ?? '',
    system,
    domain: domains.get(system) ?? findParent(entity, 'domain') ?? '',
    target,
  };
  return { ...claimant, version: shortDigest(JSON.stringify(claimant)) };
}

function findParent(
  entity: Entity,
  kind: 'system' | 'domain',
): string | undefined {
  return (
    (entity.relations ?? []).find(
      ({ type, targetRef }) =>
        type === RELATION_PART_OF && targetRef.startsWith(`${kind}:`),
    )?.targetRef ?? resolve(entity, kind, kind)
  );
}

/** Before the catalog has stitched its relations, the spec tells as much. */
function resolve(
  entity: Entity,
  field: string,
  defaultKind: string,
): string | undefined {
  const value = (entity.spec as Record<string, unknown> | undefined)?.[field];
  if (typeof value !== 'string' || !value) {
    return undefined;
  }
  try {
    return stringifyEntityRef(
      parseEntityRef(value, {
        defaultKind,
        defaultNamespace: entity.metadata.namespace ?? 'default',
      }),
    );
  } catch {
    return undefined;
  }
}
