import { ProtectionState } from 'istio-jwt-policy-engine';
import { formatCount } from '../../format/formatCount';
import { STATES_WORST_FIRST } from '../../format/rankStates';
import { StateBadge } from '../StateBadge';
import styles from './StateCounts.module.css';

/** How many are in each state, worst first; states without any are left out. */
export function StateCounts({
  states,
  label,
}: {
  states: Partial<Record<ProtectionState, number>>;
  label: string;
}) {
  const present = STATES_WORST_FIRST.filter(state => states[state]);
  if (present.length === 0) {
    return <>–</>;
  }
  return (
    <ul className={styles.counts} aria-label={label}>
      {present.map(state => (
        <li key={state} className={styles.count}>
          <StateBadge state={state} />
          <span className={styles.number}>{formatCount(states[state])}</span>
        </li>
      ))}
    </ul>
  );
}
