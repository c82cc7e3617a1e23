import { Flex, Text } from '@backstage/ui';
import { IssuerHealthView } from 'backstage-plugin-istio-jwt-common';
import { useId } from 'react';
import { describeResource } from '../../format/describeResource';
import { RelativeTime } from '../RelativeTime';
import { HealthBadge } from './HealthBadge';
import { HealthDetails } from './HealthDetails';
import styles from './IssuerKeys.module.css';

/** The keys of one issuer: where they come from, whether they can be had, and what they are. */
export function IssuerKeysView({ view }: { view: IssuerHealthView }) {
  const { issuer, uri, health, tokens, suspicion, usedBy } = view;
  const id = useId();
  return (
    <article
      className={styles.issuer}
      data-health={health.kind}
      aria-labelledby={id}
    >
      <Flex align="center" gap="2" className={styles.head}>
        <HealthBadge kind={health.kind} />
        <Text id={id} as="h3" variant="body-medium" weight="bold">
          {issuer || 'Any issuer'}
        </Text>
      </Flex>
      {uri && (
        <Text as="p" variant="body-small" color="secondary">
          {view.jwks.kind === 'discovery' ? 'Discovered at' : 'Read from'} {uri}
        </Text>
      )}
      <HealthDetails health={health} />
      {tokens.map(token => (
        <TokenLine
          key={`${token.kid} ${token.alg}`}
          token={token}
          isKnown={health.kind === 'healthy'}
        />
      ))}
      {suspicion && (
        <Text as="p" variant="body-medium" color="warning">
          <strong>In the proxies:</strong> {suspicion.message} Probed{' '}
          <RelativeTime at={suspicion.at} />.
        </Text>
      )}
      <Text as="p" variant="body-small" color="secondary">
        Named by {usedBy.map(({ ref }) => describeResource(ref)).join(', ')}
      </Text>
    </article>
  );
}

function TokenLine({
  token: { kid, alg, published },
  isKnown,
}: {
  token: IssuerHealthView['tokens'][number];
  /** Whether the published keys are those of now. */
  isKnown: boolean;
}) {
  const name = kid === undefined ? 'no key id' : `key id ${kid}`;
  if (!isKnown) {
    return (
      <Text as="p" variant="body-medium" color="secondary">
        The configured valid token has {name} ({alg}).
      </Text>
    );
  }
  return published ? (
    <Text as="p" variant="body-medium">
      The configured valid token ({name}, {alg}) fits a published key.
    </Text>
  ) : (
    <Text as="p" variant="body-medium" color="danger">
      The configured valid token ({name}, {alg}) fits none of the published
      keys: it is refused.
    </Text>
  );
}
