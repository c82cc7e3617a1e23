import { Text } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { describeState } from '../../format/describeState';
import { Prose } from '../Prose';
import { StateBadge, useIsDated } from '../StateBadge';
import styles from './Headline.module.css';

/** The state of an entity, what that means, and why. */
export function Headline({
  status,
  variant,
}: {
  status: EntityStatus;
  variant: 'body-medium' | 'body-large';
}) {
  const { meaning } = describeState(status.state);
  // A plain "A valid token is required." would promise what nobody knows now.
  const claim = useIsDated() ? `When last read: ${meaning}` : meaning;
  return (
    <div className={styles.headline}>
      <StateBadge state={status.state} size="large" />
      <Text as="p" variant={variant}>
        <strong>{claim}</strong> <Prose text={status.reason} />
      </Text>
    </div>
  );
}
