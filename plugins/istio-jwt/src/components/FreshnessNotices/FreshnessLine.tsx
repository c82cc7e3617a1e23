import { Text } from '@backstage/ui';
import { ClusterFreshness } from 'backstage-plugin-istio-jwt-common';
import { Fragment } from 'react';
import { RelativeTime } from '../RelativeTime';

const WORDS = {
  synced: 'in sync',
  syncing: 'being read',
  stale: 'not reachable',
  unavailable: 'never read',
} as const;

/** One quiet line: which clusters, and how old the picture is. */
export function FreshnessLine({
  freshness,
}: {
  freshness: ClusterFreshness[];
}) {
  return (
    <Text as="p" variant="body-small" color="secondary">
      {freshness.map(({ cluster, state, lastChangeAt }, index) => (
        <Fragment key={cluster}>
          {index > 0 && ' · '}
          Cluster {cluster} {WORDS[state.kind]}
          {lastChangeAt && (
            <>
              , last change <RelativeTime at={lastChangeAt} />
            </>
          )}
        </Fragment>
      ))}
    </Text>
  );
}
