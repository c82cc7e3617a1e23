import { Text } from '@backstage/ui';
import {
  RiCheckLine,
  RiCloseLine,
  RiHistoryLine,
  RiSubtractLine,
} from '@remixicon/react';
import { EntityStatus, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { findWorst } from '../../format/rankStates';
import {
  describeSummary,
  RunSummary,
  summarizeRun,
} from '../../format/summarizeRun';
import { RelativeTime } from '../RelativeTime';
import { StateBadge } from '../StateBadge';
import styles from './VerdictPanel.module.css';

/** What the configuration says beside what was last seen. */
export function VerdictPanel({
  status,
  run,
}: {
  status: EntityStatus;
  run?: ProbeRun;
}) {
  const verdicts = status.services.flatMap(({ waysIn }) =>
    waysIn.map(({ verdict }) => verdict),
  );
  return (
    <dl className={styles.panel}>
      <div className={styles.side}>
        <dt className={styles.term}>Verdict</dt>
        <dd className={styles.value}>
          <StateBadge
            state={verdicts.length ? findWorst(verdicts) : status.state}
          />
          <Text as="span" variant="body-small" color="secondary">
            from the configuration
          </Text>
        </dd>
      </div>
      <div className={styles.side}>
        <dt className={styles.term}>Observation</dt>
        <dd className={styles.value}>
          <ObservationLine run={run} />
        </dd>
      </div>
    </dl>
  );
}

function ObservationLine({ run }: { run?: ProbeRun }) {
  if (!run) {
    return (
      <Text as="span" variant="body-medium" color="secondary">
        No probes yet
      </Text>
    );
  }
  if (run.status === 'running') {
    return (
      <Text as="span" variant="body-medium">
        Probes are running
      </Text>
    );
  }
  const summary = summarizeRun(run);
  return (
    <>
      <span
        className={styles.outcome}
        data-tone={summary.disagrees > 0 ? 'danger' : undefined}
      >
        <OutcomeIcon summary={summary} />
        {describeSummary(summary)}
      </span>
      <Text as="span" variant="body-small" color="secondary">
        {run.status === 'failed' ? 'run stopped ' : 'from probes '}
        <RelativeTime at={run.finishedAt ?? run.startedAt} />
      </Text>
    </>
  );
}

function OutcomeIcon({ summary }: { summary: RunSummary }) {
  if (summary.disagrees > 0) {
    return <RiCloseLine size="1.15em" aria-hidden />;
  }
  if (summary.agrees > 0) {
    return <RiCheckLine size="1.15em" aria-hidden />;
  }
  if (summary.outdated > 0) {
    return <RiHistoryLine size="1.15em" aria-hidden />;
  }
  return <RiSubtractLine size="1.15em" aria-hidden />;
}
