import { Select } from '@backstage/ui';
import { CoverageFilter } from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { nameEntity } from '../../coverage/useEntityLinks';
import { describeState } from '../../format/describeState';
import { STATES_WORST_FIRST } from '../../format/rankStates';
import styles from './CoverageFilters.module.css';
import { ChoiceField } from './ChoiceField';
import { useFilterOptions } from './useFilterOptions';

/** One field for each filter, with the values that there are. */
export function FilterFields({ clusters }: { clusters: string[] }) {
  const { address, filterBy } = useCoverageAddress();
  const { filter } = address;
  const options = useFilterOptions();

  const choose = (name: keyof CoverageFilter) => (value: string | undefined) =>
    filterBy({ [name]: value });

  return (
    <div className={styles.grid}>
      <Select
        label="State"
        selectionMode="multiple"
        placeholder="Any"
        value={filter.state ?? []}
        options={STATES_WORST_FIRST.map(state => ({
          id: state,
          label: describeState(state).label,
        }))}
        onChange={keys =>
          filterBy({
            state: [...(keys as Iterable<unknown>)] as ProtectionState[],
          })
        }
      />
      <ChoiceField
        label="Owner"
        value={filter.owner}
        values={options.owner}
        nameValue={ref => nameEntity(ref, 'group')}
        hasNone
        onChange={choose('owner')}
      />
      <ChoiceField
        label="System"
        value={filter.system}
        values={options.system}
        nameValue={ref => nameEntity(ref, 'system')}
        hasNone
        onChange={choose('system')}
      />
      <ChoiceField
        label="Cluster"
        value={filter.cluster}
        values={clusters}
        onChange={choose('cluster')}
      />
      <ChoiceField
        label="Namespace"
        value={filter.namespace}
        values={options.namespace}
        onChange={choose('namespace')}
      />
      <ChoiceField
        label="Issuer"
        value={filter.issuer}
        values={options.issuer}
        hasNone
        onChange={choose('issuer')}
      />
      <ChoiceField
        label="Gateway"
        value={filter.gateway}
        values={options.gateway}
        hasNone
        onChange={choose('gateway')}
      />
      <ChoiceField
        label="Finding"
        value={filter.finding}
        values={options.finding}
        onChange={choose('finding')}
      />
      <ChoiceField
        label="Claimed"
        value={
          filter.claimed === undefined ? undefined : String(filter.claimed)
        }
        values={['true', 'false']}
        nameValue={value => (value === 'true' ? 'By an entity' : 'By nobody')}
        onChange={value =>
          filterBy({
            claimed: value === undefined ? undefined : value === 'true',
          })
        }
      />
    </div>
  );
}
