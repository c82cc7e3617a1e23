import { Alert, Button, Skeleton, Text } from '@backstage/ui';
import {
  EntityStatus,
  ProbeRun,
  StateChange,
} from 'backstage-plugin-istio-jwt-common';
import { useId, useState } from 'react';
import { describeState } from '../../format/describeState';
import { formatDuration } from '../../format/formatTime';
import { HistoryView, useHistory } from '../../live/useHistory';
import { useNow } from '../RelativeTime/useNow';
import { Section } from '../Section';
import { buildSegments } from './buildSegments';
import { ChangesTable, RunsTable } from './HistoryTables';
import { RunStrip } from './RunStrip';
import { StateStrip } from './StateStrip';
import styles from './History.module.css';

const SEGMENTS = 12;

/** What the entity's state was, and which probes were run, over time. */
export function HistorySection({
  status,
  run,
}: {
  status: EntityStatus;
  run?: ProbeRun;
}) {
  const { view, retry } = useHistory(
    status.entityRef,
    `${status.state} ${run?.id} ${run?.status}`,
  );
  const now = useNow();
  return (
    <Section
      title="History"
      summary={view.kind === 'ready' ? summarize(view.changes, now) : undefined}
    >
      <HistoryBody view={view} now={now} onRetry={retry} />
    </Section>
  );
}

function HistoryBody({
  view,
  now,
  onRetry,
}: {
  view: HistoryView;
  now: number;
  onRetry: () => void;
}) {
  if (view.kind === 'loading') {
    return (
      <div role="status" aria-label="The history is loading">
        <Skeleton width="100%" height="2rem" />
      </div>
    );
  }
  if (view.kind === 'failed') {
    return (
      <Alert
        status="warning"
        icon
        title="The history could not be read"
        description={view.message}
        customActions={
          <Button size="small" variant="secondary" onPress={onRetry}>
            Try again
          </Button>
        }
      />
    );
  }
  if (view.changes.length === 0 && view.runs.length === 0) {
    return null;
  }
  return <Timeline view={view} now={now} />;
}

function Timeline({
  view: { changes, runs, hasMore },
  now,
}: {
  view: Extract<HistoryView, { kind: 'ready' }>;
  now: number;
}) {
  const [showsTables, setShowsTables] = useState(false);
  const tablesId = useId();
  const segments = buildSegments(changes, now, SEGMENTS);
  return (
    <div className={styles.timeline}>
      {segments.length > 0 && <StateStrip segments={segments} />}
      {runs.length > 0 && (
        <div>
          <Text as="h3" variant="body-small" color="secondary">
            Probe runs: round are scheduled, square were started by people
          </Text>
          <RunStrip runs={runs} />
        </div>
      )}
      <div>
        <Button
          size="small"
          variant="secondary"
          aria-expanded={showsTables}
          aria-controls={showsTables ? tablesId : undefined}
          onPress={() => setShowsTables(!showsTables)}
        >
          {showsTables ? 'Hide the tables' : 'Show as tables'}
        </Button>
      </div>
      {showsTables && (
        <div id={tablesId} className={styles.timeline}>
          {changes.length > 0 && <ChangesTable changes={changes} />}
          {runs.length > 0 && <RunsTable runs={runs} />}
          {hasMore && (
            <Text as="p" variant="body-small" color="secondary">
              Older ones are kept, and given by the API.
            </Text>
          )}
        </div>
      )}
    </div>
  );
}

function summarize(changes: StateChange[], now: number): string {
  const segments = buildSegments(changes, now, 2);
  const current = segments[segments.length - 1];
  if (!current) {
    return 'Nothing is recorded yet. Changes of state are kept from the first look at this entity on.';
  }
  const { label } = describeState(current.state);
  const lasted = formatDuration(current.lasted);
  return segments.length > 1
    ? `${label} for ${lasted}, before that ${describeState(
        segments[0].state,
      ).label.toLowerCase()}.`
    : `${label} for ${lasted}, as long as is recorded.`;
}
