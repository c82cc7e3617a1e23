import {
  MetricAttributes,
  MetricsService,
} from '@backstage/backend-plugin-api/alpha';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { Knex } from 'knex';
import { COVERAGE } from './rows';

interface ServiceAttributes extends MetricAttributes {
  state: ProtectionState;
  /** Entity ref; `none`, and `other` for all beyond the largest owners. */
  owner: string;
}

/** Each owner is up to seven series. */
const MAX_OWNERS = 100;

/** Services by state and owner, told by the replica that keeps the index. */
export class CoverageMetrics {
  private counts: { attributes: ServiceAttributes; value: number }[] = [];

  constructor(metrics: MetricsService) {
    const gauge = metrics.createObservableGauge<ServiceAttributes>(
      'istio_jwt.coverage.services',
      {
        description: 'Services by the state of their protection, and owner',
        unit: '{service}',
      },
    );
    gauge.addCallback(result => {
      for (const { attributes, value } of this.counts) {
        result.observe(value, attributes);
      }
    });
  }

  /** Another replica tells from now on. */
  clear(): void {
    this.counts = [];
  }

  async refresh(db: Knex): Promise<void> {
    const rows: {
      state: ProtectionState;
      owner: string;
      count: number | string;
    }[] = await db(COVERAGE)
      .where({ claim_rank: 0 })
      .groupBy('state', 'owner')
      .select('state', 'owner')
      .count({ count: '*' });
    const sizes = new Map<string, number>();
    for (const { owner, count } of rows) {
      sizes.set(owner, (sizes.get(owner) ?? 0) + Number(count));
    }
    const named = new Set(
      [...sizes.keys()]
        .filter(Boolean)
        .sort((a, b) => sizes.get(b)! - sizes.get(a)! || (a < b ? -1 : 1))
        .slice(0, MAX_OWNERS),
    );
    const counts = new Map<string, (typeof this.counts)[number]>();
    for (const { state, owner, count } of rows) {
      const shown = named.has(owner) ? owner : 'other';
      const label = owner === '' ? 'none' : shown;
      const key = `${state} ${label}`;
      const known = counts.get(key);
      if (known) {
        known.value += Number(count);
      } else {
        counts.set(key, {
          attributes: { state, owner: label },
          value: Number(count),
        });
      }
    }
    this.counts = [...counts.values()];
  }
}
