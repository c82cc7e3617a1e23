import {
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { parseEntityRef } from '@backstage/catalog-model';
import { NotAllowedError } from '@backstage/errors';
import { catalogEntityReadPermission } from '@backstage/plugin-catalog-common/alpha';
import {
  AuthorizeResult,
  PermissionCriteria,
  PermissionCondition,
  QueryPermissionResponse,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import { istioJwtCoverageReadPermission } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { LruMap } from '../../status/LruMap';
import { IndexStore } from '../index/IndexStore';
import { COVERAGE, CoverageRow } from '../rows';

/** What a caller may see of the coverage. */
export type Viewer =
  | { kind: 'all' }
  /** Services of these entities; the empty key stands for those that no entity claims. */
  | { kind: 'some'; entityKeys: string[] };

interface ClaimingEntity {
  key: string;
  ref: string;
  kind: string;
  owners: string[];
}

/** One request to the permission backend, and from there to the catalog, takes 100 KB. */
const BATCH = 40;
const PARALLEL = 4;
const MAX_AGE_MS = 30_000;

/**
 * Finds out what callers may see: the decision of `istio-jwt.coverage.read`, on what the catalog
 * shows them. Ownership and kind, the usual conditions, are applied to what the index knows of
 * entities; for any other rule the catalog is asked, entity by entity.
 */
export class Viewers {
  private entities?: { version: number; list: ClaimingEntity[] };
  private readonly asked = new LruMap<{ at: number; viewer: Promise<Viewer> }>(
    200,
  );

  constructor(
    private readonly options: {
      permissions: PermissionsService;
      db: Knex;
      store: Pick<IndexStore, 'getProgress'>;
    },
  ) {}

  /** @throws NotAllowedError without permission */
  async get(credentials: BackstageCredentials): Promise<Viewer> {
    const decisions = await this.options.permissions.authorizeConditional(
      [
        { permission: istioJwtCoverageReadPermission },
        { permission: catalogEntityReadPermission },
      ],
      { credentials },
    );
    const [coverage, catalog] = decisions;
    if (coverage.result === AuthorizeResult.DENY) {
      throw new NotAllowedError(
        `The permission ${istioJwtCoverageReadPermission.name} is missing`,
      );
    }
    if (
      coverage.result === AuthorizeResult.ALLOW &&
      catalog.result === AuthorizeResult.ALLOW
    ) {
      return { kind: 'all' };
    }
    const unclaimed = coverage.result === AuthorizeResult.ALLOW ? [''] : [];
    if (catalog.result === AuthorizeResult.DENY) {
      return { kind: 'some', entityKeys: unclaimed };
    }
    const { version } = await this.options.store.getProgress();
    const key = JSON.stringify([nameCaller(credentials), decisions, version]);
    const known = this.asked.get(key);
    if (known && Date.now() - known.at < MAX_AGE_MS) {
      return known.viewer;
    }
    const viewer = this.find(coverage, catalog, credentials, version).then(
      (keys): Viewer => ({ kind: 'some', entityKeys: [...unclaimed, ...keys] }),
    );
    this.asked.set(key, { at: Date.now(), viewer });
    viewer.catch(() => this.asked.delete(key));
    return viewer;
  }

  private async find(
    coverage: QueryPermissionResponse,
    catalog: QueryPermissionResponse,
    credentials: BackstageCredentials,
    version: number,
  ): Promise<string[]> {
    const seen = await this.filter(
      await this.listEntities(version),
      catalogEntityReadPermission,
      catalog,
      credentials,
    );
    const allowed = await this.filter(
      seen,
      istioJwtCoverageReadPermission,
      coverage,
      credentials,
    );
    return allowed.map(({ key }) => key);
  }

  private async filter(
    entities: ClaimingEntity[],
    permission: ResourcePermission<'catalog-entity'>,
    decision: QueryPermissionResponse,
    credentials: BackstageCredentials,
  ): Promise<ClaimingEntity[]> {
    if (decision.result === AuthorizeResult.ALLOW) {
      return entities;
    }
    if (decision.result !== AuthorizeResult.CONDITIONAL) {
      return [];
    }
    const { conditions } = decision as Extract<
      QueryPermissionResponse,
      { conditions: unknown }
    >;
    return isKnown(conditions)
      ? entities.filter(entity => applies(conditions, entity))
      : this.ask(entities, permission, credentials);
  }

  private async ask(
    entities: ClaimingEntity[],
    permission: ResourcePermission<'catalog-entity'>,
    credentials: BackstageCredentials,
  ): Promise<ClaimingEntity[]> {
    const batches: ClaimingEntity[][] = [];
    for (let start = 0; start < entities.length; start += BATCH) {
      batches.push(entities.slice(start, start + BATCH));
    }
    const allowed: ClaimingEntity[][] = [];
    const next = batches.entries();
    const work = async () => {
      for (const [index, batch] of next) {
        const decisions = await this.options.permissions.authorize(
          batch.map(({ ref }) => ({ permission, resourceRef: ref })),
          { credentials },
        );
        allowed[index] = batch.filter(
          (_, position) =>
            decisions[position]?.result === AuthorizeResult.ALLOW,
        );
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    return allowed.flat();
  }

  private async listEntities(version: number): Promise<ClaimingEntity[]> {
    if (this.entities?.version !== version) {
      const rows: Pick<CoverageRow, 'entity_key' | 'entity_ref' | 'owners'>[] =
        await this.options
          .db<CoverageRow>(COVERAGE)
          .whereNot({ entity_key: '' })
          .distinct('entity_key', 'entity_ref', 'owners');
      const byKey = new Map(
        rows.map(row => [
          row.entity_key,
          {
            key: row.entity_key,
            ref: row.entity_ref!,
            kind: parseEntityRef(row.entity_ref!).kind.toLowerCase(),
            owners: JSON.parse(row.owners) as string[],
          },
        ]),
      );
      this.entities = { version, list: [...byKey.values()] };
    }
    return this.entities.list;
  }
}

type Criteria = PermissionCriteria<PermissionCondition>;

/** Whether every rule is one of the catalog's own that the index can apply. */
function isKnown(criteria: Criteria): boolean {
  if ('allOf' in criteria) {
    return criteria.allOf.every(isKnown);
  }
  if ('anyOf' in criteria) {
    return criteria.anyOf.every(isKnown);
  }
  if ('not' in criteria) {
    return isKnown(criteria.not);
  }
  const { rule, params } = criteria;
  return (
    (rule === 'IS_ENTITY_OWNER' && isTexts(params?.claims)) ||
    (rule === 'IS_ENTITY_KIND' && isTexts(params?.kinds))
  );
}

function applies(criteria: Criteria, entity: ClaimingEntity): boolean {
  if ('allOf' in criteria) {
    return criteria.allOf.every(child => applies(child, entity));
  }
  if ('anyOf' in criteria) {
    return criteria.anyOf.some(child => applies(child, entity));
  }
  if ('not' in criteria) {
    return !applies(criteria.not, entity);
  }
  if (criteria.rule === 'IS_ENTITY_OWNER') {
    const claims = criteria.params!.claims as string[];
    return entity.owners.some(owner => claims.includes(owner));
  }
  const kinds = criteria.params!.kinds as string[];
  return kinds.some(kind => kind.toLowerCase() === entity.kind);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string');
}

function nameCaller({ principal }: BackstageCredentials): string {
  const known = principal as { userEntityRef?: string; subject?: string };
  return known.userEntityRef ?? known.subject ?? '';
}
