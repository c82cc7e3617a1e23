import { useApi } from '@backstage/core-plugin-api';
import { Button, Text, ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import { CoverageTrend } from 'backstage-plugin-istio-jwt-common';
import { useId, useState } from 'react';
import { istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { useLoaded } from '../../live/useLoaded';
import { LoadedFrame } from '../LoadedFrame';
import { Section } from '../Section';
import styles from './CoverageSummary.module.css';
import { TrendChart } from './TrendChart';
import { TrendTable } from './TrendTable';

const RANGES = [30, 90, 365];

/** How the share of enforced services has changed, as a chart and as a table. */
export function TrendSection() {
  const api = useApi(istioJwtCoverageApiRef);
  const [days, setDays] = useState(90);
  const { version } = useCoverageVersion();
  const { owner, system, namespace, cluster, claimed, ...others } =
    useCoverageAddress().address.filter;
  const filter = { owner, system, namespace, cluster, claimed };
  const { view, reload } = useLoaded(
    JSON.stringify([days, filter]),
    signal => api.getTrend(filter, { days, signal }),
    version,
  );
  return (
    <Section
      title="Trend"
      summary={
        Object.keys(others).length > 0
          ? 'By owner, system, namespace, cluster and claim only: of the other filters the past knows nothing.'
          : 'Services that require a valid token by every way in, day by day in UTC.'
      }
      actions={
        <ToggleButtonGroup
          aria-label="Length of the trend"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[String(days)]}
          onSelectionChange={keys => setDays(Number([...keys][0]))}
        >
          {RANGES.map(range => (
            <ToggleButton key={range} id={String(range)} size="small">
              {`${range} days`}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      }
    >
      <LoadedFrame loaded={view} reload={reload} what="the trend">
        {trend => <TrendBody trend={trend} />}
      </LoadedFrame>
    </Section>
  );
}

function TrendBody({ trend: { points } }: { trend: CoverageTrend }) {
  const [showsTable, setShowsTable] = useState(false);
  const tableId = useId();
  if (!points.some(({ kind }) => kind === 'recorded')) {
    return (
      <Text as="p" variant="body-medium">
        Nothing is recorded yet. The counts of each day are kept from today on.
      </Text>
    );
  }
  return (
    <div className={styles.trend}>
      <TrendChart points={points} />
      <div className={styles.trendActions}>
        <Button
          size="small"
          variant="secondary"
          aria-expanded={showsTable}
          aria-controls={showsTable ? tableId : undefined}
          onPress={() => setShowsTable(!showsTable)}
        >
          {showsTable ? 'Hide the table' : 'Show as a table'}
        </Button>
      </div>
      {showsTable && (
        <div id={tableId}>
          <TrendTable points={points} />
        </div>
      )}
    </div>
  );
}
