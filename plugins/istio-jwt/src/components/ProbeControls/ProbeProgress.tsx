import { Alert, Text, VisuallyHidden } from '@backstage/ui';
import { ProbeRunControl } from '../../live/useProbeRun';
import { describeSummary, summarizeRun } from '../../format/summarizeRun';
import { useWitnessedRun } from './useWitnessedRun';
import styles from './ProbeControls.module.css';

/** How far a run is, and how it ended, also for those who cannot see it. */
export function ProbeProgress({
  control: { view, failure },
}: {
  control: ProbeRunControl;
}) {
  const hasWitnessed = useWitnessedRun(view);
  return (
    <>
      {view.kind === 'running' && (
        <div className={styles.progress}>
          <progress
            className={styles.bar}
            aria-label="Probes done"
            value={view.run.observations.length}
            max={Math.max(view.run.total, 1)}
          />
          <Text as="span" variant="body-small">
            {view.run.observations.length} of {view.run.total} probes done
          </Text>
        </div>
      )}
      <VisuallyHidden role="status">
        {view.kind === 'starting' && 'Probes are starting'}
        {view.kind === 'running' &&
          `${view.run.observations.length} of ${view.run.total} probes done`}
        {view.kind === 'over' &&
          hasWitnessed &&
          `Probes are over: ${describeSummary(summarizeRun(view.run))}`}
      </VisuallyHidden>
      {view.kind === 'over' && view.run.status === 'failed' && (
        <Alert
          status="warning"
          icon
          title="The last probes did not finish"
          description={view.run.error ?? 'No reason was given.'}
        />
      )}
      {failure && (
        <Alert
          role="alert"
          status="warning"
          icon
          title="The probes’ last request failed"
          description={failure}
        />
      )}
    </>
  );
}
