import { Knex } from 'knex';
import { ALL, viewerOf } from '../__testUtils__/CoverageHarness';
import { describeOnDatabases } from '../__testUtils__/describeOnDatabases';
import { addDays, DAY_MS } from './days';
import { deleteOldDays, recordDay } from './index/recordDay';
import { CoverageReader } from './read/CoverageReader';
import { FindingReader } from './read/FindingReader';
import { Trend } from './read/Trend';
import {
  COVERAGE,
  CoverageRow,
  FACETS,
  keyOfEntity,
  keyOfService,
  rankState,
  shortDigest,
} from './rows';
import { toCell } from './export/writeCsv';

jest.setTimeout(180_000);

/** A row as the indexer writes it. */
function rowOf(index: number, more: Partial<CoverageRow> = {}): CoverageRow {
  const name = `s${String(index).padStart(6, '0')}`;
  const service = { cluster: 'c', namespace: `n${index % 50}`, name };
  const ref = `component:default/${name}`;
  const state = more.state ?? (index % 2 ? 'open' : 'enforced');
  return {
    row_key: shortDigest(`row ${name} ${more.entity_ref ?? ''}`),
    service_key: keyOfService(service),
    entity_key: keyOfEntity(more.entity_ref ?? ref),
    entity_ref: ref,
    owners: '[]',
    claim_rank: 0,
    ...service,
    sandbox: false,
    title: name,
    sort_title: name,
    owner: `group:default/t${index % 100}`,
    system: '',
    domain: '',
    state_rank: rankState(state),
    reason: '',
    errors: 0,
    warnings: 0,
    infos: 0,
    finding_weight: index % 7,
    last_probe_at: 0,
    stale_since: null,
    stale_reason: null,
    detail: JSON.stringify({
      issuers: [],
      gateways: [],
      waysIn: {},
      findingIds: [],
    }),
    search: `${name}\n${ref}`,
    digest: '',
    ...more,
    state,
  };
}

const insert = (db: Knex, rows: CoverageRow[]) =>
  db.batchInsert(COVERAGE, rows, 30);

describeOnDatabases('reads of the coverage', connect => {
  it('pages show each row once while others come and go', async () => {
    const db = await connect();
    await insert(
      db,
      Array.from({ length: 60 }, (_, index) => rowOf(index * 10)),
    );
    const reader = new CoverageReader(db);
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; ; page++) {
      const read = await reader.list(
        ALL,
        {},
        {
          sort: 'title',
          order: 'asc',
          limit: 10,
          cursor,
        },
      );
      seen.push(...read.items.map(({ name }) => name));
      cursor = read.nextCursor;
      if (!cursor) break;
      // Before and after where the page ended; and the row itself goes.
      await insert(db, [rowOf(1 + page), rowOf(595 + page)]);
      await db(COVERAGE)
        .where({ name: seen[seen.length - 1] })
        .delete();
    }
    expect(new Set(seen).size).toBe(seen.length);
    const stayed = Array.from(
      { length: 60 },
      (_, index) => rowOf(index * 10).name,
    );
    expect(seen).toEqual(expect.arrayContaining(stayed));
    expect(seen.filter(name => !stayed.includes(name))).toEqual(
      [595, 596, 597, 598, 599, 600].map(index => rowOf(index).name),
    );
  });

  it('100,000 findings make an answer of bounded length', async () => {
    const db = await connect();
    await insert(
      db,
      Array.from({ length: 2000 }, (_, index) => rowOf(index)),
    );
    const facets = Array.from({ length: 2000 }, (_, index) =>
      Array.from({ length: 5 }, (__, id) => ({
        row_key: rowOf(index).row_key,
        kind: 'finding',
        value: [
          'sibling-allow',
          'no-audience',
          'host-port',
          'any-issuer',
          'from-another-version',
        ][id],
        count: 10,
      })),
    ).flat();
    await db.batchInsert(FACETS, facets, 200);
    const findings = await new FindingReader(db).list(ALL, {});
    expect(findings).toHaveLength(5);
    expect(
      findings.map(({ services, occurrences, affected }) => [
        services,
        occurrences,
        affected.length,
      ]),
    ).toEqual(Array(5).fill([2000, 20_000, 20]));
    expect(JSON.stringify(findings).length).toBeLessThan(50_000);
  });

  it('tells each UTC day as it was, gaps as gaps, and forgets old ones', async () => {
    const db = await connect();
    const trend = new Trend(db);
    const noon = Date.parse('2026-03-01T12:00:00Z');
    const read = async (days: number, now: number, viewer = ALL) =>
      (await trend.read(viewer, {}, days, now)).map(point =>
        point.kind === 'gap'
          ? 'gap'
          : [point.states.enforced, point.states.open, point.total],
      );
    await insert(db, [rowOf(0), rowOf(1)]);
    await recordDay(db, noon);
    // The last record of a day counts; one before midnight is of the old day.
    await db(COVERAGE)
      .where({ name: rowOf(1).name })
      .update({ state: 'partial' });
    await recordDay(db, Date.parse('2026-03-01T18:00:00Z'));
    await db(COVERAGE)
      .where({ name: rowOf(1).name })
      .update({ state: 'enforced' });
    await recordDay(db, Date.parse('2026-03-01T23:59:59Z'));
    expect(await read(1, noon)).toEqual([[2, 0, 2]]);
    // A day later one opens, two days without a backend, then one is gone.
    await db(COVERAGE)
      .where({ name: rowOf(0).name })
      .update({ state: 'open' });
    await recordDay(db, noon + DAY_MS);
    await db(COVERAGE)
      .where({ name: rowOf(1).name })
      .delete();
    await recordDay(db, noon + 4 * DAY_MS);
    expect(await read(6, noon + 4 * DAY_MS)).toEqual([
      'gap',
      [2, 0, 2],
      [1, 1, 2],
      'gap',
      'gap',
      [0, 1, 1],
    ]);
    expect(
      await read(6, noon + 4 * DAY_MS, viewerOf(rowOf(0).entity_ref!)),
    ).toEqual(['gap', [1, 0, 1], [0, 1, 1], 'gap', 'gap', [0, 1, 1]]);
    // A clock that is a day behind changes nothing.
    await recordDay(db, noon + 3 * DAY_MS);
    expect(await read(1, noon + 4 * DAY_MS)).toEqual([[0, 1, 1]]);
    expect(await trend.compare(ALL, {}, 3, noon + 4 * DAY_MS)).toMatchObject({
      kind: 'known',
      day: '2026-03-02',
      counts: { total: 2, states: { open: 1, enforced: 1 } },
    });
    await deleteOldDays(db, noon + 4 * DAY_MS, 2 * DAY_MS);
    expect(
      (await read(6, noon + 4 * DAY_MS)).filter(day => day !== 'gap'),
    ).toEqual([[0, 1, 1]]);
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  });

  it('plans of the usual questions use the indexes on PostgreSQL', async () => {
    const db = await connect();
    const reader = new CoverageReader(db);
    const isPostgres = db.client.config.client === 'pg';
    await insert(
      db,
      Array.from({ length: isPostgres ? 10_000 : 10 }, (_, index) =>
        rowOf(index),
      ),
    );
    if (isPostgres) {
      await db.raw('analyze');
    }
    const explain = async (query: Knex.QueryBuilder): Promise<string> => {
      if (!isPostgres) {
        const rows = await db.raw(`explain query plan ${query.toQuery()}`);
        return JSON.stringify(rows);
      }
      const { rows } = await db.raw(`explain ${query.toQuery()}`);
      return rows.map((row: any) => row['QUERY PLAN']).join('\n');
    };
    for (const [sort, column] of [
      ['title', 'sort_title'],
      ['state', 'state_rank'],
      ['owner', 'owner'],
      ['findings', 'finding_weight'],
    ] as const) {
      for (const order of ['asc', 'desc'] as const) {
        const plan = await explain(
          reader.selectPage(ALL, {}, sort, order).limit(51).select('c.*'),
        );
        expect(plan).toContain(`istio_jwt_coverage_${column}`);
        expect(plan).not.toMatch(/Sort|TEMP B-TREE/);
      }
    }
    const filtered: [object, string][] = [
      [{ owner: 'group:default/t7' }, 'istio_jwt_coverage_owner'],
      [{ namespace: 'n7' }, 'istio_jwt_coverage_namespace'],
    ];
    for (const [filter, index] of filtered) {
      const plan = await explain(
        reader.selectPage(ALL, filter, 'title', 'asc').limit(51).select('c.*'),
      );
      expect([filter, plan]).toEqual([
        filter,
        expect.stringMatching(`${index}|istio_jwt_coverage_sort_title`),
      ]);
      expect(plan).not.toContain('Seq Scan on istio_jwt_coverage c');
    }
    const own = await explain(
      reader
        .selectPage(viewerOf('component:default/s000001'), {}, 'title', 'asc')
        .limit(51)
        .select('c.*'),
    );
    expect(own).toMatch(/istio_jwt_coverage_(entity|sort_title)/);
    expect(own).not.toContain('Seq Scan on istio_jwt_coverage c');
  });
});

describe('what the index does', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    [' =1', "' =1"],
    ['＝1+1', "'＝1+1"],
    ['a,"b"\nc', '"a,""b""\nc"'],
    ['=1,"x"', `"'=1,""x"""`],
    ['plain', 'plain'],
    [5, '5'],
  ])('a cell of %j is written as %j', (value, cell) => {
    const written = toCell(value);
    expect(written.replace(/^"'([^",\r\n\t]*)"$/, "'$1")).toBe(cell);
  });
});
