import { useApi } from '@backstage/core-plugin-api';
import { Alert, Link, Text } from '@backstage/ui';
import { CoverageSummary } from 'backstage-plugin-istio-jwt-common';
import { istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import {
  countThings,
  formatCount,
  formatShare,
} from '../../format/formatCount';
import { finishSentence } from '../../format/finishSentence';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { Loaded, useLoaded } from '../../live/useLoaded';
import { FreshnessNotices } from '../FreshnessNotices';
import { LoadedFrame } from '../LoadedFrame';
import { RelativeTime } from '../RelativeTime';
import { SandboxChip } from '../SandboxChip';
import { Section } from '../Section';
import { DatedProvider, isDated } from '../StateBadge';
import { ChangeLine } from './ChangeLine';
import styles from './CoverageSummary.module.css';
import { StateFilter } from './StateFilter';

/**
 * The counts of the services that the filters mean. Chosen states are no part of the question: they
 * are what is counted.
 */
export function useCoverageSummary(): {
  view: Loaded<CoverageSummary>;
  reload: () => void;
} {
  const api = useApi(istioJwtCoverageApiRef);
  const { version } = useCoverageVersion();
  const { state: _, ...filter } = useCoverageAddress().address.filter;
  return useLoaded(
    JSON.stringify(filter),
    signal => api.getSummary(filter, { signal }),
    version,
  );
}

/** The share of services that require a token, and what is wrong with the others. */
export function SummarySection({
  view,
  reload,
}: {
  view: Loaded<CoverageSummary>;
  reload: () => void;
}) {
  return (
    <Section
      title="Summary"
      summary={view.kind === 'ready' ? <ScopeLine summary={view.value} /> : ''}
      actions={
        view.kind === 'ready' && <SandboxChip freshness={view.value.clusters} />
      }
    >
      <LoadedFrame loaded={view} reload={reload} what="the summary">
        {summary => <SummaryBody summary={summary} reload={reload} />}
      </LoadedFrame>
    </Section>
  );
}

function SummaryBody({
  summary,
  reload,
}: {
  summary: CoverageSummary;
  reload: () => void;
}) {
  const { total, states, shareEnforced, changes, clusters } = summary;
  return (
    <>
      <FreshnessNotices
        freshness={clusters}
        receivedAt={Date.now()}
        onRetry={reload}
      />
      {clusters.map(
        ({ cluster, state }) =>
          state.kind === 'unavailable' && (
            <Alert
              key={cluster}
              status="warning"
              icon
              title={`Cluster ${cluster} was never read, so that its services are missing here`}
              description={`${finishSentence(state.reason)} ${state.fix}`}
            />
          ),
      )}
      <DatedProvider value={isDated({ freshness: clusters }, undefined)}>
        <div className={styles.body}>
          <div className={styles.headline}>
            <Text as="p" variant="title-large" weight="bold">
              {formatShare(shareEnforced)}
            </Text>
            <Text as="p" variant="body-medium">
              {total === 0
                ? 'No service is meant.'
                : `${formatCount(states.enforced)} of ${countThings(
                    total,
                    'service',
                  )} require a valid token by every way in.`}
            </Text>
            {changes.map(change => (
              <ChangeLine key={change.days} change={change} now={summary} />
            ))}
          </div>
          <div className={styles.states}>
            <StateFilter states={states} />
            <ExceptedLine summary={summary} />
            <UnclaimedLine summary={summary} />
          </div>
        </div>
      </DatedProvider>
    </>
  );
}

function ScopeLine({ summary }: { summary: CoverageSummary }) {
  const { scope, indexedAt } = summary;
  return (
    <>
      {scope === 'own' &&
        'Only services that you may see are counted, and none that nobody claims. '}
      {indexedAt ? (
        <>
          Compared with the clusters <RelativeTime at={indexedAt} />.
        </>
      ) : (
        'The services are being counted for the first time: numbers will grow.'
      )}
    </>
  );
}

/** Exceptions are no protection: they are told beside the counts and change none of them. */
function ExceptedLine({ summary }: { summary: CoverageSummary }) {
  const { linkTo } = useCoverageAddress();
  const excepted = Object.values(summary.excepted).reduce((a, b) => a + b, 0);
  return (
    <Text as="p" variant="body-small" color="secondary">
      {excepted === 0 ? (
        'No service has an exception.'
      ) : (
        <>
          {countThings(excepted, 'service')} of these{' '}
          {excepted === 1 ? 'has' : 'have'} an exception. They are counted by
          their state all the same.{' '}
          <Link href={linkTo({ view: 'exceptions' })} variant="body-small">
            Exceptions
          </Link>
        </>
      )}
    </Text>
  );
}

function UnclaimedLine({
  summary: { unclaimed, stale },
}: {
  summary: CoverageSummary;
}) {
  const { linkTo } = useCoverageAddress();
  return (
    <>
      {unclaimed > 0 && (
        <Text as="p" variant="body-small" color="secondary">
          {countThings(unclaimed, 'service')} {unclaimed === 1 ? 'is' : 'are'}{' '}
          claimed by no entity of the catalog.{' '}
          <Link
            href={linkTo({ filter: { claimed: false } })}
            variant="body-small"
          >
            Show unclaimed services
          </Link>
        </Text>
      )}
      {stale > 0 && (
        <Text as="p" variant="body-small" color="secondary">
          {countThings(stale, 'service')} {stale === 1 ? 'is' : 'are'} in a
          cluster that cannot be read now: the last known state is counted.
        </Text>
      )}
    </>
  );
}
