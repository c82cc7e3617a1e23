import { Button, Text } from '@backstage/ui';
import { ProbeRun, ServiceStatus } from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import { sortWorstFirst } from '../../format/rankStates';
import { Section } from '../Section';
import { WayInPanel } from './WayInPanel';
import styles from './WaysIn.module.css';

const SHOWN_AT_FIRST = 5;

/** Every way in to one service, worst first. */
export function WaysInSection({
  service,
  run,
  showsServiceName,
}: {
  service: ServiceStatus;
  run?: ProbeRun;
  showsServiceName: boolean;
}) {
  const [showsAll, setShowsAll] = useState(false);
  const sorted = sortWorstFirst(service.waysIn);
  const shown = showsAll ? sorted : sorted.slice(0, SHOWN_AT_FIRST);
  const hidden = sorted.length - shown.length;
  const name = `${service.namespace}/${service.name}`;
  return (
    <Section
      title={showsServiceName ? `Ways in to ${name}` : 'Ways in'}
      summary={
        showsServiceName
          ? `Cluster ${service.cluster}. ${service.reason}`
          : describeCount(sorted.length)
      }
    >
      {sorted.length === 0 ? (
        <Text as="p" variant="body-medium" color="secondary">
          No gateway and no port leads to {name}.
        </Text>
      ) : (
        <ul className={styles.panels}>
          {shown.map(wayIn => (
            <li key={wayIn.id}>
              <WayInPanel
                wayIn={wayIn}
                address={findAddress(run, service, wayIn.id)}
              />
            </li>
          ))}
        </ul>
      )}
      {sorted.length > SHOWN_AT_FIRST && (
        <Button
          className={styles.more}
          size="small"
          variant="secondary"
          aria-expanded={showsAll}
          onPress={() => setShowsAll(!showsAll)}
        >
          {showsAll
            ? `Show the worst ${SHOWN_AT_FIRST} only`
            : `Show all ${sorted.length} ways in (${hidden} more)`}
        </Button>
      )}
    </Section>
  );
}

function describeCount(count: number): string {
  return count === 1
    ? 'One path leads to this service.'
    : `${count} paths lead to this service; the worst one counts.`;
}

function findAddress(
  run: ProbeRun | undefined,
  service: ServiceStatus,
  wayInId: string,
): string | undefined {
  return run?.targets.find(
    target =>
      target.wayInId === wayInId &&
      (!target.service ||
        (target.service.cluster === service.cluster &&
          target.service.namespace === service.namespace &&
          target.service.name === service.name)),
  )?.address;
}
