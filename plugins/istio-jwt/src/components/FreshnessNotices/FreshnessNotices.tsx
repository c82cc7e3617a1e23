import { Alert, Button } from '@backstage/ui';
import { ClusterFreshness } from 'backstage-plugin-istio-jwt-common';
import { finishSentence } from '../../format/finishSentence';
import { formatAbsolute } from '../../format/formatTime';
import { RelativeTime } from '../RelativeTime';

/** Says how far what is shown can be trusted, where that is less than fully. */
export function FreshnessNotices({
  freshness,
  refreshFailure,
  receivedAt,
  onRetry,
}: {
  freshness: ClusterFreshness[];
  refreshFailure?: string;
  receivedAt: number;
  onRetry: () => void;
}) {
  return (
    <>
      {refreshFailure && (
        <Alert
          role="status"
          status="warning"
          icon
          title="This page is not being refreshed"
          description={
            <>
              What you see arrived{' '}
              <RelativeTime at={new Date(receivedAt).toISOString()} />.{' '}
              {refreshFailure}
            </>
          }
          customActions={
            <Button size="small" variant="secondary" onPress={onRetry}>
              Try again
            </Button>
          }
        />
      )}
      {freshness.map(cluster => (
        <ClusterNotice key={cluster.cluster} freshness={cluster} />
      ))}
    </>
  );
}

function ClusterNotice({
  freshness: { cluster, state, missingKinds },
}: {
  freshness: ClusterFreshness;
}) {
  if (state.kind === 'unavailable') {
    // The status has a problem that says so.
    return null;
  }
  return (
    <>
      {state.kind === 'stale' && (
        <Alert
          role="status"
          status="warning"
          icon
          title={
            <>
              Served from memory: cluster {cluster} was last in sync{' '}
              <RelativeTime at={state.since} />
            </>
          }
          description={`${finishSentence(state.reason)} Since ${formatAbsolute(
            state.since,
          )} changes in the cluster are not seen.`}
        />
      )}
      {state.kind === 'syncing' && (
        <Alert
          role="status"
          status="info"
          isPending
          title={`Reading cluster ${cluster} for the first time`}
          description="What is shown may be incomplete until that is done."
        />
      )}
      {missingKinds.map(({ kind, reason, fix }) => (
        <Alert
          key={kind}
          status="warning"
          icon
          title={`${kind} cannot be read in cluster ${cluster}: ${reason}`}
          description={fix}
        />
      ))}
    </>
  );
}
