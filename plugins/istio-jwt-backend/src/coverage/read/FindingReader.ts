import {
  CoverageFilter,
  CoverageFinding,
} from 'backstage-plugin-istio-jwt-common';
import { findingCatalogue, FindingDefinition } from 'istio-jwt-policy-engine';
import { Knex } from 'knex';
import { CoverageRow, FACETS } from '../rows';
import { selectRows } from './selectRows';
import { Viewer } from './Viewer';

const MAX_AFFECTED = 20;
/** Queries at once: half of a pool of Backstage's. */
const PARALLEL = 4;
const AFFECTED_COLUMNS = [
  'row_key',
  'entity_ref',
  'title',
  'cluster',
  'namespace',
  'name',
] as const;

type AffectedRow = Pick<CoverageRow, (typeof AFFECTED_COLUMNS)[number]>;

const SEVERITIES = ['error', 'warning', 'info'];

const DEFINITIONS = new Map<string, FindingDefinition>(
  findingCatalogue.map(definition => [definition.id, definition]),
);

/** Findings of the index, with services that the caller may see. */
export class FindingReader {
  constructor(private readonly db: Knex) {}

  async list(
    viewer: Viewer,
    filter: CoverageFilter,
  ): Promise<CoverageFinding[]> {
    const joined = () =>
      selectRows(this.db, viewer, filter).join({ g: FACETS }, join =>
        join.on('g.row_key', 'c.row_key').andOnVal('g.kind', 'finding'),
      );
    const counts: {
      id: string;
      services: number | string;
      occurrences: number | string;
    }[] = await joined()
      .groupBy('g.value')
      .select({ id: 'g.value' })
      .count({ services: '*' })
      .sum({ occurrences: 'g.count' });
    const found = counts.map(({ id, services, occurrences }) => ({
      ...describeFinding(id),
      services: Number(services),
      occurrences: Number(occurrences),
      affected: [] as CoverageFinding['affected'],
    }));
    const next = found.values();
    const readAffected = async () => {
      for (const finding of next) {
        const rows: AffectedRow[] = await selectRows(this.db, viewer, {
          ...filter,
          finding: finding.id,
        })
          .orderBy(['c.sort_title', 'c.row_key'])
          .limit(MAX_AFFECTED)
          .select(AFFECTED_COLUMNS.map(column => `c.${column}`));
        finding.affected = rows.map(describeAffected);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, readAffected));
    return found.sort(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        b.services - a.services ||
        (a.id < b.id ? -1 : 1),
    );
  }
}

/** A kind of finding that this version does not know was written by another. */
function describeFinding(
  id: string,
): Pick<CoverageFinding, 'id' | 'severity' | 'title' | 'why' | 'fix' | 'link'> {
  const { severity, title, why, fix, link } = DEFINITIONS.get(id) ?? {
    severity: 'info' as const,
    title: id,
    why: '',
    fix: '',
    link: '',
  };
  return { id, severity, title, why, fix, link };
}

function describeAffected(
  row: AffectedRow,
): CoverageFinding['affected'][number] {
  const { row_key: id, entity_ref, title, cluster, namespace, name } = row;
  return {
    id,
    ...(entity_ref ? { entityRef: entity_ref } : {}),
    title,
    cluster,
    namespace,
    name,
  };
}
