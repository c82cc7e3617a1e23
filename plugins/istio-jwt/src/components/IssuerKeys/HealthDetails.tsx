import { Text } from '@backstage/ui';
import { IssuerHealth } from 'backstage-plugin-istio-jwt-common';
import { RelativeTime } from '../RelativeTime';
import { KeySetFacts, KeysTable } from './KeySetDetails';

/** What is known of an issuer's keys, in words. */
export function HealthDetails({ health }: { health: IssuerHealth }) {
  switch (health.kind) {
    case 'checking':
      return (
        <Text as="p" variant="body-medium">
          The keys are being read for the first time.
        </Text>
      );
    case 'healthy':
      return (
        <>
          {health.warnings.map(warning => (
            <Text key={warning} as="p" variant="body-medium" color="warning">
              {warning}
            </Text>
          ))}
          <KeySetFacts keySet={health.keySet} at={health.checkedAt} />
          <KeysTable
            keys={health.keySet.keys}
            keyCount={health.keySet.keyCount}
          />
        </>
      );
    case 'failing': {
      const { failure, since, lastGood, checkedAt } = health;
      return (
        <>
          <Text as="p" variant="body-medium" color="danger">
            {failure.reason}
          </Text>
          <Text as="p" variant="body-medium">
            Failing since <RelativeTime at={since} />, looked at last{' '}
            <RelativeTime at={checkedAt} />.{' '}
            {lastGood
              ? 'istiod keeps a set that it has read; one that starts anew, or a first read, gets none, and then every token gets 401.'
              : 'While istiod has no keys, every token of this issuer gets 401, and a request without a token still passes where none is required.'}
          </Text>
          {lastGood && (
            <>
              <KeySetFacts keySet={lastGood.keySet} at={lastGood.at} isPast />
              <KeysTable
                keys={lastGood.keySet.keys}
                keyCount={lastGood.keySet.keyCount}
              />
            </>
          )}
        </>
      );
    }
    case 'not-checked':
      return (
        <>
          <Text as="p" variant="body-medium">
            {health.reason}
          </Text>
          <Text as="p" variant="body-medium">
            <strong>Fix:</strong> {health.fix}
          </Text>
        </>
      );
    default:
      return (
        <>
          <Text as="p" variant="body-medium">
            The keys stand in the policy itself, and do not follow the issuer
            when it changes them.
          </Text>
          <KeysTable keys={health.keys} keyCount={health.keyCount} />
        </>
      );
  }
}
