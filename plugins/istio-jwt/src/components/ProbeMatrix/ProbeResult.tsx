import {
  RiCheckLine,
  RiCloseLine,
  RiInformationLine,
  RiQuestionLine,
  RiSubtractLine,
} from '@remixicon/react';
import { Observation } from 'backstage-plugin-istio-jwt-common';
import styles from './ProbeMatrix.module.css';

const RESULTS = {
  agrees: { label: 'Agrees', Icon: RiCheckLine },
  disagrees: { label: 'Disagrees', Icon: RiCloseLine },
  inconclusive: { label: 'Inconclusive', Icon: RiQuestionLine },
  'not-tested': { label: 'Not tested', Icon: RiSubtractLine },
};

const INFORMATIVE = { label: 'For information', Icon: RiInformationLine };

/** Result of one probe, as icon and word. */
export function ProbeResult({
  observation: { result, outdated, informative },
}: {
  observation: Observation;
}) {
  const { label, Icon } =
    informative && result === 'inconclusive'
      ? INFORMATIVE
      : RESULTS[result] ?? RESULTS.inconclusive;
  return (
    <>
      <span
        className={styles.result}
        data-result={outdated ? undefined : result}
      >
        <Icon size="1.15em" aria-hidden />
        {label}
      </span>
      {outdated && (
        <span className={styles.note}>
          Outdated: the configuration changed since
        </span>
      )}
    </>
  );
}
