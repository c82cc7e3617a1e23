import { Text } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import styles from './Issuers.module.css';

const SHOWN = 3;

/** The issuers whose tokens are accepted anywhere on the way. */
export function IssuersLine({ status }: { status: EntityStatus }) {
  const issuers = [
    ...new Set(
      status.services.flatMap(service =>
        service.issuers.map(({ issuer }) => issuer),
      ),
    ),
  ];
  return (
    <div>
      <Text as="h4" variant="body-small" color="secondary">
        {issuers.length === 1 ? 'Trusted issuer' : 'Trusted issuers'}
      </Text>
      {issuers.length === 0 ? (
        <Text as="p" variant="body-medium">
          None: no token is looked at.
        </Text>
      ) : (
        <ul className={styles.names}>
          {issuers.slice(0, SHOWN).map(issuer => (
            <li key={issuer}>{issuer}</li>
          ))}
          {issuers.length > SHOWN && <li>and {issuers.length - SHOWN} more</li>}
        </ul>
      )}
    </div>
  );
}
