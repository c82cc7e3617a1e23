import { VisuallyHidden } from '@backstage/ui';
import {
  RiCheckLine,
  RiCloseLine,
  RiErrorWarningLine,
  RiLoader4Line,
  RiSubtractLine,
} from '@remixicon/react';
import {
  ProbeRunSummary,
  STARTED_BY_SCHEDULE,
} from 'backstage-plugin-istio-jwt-common';
import { formatAbsolute } from '../../format/formatTime';
import { describeOutcome, judgeOutcome, Outcome } from './describeOutcome';
import styles from './History.module.css';

const ICONS: Record<Outcome, typeof RiCheckLine> = {
  running: RiLoader4Line,
  failed: RiErrorWarningLine,
  disagrees: RiCloseLine,
  agrees: RiCheckLine,
  nothing: RiSubtractLine,
};

/** Probe runs over time, oldest first: round ones by the schedule, square ones by people. */
export function RunStrip({ runs }: { runs: ProbeRunSummary[] }) {
  return (
    <ol className={styles.runs} aria-label="Probe runs, oldest first">
      {[...runs].reverse().map(run => {
        const isScheduled = run.startedBy === STARTED_BY_SCHEDULE;
        const outcome = judgeOutcome(run);
        const Icon = ICONS[outcome];
        const text = `${isScheduled ? 'Scheduled' : 'Manual'}, ${formatAbsolute(
          run.startedAt,
        )}: ${describeOutcome(run)}`;
        return (
          <li
            key={run.id}
            className={styles.run}
            data-outcome={outcome}
            data-trigger={isScheduled ? 'schedule' : 'person'}
            title={text}
          >
            <Icon size="1em" aria-hidden />
            <VisuallyHidden>{text}</VisuallyHidden>
          </li>
        );
      })}
    </ol>
  );
}
