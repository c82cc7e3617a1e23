import { FindingSeverity } from 'istio-jwt-policy-engine';
import styles from './Findings.module.css';
import { SEVERITIES } from './severities';

/** How grave a finding is, as icon and word, in the colour that `data-severity` around it gives. */
export function SeverityLabel({ severity }: { severity: FindingSeverity }) {
  // A newer backend may know more.
  const { label, Icon } = SEVERITIES[severity] ?? SEVERITIES.info;
  return (
    <span className={styles.severity}>
      <Icon size="1.15em" aria-hidden />
      {label}
    </span>
  );
}
