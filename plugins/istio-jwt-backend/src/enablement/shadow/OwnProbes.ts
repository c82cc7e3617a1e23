import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { ClusterRegistry } from '../../cluster';
import { RunRow, RUNS } from '../../storage/runRows';
import { Operation } from '../operation';
import { listProxyPods, ProxyPod } from './listProxyPods';

/** A run does not last longer. */
const MAX_RUN_MS = 10 * 60_000;
/** Clocks of replicas differ. */
const SKEW_MS = 2000;
const MAX_RUNS = 500;

type Target = ProbeRun['targets'][number];

/** Looks for probe runs of the portal, on any replica, that asked the proxies of an operation. */
export class OwnProbes {
  constructor(
    private readonly db: Knex,
    private readonly registry: Pick<ClusterRegistry, 'get'>,
  ) {}

  /**
   * @param from - ms since the epoch, like `to`
   * @returns `running`: a run is not over, so that nobody knows yet what it asked
   */
  async find(
    { service, checks }: Operation,
    from: number,
    to: number,
  ): Promise<'none' | 'some' | 'running'> {
    const rows = await this.db<RunRow>(RUNS)
      .whereBetween('started_at', [from - MAX_RUN_MS, to + SKEW_MS])
      .andWhere(meanwhile =>
        meanwhile
          .whereNull('finished_at')
          .orWhere('finished_at', '>=', from - SKEW_MS),
      )
      .limit(MAX_RUNS)
      .select('status', 'targets');
    const mesh = this.registry.get(service.cluster)?.mesh;
    if (rows.length === 0) return 'none';
    if (!mesh || rows.length === MAX_RUNS) return 'some';
    const watched = listProxyPods(
      mesh,
      service,
      checks.flatMap(({ of, wayInId }) => (of === 'target' ? wayInId : [])),
    ).map(keyOf);
    // Whose way in it was is not known of runs that an older version began.
    const asks = ({ service: asked, wayInId }: Target) =>
      !asked ||
      (asked.cluster === service.cluster &&
        listProxyPods(mesh, asked, [wayInId]).some(pod =>
          watched.includes(keyOf(pod)),
        ));
    const targets = rows.flatMap((row): Target[] => JSON.parse(row.targets));
    if (targets.some(asks)) return 'some';
    return rows.some(({ status }) => status === 'running') ? 'running' : 'none';
  }
}

function keyOf({ namespace, name }: ProxyPod): string {
  return `${namespace}/${name}`;
}
