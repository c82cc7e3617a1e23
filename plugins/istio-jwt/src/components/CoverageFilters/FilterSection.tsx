import { Button } from '@backstage/ui';
import { CoverageSummary } from 'backstage-plugin-istio-jwt-common';
import { useId, useState } from 'react';
import { describeFilter } from '../../coverage/describeFilter';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { Section } from '../Section';
import { ActiveFilters } from './ActiveFilters';
import styles from './CoverageFilters.module.css';
import { ExportMenu } from './ExportMenu';
import { FilterFields } from './FilterFields';
import { SavedViewsButton } from './SavedViewsButton';
import { ServiceSearch } from './ServiceSearch';

/** Which services are meant, with the means to keep that and to take the result along. */
export function FilterSection({ summary }: { summary?: CoverageSummary }) {
  const { address } = useCoverageAddress();
  const { renew } = useCoverageVersion();
  const [isOpen, setIsOpen] = useState(false);
  const fieldsId = useId();
  const parts = describeFilter(address.filter);
  return (
    <Section title="Filters">
      <div className={styles.filters}>
        <div className={styles.row}>
          <div className={styles.search}>
            <ServiceSearch />
          </div>
          <Button
            variant="secondary"
            aria-expanded={isOpen}
            aria-controls={isOpen ? fieldsId : undefined}
            onPress={() => setIsOpen(!isOpen)}
          >
            {isOpen ? 'Fewer filters' : 'More filters'}
          </Button>
          <SavedViewsButton />
          <ExportMenu filter={address.filter} />
          <Button variant="tertiary" onPress={renew}>
            Refresh
          </Button>
        </div>
        {isOpen && (
          <div id={fieldsId}>
            <FilterFields
              clusters={summary?.clusters.map(({ cluster }) => cluster) ?? []}
            />
          </div>
        )}
        {parts.length > 0 && <ActiveFilters parts={parts} />}
      </div>
    </Section>
  );
}
