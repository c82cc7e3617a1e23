import { Flex, Text } from '@backstage/ui';
import { WayInStatus } from 'backstage-plugin-istio-jwt-common';
import { Exposure } from 'istio-jwt-policy-engine';
import { buildCurl } from '../../format/buildCurl';
import { describeResource } from '../../format/describeResource';
import { describeState } from '../../format/describeState';
import { describeOrigin, describeWayIn } from '../../format/describeWayIn';
import { CopyLine } from '../CopyLine';
import { HopDiagram } from '../HopDiagram';
import { Prose, ProseList } from '../Prose';
import { StateBadge } from '../StateBadge';
import styles from './WaysIn.module.css';

/** One way in: where it starts, what it goes through, and what passes without a token. */
export function WayInPanel({
  wayIn,
  address,
}: {
  wayIn: WayInStatus;
  /** `host:port` at which the last probes met the gateway. */
  address?: string;
}) {
  const { exposures, uncertain = [] } = wayIn;
  return (
    <article className={styles.panel} aria-label={describeWayIn(wayIn)}>
      <div className={styles.header}>
        <div className={styles.where}>
          <Text as="h3" variant="body-large" weight="bold">
            {describeWayIn(wayIn)}
          </Text>
          <Text as="p" variant="body-small" color="secondary">
            {describeOrigin(wayIn)}
            {wayIn.gateway && `, ${describeResource(wayIn.gateway)}`}
          </Text>
        </div>
        <Flex align="center" gap="2" className={styles.states}>
          {wayIn.state !== wayIn.verdict && (
            <Text as="span" variant="body-small" color="secondary">
              verdict {describeState(wayIn.verdict).label.toLowerCase()}, seen
              otherwise
            </Text>
          )}
          <StateBadge state={wayIn.state} />
        </Flex>
      </div>
      <Text as="p" variant="body-medium" className={styles.reason}>
        {wayIn.state === 'validated-only' && (
          <strong>No token is needed here. </strong>
        )}
        <Prose text={wayIn.reason} />
      </Text>
      <HopDiagram wayIn={wayIn} />
      {uncertain.length > 0 && (
        <>
          <Text as="h4" variant="body-medium" weight="bold">
            What cannot be decided
          </Text>
          <ProseList texts={uncertain} className={styles.list} />
        </>
      )}
      {exposures.length > 0 && (
        <>
          <Text as="h4" variant="body-medium" weight="bold">
            What passes without a valid token
          </Text>
          <ul className={styles.exposures}>
            {exposures.map(exposure => (
              <li key={exposure.summary}>
                <ExposureView
                  exposure={exposure}
                  wayIn={wayIn}
                  address={address}
                />
              </li>
            ))}
          </ul>
        </>
      )}
    </article>
  );
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function ExposureView({
  exposure,
  wayIn,
  address,
}: {
  exposure: Exposure;
  wayIn: WayInStatus;
  address?: string;
}) {
  const command = buildCurl(wayIn, exposure.witness, address);
  const { principal } = exposure.witness.source ?? {};
  return (
    <Flex direction="column" gap="1">
      <Text as="p" variant="body-medium">
        {capitalize(exposure.summary)}
        {exposure.admittedBy && (
          <Text as="span" variant="body-small" color="secondary">
            {' '}
            admitted by {describeResource(exposure.admittedBy)}
          </Text>
        )}
      </Text>
      {command && <CopyLine text={command} label="request that passes" />}
      {principal && (
        <Text as="p" variant="body-small" color="secondary">
          From a workload whose identity is {principal}.
        </Text>
      )}
    </Flex>
  );
}
