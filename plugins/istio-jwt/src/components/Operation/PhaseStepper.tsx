import { Text } from '@backstage/ui';
import {
  RemixiconComponentType,
  RiCheckboxCircleLine,
  RiCircleLine,
  RiCloseCircleLine,
  RiIndeterminateCircleLine,
  RiLoader4Line,
} from '@remixicon/react';
import { Enablement } from 'backstage-plugin-istio-jwt-common';
import { explainPhase, labelPhase } from '../../format/describePhase';
import { formatSpan } from '../../format/formatTime';
import { RelativeTime } from '../RelativeTime';
import { buildPhases, PhaseEntry } from './buildPhases';
import styles from './Operation.module.css';
import { StepView } from './StepView';

const STATUSES: Record<
  PhaseEntry['status'],
  { word: string; Icon: RemixiconComponentType }
> = {
  done: { word: 'done', Icon: RiCheckboxCircleLine },
  running: { word: 'now', Icon: RiLoader4Line },
  failed: { word: 'failed', Icon: RiCloseCircleLine },
  stopped: { word: 'stopped', Icon: RiIndeterminateCircleLine },
  upcoming: { word: 'to come', Icon: RiCircleLine },
  skipped: { word: 'not reached', Icon: RiIndeterminateCircleLine },
};

/** The phases of an operation, with the steps of each, their evidence and their log. */
export function PhaseStepper({ enablement }: { enablement: Enablement }) {
  return (
    <ol className={styles.phases} aria-label="Phases">
      {buildPhases(enablement).map(entry => (
        <PhaseItem key={entry.phase} entry={entry} intent={enablement.intent} />
      ))}
    </ol>
  );
}

function PhaseItem({
  entry: { phase, status, steps, startedAt, finishedAt },
  intent,
}: {
  entry: PhaseEntry;
  intent: Enablement['intent'];
}) {
  const { word, Icon } = STATUSES[status];
  return (
    <li
      className={styles.phase}
      data-status={status}
      aria-current={status === 'running' ? 'step' : undefined}
    >
      <span className={styles.marker}>
        <Icon size="1.25em" aria-hidden />
      </span>
      <div className={styles.phaseBody}>
        <div className={styles.phaseHead}>
          <Text as="h3" variant="body-medium" weight="bold">
            {labelPhase(phase)}
          </Text>
          <Text as="span" variant="body-small" color="secondary">
            {word}
            {startedAt && (
              <>
                , began <RelativeTime at={startedAt} />
              </>
            )}
            {startedAt &&
              finishedAt &&
              `, took ${formatSpan(startedAt, finishedAt)}`}
          </Text>
        </div>
        {status !== 'skipped' && (
          <Text as="p" variant="body-small" color="secondary">
            {explainPhase(phase, intent)}
          </Text>
        )}
        {steps.length > 0 && (
          <ul
            className={styles.steps}
            aria-label={`Steps of ${labelPhase(phase)}`}
          >
            {steps.map(step => (
              <li key={step.id}>
                <StepView step={step} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
