import { CoverageFilter } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { COVERAGE, EXCEPTIONS, FacetKind, FACETS } from '../rows';
import { Viewer } from './Viewer';

const MAX_WORDS = 10;

/**
 * Rows of the coverage, as `c`, that a caller may see and a filter means; of each Service one: that of
 * the first entity which fits.
 */
export function selectRows(
  db: Knex,
  viewer: Viewer,
  filter: CoverageFilter,
): Knex.QueryBuilder {
  const query = selectClaims(db, viewer, filter);
  const restrict = (builder: Knex.QueryBuilder, alias: string) => {
    restrictToVisible(db, builder, viewer, `${alias}.entity_key`);
    if (filter.owner !== undefined) {
      builder.where(`${alias}.owner`, filter.owner);
    }
    if (filter.system !== undefined) {
      builder.where(`${alias}.system`, filter.system);
    }
  };
  const isRestricted =
    viewer.kind === 'some' ||
    filter.owner !== undefined ||
    filter.system !== undefined;
  query.where(first => {
    first.where('c.claim_rank', 0);
    if (isRestricted) {
      first.orWhereNotExists(
        db({ o: COVERAGE })
          .select(db.raw('1'))
          .whereRaw('o.service_key = c.service_key')
          .whereRaw('o.claim_rank < c.claim_rank')
          .modify(restrict, 'o'),
      );
    }
  });
  return query;
}

/** As {@link selectRows}, with all entities that claim a Service and fit. */
export function selectClaims(
  db: Knex,
  viewer: Viewer,
  filter: CoverageFilter,
): Knex.QueryBuilder {
  const query = withVisible(db, db({ c: COVERAGE }), viewer);
  restrictToVisible(db, query, viewer, 'c.entity_key');
  if (filter.owner !== undefined) {
    query.where('c.owner', filter.owner);
  }
  if (filter.system !== undefined) {
    query.where('c.system', filter.system);
  }
  if (filter.state?.length) {
    query.whereIn('c.state', filter.state);
  }
  if (filter.namespace !== undefined) {
    query.where('c.namespace', filter.namespace);
  }
  if (filter.cluster !== undefined) {
    query.where('c.cluster', filter.cluster);
  }
  if (filter.claimed !== undefined) {
    query[filter.claimed ? 'whereNot' : 'where']('c.entity_key', '');
  }
  const facets: [FacetKind, string | undefined][] = [
    ['issuer', filter.issuer],
    ['sole-issuer', filter.soleIssuer],
    ['gateway', filter.gateway],
    ['finding', filter.finding],
  ];
  for (const [kind, value] of facets) {
    if (value !== undefined) {
      whereFacet(db, query, kind, value);
    }
  }
  for (const word of listWords(filter.q)) {
    query.whereRaw("c.search like ? escape '!'", [`%${escapeLike(word)}%`]);
  }
  return query;
}

/** Makes the caller's entities known to a query, once however many there are. */
export function withVisible<Q extends Knex.QueryBuilder>(
  db: Knex,
  query: Q,
  viewer: Viewer,
): Q {
  if (viewer.kind === 'some' && !isPostgres(db)) {
    query.with(
      'visible',
      db.raw('select value from json_each(?)', [
        JSON.stringify(viewer.entityKeys),
      ]),
    );
  }
  return query;
}

/** For queries made by {@link withVisible}, and queries inside of them. */
export function restrictToVisible(
  db: Knex,
  query: Knex.QueryBuilder,
  viewer: Viewer,
  column: string,
): void {
  if (viewer.kind !== 'some') {
    return;
  }
  if (isPostgres(db)) {
    // An array whose length the planner knows. The last element, which no key is, keeps an empty key apart from no key.
    query.whereRaw("?? = any(string_to_array(?, ','))", [
      column,
      [...viewer.entityKeys, '-'].join(','),
    ]);
  } else {
    query.whereRaw('?? in (select value from visible)', [column]);
  }
}

/** Keys of Services that have an active exception as a whole. */
export function selectExcepted(db: Knex, now: number): Knex.QueryBuilder {
  return db(EXCEPTIONS)
    .where({ whole: true })
    .whereNotNull('approved_by')
    .whereNull('revoked_at')
    .andWhere('expires_at', '>', now)
    .select('service_key');
}

export function isPostgres(db: Knex): boolean {
  return String(db.client.config.client).startsWith('pg');
}

/** An empty value: rows that have none. */
function whereFacet(
  db: Knex,
  query: Knex.QueryBuilder,
  kind: FacetKind,
  value: string,
): void {
  const facets = db({ f: FACETS })
    .select('f.row_key')
    .where('f.kind', kind)
    .modify(builder => {
      if (value !== '') {
        builder.where('f.value', value);
      }
    });
  query[value === '' ? 'whereNotIn' : 'whereIn']('c.row_key', facets);
}

function listWords(text: string | undefined): string[] {
  return (text ?? '')
    .split('\0')
    .join('')
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, MAX_WORDS);
}

function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, found => `!${found}`);
}
