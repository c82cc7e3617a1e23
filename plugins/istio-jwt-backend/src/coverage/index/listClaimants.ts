import { AuthService } from '@backstage/backend-plugin-api';
import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import {
  Entity,
  parseEntityRef,
  RELATION_OWNED_BY,
  RELATION_PART_OF,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  ANNOTATION_KUBERNETES_ID,
  ANNOTATION_KUBERNETES_LABEL_SELECTOR,
} from 'backstage-plugin-istio-jwt-common';
import { EntityTarget, readAnnotations } from '../../entity';
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

const PAGE = 500;
const MAX_ENTITIES = 50_000;
const MAX_OWNERS = 50;

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
  const filter = [
    ANNOTATION_KUBERNETES_LABEL_SELECTOR,
    ANNOTATION_KUBERNETES_ID,
  ].map(annotation => ({
    [`metadata.annotations.${annotation}`]: CATALOG_FILTER_EXISTS,
  }));
  for await (const entities of queryAll(options, filter)) {
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

async function* queryAll(
  {
    auth,
    catalog,
    signal,
  }: { auth: AuthService; catalog: CatalogService; signal?: AbortSignal },
  filter: Record<string, string | symbol>[],
): AsyncGenerator<Entity[]> {
  const fields = [
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
  let cursor: string | undefined;
  let listed = 0;
  do {
    // Service tokens are short-lived; a long listing needs several.
    const credentials = await auth.getOwnServiceCredentials();
    const { items, pageInfo } = await catalog.queryEntities(
      cursor
        ? { cursor, fields, limit: PAGE }
        : { filter, fields, limit: PAGE },
      { credentials },
    );
    yield items;
    listed += items.length;
    cursor = pageInfo.nextCursor;
  } while (cursor && listed < MAX_ENTITIES && !signal?.aborted);
}

function describe(
  entity: Entity,
  target: EntityTarget,
  domains: Map<string, string>,
): Claimant {
  const entityRef = stringifyEntityRef(entity);
  const system = findParent(entity, 'system') ?? '';
  const related = (entity.relations ?? [])
    .filter(({ type }) => type === RELATION_OWNED_BY)
    .map(({ targetRef }) => targetRef)
    .slice(0, MAX_OWNERS);
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
