import { findingCatalogue } from 'istio-jwt-policy-engine';
import { Knex } from 'knex';
import {
  COVERAGE,
  CoverageRow,
  FacetRow,
  FACETS,
  keyOfEntity,
  keyOfService,
  rankState,
  shortDigest,
} from '../coverage/rows';

/** SQLite takes no more in one statement. */
const AT_ONCE = 500;

/**
 * Writes an index of many services with many findings, as passes over a large mesh would have left it: every
 * service is open, has an owner and the first findings of the catalogue.
 */
export async function fillIndex(
  db: Knex,
  options: { services: number; findings: number; owners: number },
): Promise<void> {
  const { services, findings, owners } = options;
  const ids = findingCatalogue.slice(0, findings).map(({ id }) => id);
  const rows = Array.from({ length: services }, (_, index) =>
    buildRow(index, `group:default/team-${index % owners}`, ids),
  );
  const facets: FacetRow[] = rows.flatMap(({ row_key }) =>
    ids.map(value => ({ row_key, kind: 'finding' as const, value, count: 1 })),
  );
  await db.batchInsert(COVERAGE, rows, AT_ONCE);
  await db.batchInsert(FACETS, facets, AT_ONCE);
}

function buildRow(index: number, owner: string, ids: string[]): CoverageRow {
  const name = `service-${String(index).padStart(6, '0')}`;
  const namespace = `team-${Math.floor(index / 20)}`;
  const service = keyOfService({ cluster: 'c', namespace, name });
  const entityRef = `component:default/${name}`;
  return {
    row_key: shortDigest(`${service} ${name}`),
    service_key: service,
    entity_key: keyOfEntity(entityRef),
    entity_ref: entityRef,
    owners: JSON.stringify([owner]),
    claim_rank: 0,
    cluster: 'c',
    sandbox: false,
    namespace,
    name,
    title: name,
    sort_title: name,
    owner,
    system: '',
    domain: '',
    state: 'open',
    state_rank: rankState('open'),
    reason: 'No policy of the gateway or of the service requires a token.',
    errors: ids.length,
    warnings: 0,
    infos: 0,
    finding_weight: ids.length,
    last_probe_at: 0,
    stale_since: null,
    stale_reason: null,
    detail: JSON.stringify({
      issuers: [],
      gateways: ['c/edge/shared-gateway'],
      waysIn: { open: 1 },
      findingIds: ids,
    }),
    search: name,
    digest: shortDigest(name),
  };
}
