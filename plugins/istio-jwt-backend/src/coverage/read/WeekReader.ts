import {
  CoverageChange,
  CoverageCounts,
} from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { Knex } from 'knex';
import { addDays, DAY_MS, toDay } from '../days';
import { EXCEPTIONS, SPANS } from '../rows';
import { CountReader } from './CountReader';
import { selectRows } from './selectRows';
import { Trend } from './Trend';
import { Viewer } from './Viewer';

/** What a viewer may hear of the last seven days. */
export interface Week {
  now: CoverageCounts;
  /** Services of clusters that cannot be read: they count as they were seen last. */
  stale: number;
  before: CoverageChange;
  /** Services that let requests pass without a valid token, and did not a week ago; undefined: not known. */
  exposed?: { total: number; names: string[] };
  /** Approved exceptions that end within the next seven days. */
  ending: { total: number; names: string[] };
}

const DAYS = 7;
const NAMED = 5;
const EXPOSED: ProtectionState[] = [
  'open',
  'validated-only',
  'partial',
  'drift',
];

/** Looks back over a week, at what the viewer may see. */
export class WeekReader {
  constructor(
    private readonly db: Knex,
    private readonly counts: Pick<CountReader, 'summarise'>,
    private readonly trend: Pick<Trend, 'compare'>,
  ) {}

  async read(viewer: Viewer, now: number): Promise<Week> {
    const [counts, before, ending] = await Promise.all([
      this.counts.summarise(viewer, {}, now),
      this.trend.compare(viewer, {}, DAYS, now),
      this.listEnding(viewer, now),
    ]);
    return {
      now: counts,
      stale: counts.stale,
      before,
      ...(before.kind === 'known'
        ? { exposed: await this.listExposed(viewer, now) }
        : {}),
      ending,
    };
  }

  private async listExposed(viewer: Viewer, now: number) {
    const day = addDays(toDay(now), -DAYS);
    const exposed = selectRows(this.db, viewer, { state: EXPOSED })
      .whereNotExists(
        this.db({ s: SPANS })
          .select(this.db.raw('1'))
          .whereRaw('s.service_key = c.service_key')
          .whereIn('s.state', EXPOSED)
          .andWhere('s.from_day', '<=', day)
          .andWhere(open =>
            open.whereNull('s.until_day').orWhere('s.until_day', '>', day),
          ),
      )
      .orderBy(['c.state_rank', 'c.sort_title', 'c.row_key']);
    const titles: string[] = await exposed.pluck('c.title');
    return { total: titles.length, names: titles.slice(0, NAMED) };
  }

  private async listEnding(viewer: Viewer, now: number) {
    const rows: { title: string }[] = await selectRows(this.db, viewer, {})
      .join({ x: EXCEPTIONS }, 'x.service_key', 'c.service_key')
      .whereNotNull('x.approved_by')
      .whereNull('x.revoked_at')
      .andWhere('x.expires_at', '>', now)
      .andWhere('x.expires_at', '<=', now + DAYS * DAY_MS)
      .orderBy(['x.expires_at', 'x.id'])
      .select('c.title');
    const names = rows.map(({ title }) => title);
    return { total: rows.length, names: [...new Set(names)].slice(0, NAMED) };
  }
}
