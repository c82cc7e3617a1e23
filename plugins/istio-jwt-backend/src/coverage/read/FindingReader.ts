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
    for (const finding of found) {
      const rows: CoverageRow[] = await selectRows(this.db, viewer, {
        ...filter,
        finding: finding.id,
      })
        .orderBy(['c.sort_title', 'c.row_key'])
        .limit(MAX_AFFECTED)
        .select('c.*');
      finding.affected = rows.map(describeAffected);
    }
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
  row: CoverageRow,
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
