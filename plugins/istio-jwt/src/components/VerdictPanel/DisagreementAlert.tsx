import { Alert } from '@backstage/ui';
import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { describeDisagreement } from '../../format/describeExpectation';
import { summarizeRun } from '../../format/summarizeRun';
import { listLikelyCauses } from '../Mismatch';
import styles from './DisagreementAlert.module.css';

const SHOWN = 3;

/** The headline wherever live answers are not what the configuration says. */
export function DisagreementAlert({ run }: { run?: ProbeRun }) {
  const { disagreements } = summarizeRun(run);
  if (disagreements.length === 0) {
    return null;
  }
  const [likely] = run ? listLikelyCauses(run) : [];
  const hidden = disagreements.length - SHOWN;
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      className={styles.alert}
      title="Live answers disagree with the configuration"
      description={
        <ul className={styles.list}>
          {disagreements.slice(0, SHOWN).map((observation, index) => (
            // Two services may each have a way in of this name; the order is fixed.
            <li key={index}>{describeDisagreement(observation)}</li>
          ))}
          {hidden > 0 && <li>And {hidden} more.</li>}
          {likely && (
            <li>
              Most likely: {likely.title}. {likely.evidence}
            </li>
          )}
        </ul>
      }
    />
  );
}
