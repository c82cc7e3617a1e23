import { Link, Text } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { sortWorstFirst } from '../../format/rankStates';
import { describeOrigin, describeWayIn } from '../../format/describeWayIn';
import { StateBadge } from '../StateBadge';
import styles from './WaysIn.module.css';

const SHOWN = 5;

/** The worst ways in of an entity, a line each. */
export function WaysInSummary({
  status,
  tabPath,
}: {
  status: EntityStatus;
  tabPath?: string;
}) {
  const all = sortWorstFirst(
    status.services.flatMap(service =>
      service.waysIn.map(wayIn => ({
        ...wayIn,
        key: `${service.cluster}/${service.namespace}/${service.name}/${wayIn.id}`,
        service: `${service.namespace}/${service.name}`,
      })),
    ),
  );
  const hidden = all.length - SHOWN;
  return (
    <div>
      <Text as="h4" variant="body-small" color="secondary">
        Ways in ({all.length})
      </Text>
      {all.length === 0 && (
        <Text as="p" variant="body-medium">
          None is known.
        </Text>
      )}
      <ul className={styles.summary}>
        {all.slice(0, SHOWN).map(wayIn => (
          <li key={wayIn.key} className={styles.summaryRow}>
            <span className={styles.summaryText}>
              <Text as="span" variant="body-medium" title={wayIn.reason}>
                {describeWayIn(wayIn)}
              </Text>
              <Text as="span" variant="body-small" color="secondary">
                {describeOrigin(wayIn)}
                {status.services.length > 1 && ` to ${wayIn.service}`}
              </Text>
            </span>
            <StateBadge state={wayIn.state} />
          </li>
        ))}
      </ul>
      {hidden > 0 &&
        (tabPath ? (
          <Link href={tabPath} variant="body-small">
            Show all {all.length} ways in
          </Link>
        ) : (
          <Text as="p" variant="body-small" color="secondary">
            And {hidden} more.
          </Text>
        ))}
    </div>
  );
}
