import { Text } from '@backstage/ui';
import {
  RiErrorWarningLine,
  RiQuestionLine,
  RiSubtractLine,
} from '@remixicon/react';
import {
  MismatchCause,
  MismatchExplanation,
} from 'backstage-plugin-istio-jwt-common';
import { Prose } from '../Prose';
import styles from './Mismatch.module.css';

const FINDINGS = {
  likely: { label: 'Likely', Icon: RiErrorWarningLine },
  possible: { label: 'Possible', Icon: RiQuestionLine },
  'ruled-out': { label: 'Ruled out', Icon: RiSubtractLine },
};

/** What may be behind answers that are not what the configuration says. */
export function MismatchView({
  mismatch: { summary, causes },
}: {
  mismatch: MismatchExplanation;
}) {
  const open = causes.filter(({ finding }) => finding !== 'ruled-out');
  const ruledOut = causes.filter(({ finding }) => finding === 'ruled-out');
  return (
    <div className={styles.mismatch}>
      <Text as="h4" variant="body-medium" weight="bold">
        What may be behind it
      </Text>
      <Prose text={summary} />
      <ol className={styles.causes}>
        {open.map(cause => (
          <CauseItem key={cause.id} cause={cause} />
        ))}
      </ol>
      {ruledOut.length > 0 && (
        <details className={styles.ruledOut}>
          <summary>Looked at and ruled out ({ruledOut.length})</summary>
          <ul className={styles.causes}>
            {ruledOut.map(cause => (
              <CauseItem key={cause.id} cause={cause} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function CauseItem({
  cause: { title, finding, evidence, next },
}: {
  cause: MismatchCause;
}) {
  const { label, Icon } = FINDINGS[finding];
  return (
    <li>
      <span className={styles.finding} data-finding={finding}>
        <Icon size="1.15em" aria-hidden />
        {label}
      </span>{' '}
      <span className={styles.title}>{title}.</span> {evidence}
      {next && <span className={styles.next}>{next}</span>}
    </li>
  );
}
