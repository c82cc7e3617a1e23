import { ProtectionState } from 'istio-jwt-policy-engine';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { describeState } from '../../format/describeState';
import { formatCount } from '../../format/formatCount';
import { STATES_WORST_FIRST } from '../../format/rankStates';
import { StateBadge } from '../StateBadge';
import styles from './CoverageSummary.module.css';

/** Services by state; a press shows only those, another one takes that back. */
export function StateFilter({
  states,
}: {
  states: Record<ProtectionState, number>;
}) {
  const { address, filterBy } = useCoverageAddress();
  const chosen = address.filter.state ?? [];

  const toggle = (state: ProtectionState) => {
    const next = chosen.includes(state)
      ? chosen.filter(each => each !== state)
      : [...chosen, state];
    filterBy({ state: next });
  };

  return (
    <div role="group" aria-label="Services by state" className={styles.facets}>
      {STATES_WORST_FIRST.map(state => (
        <button
          key={state}
          type="button"
          className={styles.facet}
          aria-pressed={chosen.includes(state)}
          title={describeState(state).meaning}
          onClick={() => toggle(state)}
        >
          <span className={styles.facetNumber}>
            {formatCount(states[state])}
          </span>
          <StateBadge state={state} />
        </button>
      ))}
    </div>
  );
}
