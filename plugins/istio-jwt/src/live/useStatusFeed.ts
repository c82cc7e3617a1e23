import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/core-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { useMemo, useSyncExternalStore } from 'react';
import { istioJwtApiRef } from '../api';
import { StatusFeed, StatusFeedState } from './StatusFeed';
import { useListenToSignals } from './useListenToSignals';

/** The status of the entity in context, kept current while the component is mounted. */
export function useStatusFeed(): {
  entityRef: string;
  state: StatusFeedState;
  refresh: () => void;
} {
  const { entity } = useEntity();
  const entityRef = stringifyEntityRef(entity);
  const api = useApi(istioJwtApiRef);
  const listen = useListenToSignals();
  const feed = useMemo(
    () =>
      new StatusFeed({
        entityRef,
        listen,
        load: signal => api.getStatus(entityRef, { signal }),
      }),
    [api, entityRef, listen],
  );
  const state = useSyncExternalStore(feed.subscribe, feed.getSnapshot);
  return { entityRef, state, refresh: feed.refresh };
}
