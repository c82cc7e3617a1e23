import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { ScheduleConfig } from '../config';
import { listEntities } from './listEntities';
import { ScheduleStore } from './ScheduleStore';
import { spreadOver } from './spreadOver';

/** Begins a round: lists who takes part, and gives each entity its turn. One replica does this. */
export async function planRound(options: {
  auth: AuthService;
  catalog: CatalogService;
  store: ScheduleStore;
  config: Pick<ScheduleConfig, 'entities' | 'intervalMs'>;
  logger: LoggerService;
  signal?: AbortSignal;
  onRound?: (round: { missed: number }) => void;
}): Promise<void> {
  const { store, config, logger, signal } = options;
  const now = Date.now();
  const { round, missed } = await store.beginRound(now);
  options.onRound?.({ missed });
  if (missed > 0) {
    logger.warn(
      `${missed} entities had no turn in the last scheduled round: raise istioJwt.schedule.interval or istioJwt.probes.ratePerGateway.`,
    );
  }
  for await (const entityRefs of listEntities({
    ...options,
    filters: config.entities,
  })) {
    await store.enlist(
      round,
      entityRefs.map(entityRef => ({
        entityRef,
        dueAt: now + spreadOver(entityRef, config.intervalMs),
      })),
    );
  }
  if (!signal?.aborted) {
    await store.endListing(round);
  }
}
