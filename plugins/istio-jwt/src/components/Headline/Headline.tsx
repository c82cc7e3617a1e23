import { Text } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { describeState } from '../../format/describeState';
import { Prose } from '../Prose';
import { StateBadge } from '../StateBadge';
import styles from './Headline.module.css';

/** The state of an entity, what that means, and why. */
export function Headline({
  status,
  variant,
}: {
  status: EntityStatus;
  variant: 'body-medium' | 'body-large';
}) {
  return (
    <div className={styles.headline}>
      <StateBadge state={status.state} size="large" />
      <Text as="p" variant={variant}>
        <strong>{describeState(status.state).meaning}</strong>{' '}
        <Prose text={status.reason} />
      </Text>
    </div>
  );
}
