import { useApi } from '@backstage/core-plugin-api';
import { Badge, Flex, Link, Text } from '@backstage/ui';
import {
  CoverageFilter,
  CoverageFinding,
} from 'backstage-plugin-istio-jwt-common';
import { istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { useEntityLinks } from '../../coverage/useEntityLinks';
import { countThings } from '../../format/formatCount';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { useLoaded } from '../../live/useLoaded';
import { SeverityLabel } from '../Findings/SeverityLabel';
import findingStyles from '../Findings/Findings.module.css';
import { LoadedFrame } from '../LoadedFrame';
import { NotifyOwnersButton } from '../OwnerNotices';
import { Prose } from '../Prose';
import { Section } from '../Section';
import styles from './CoverageFindings.module.css';

/** Each kind of misconfiguration with the services that have it, the gravest first. */
export function FindingsView({ canNotify }: { canNotify: boolean }) {
  const api = useApi(istioJwtCoverageApiRef);
  const { filter } = useCoverageAddress().address;
  const { version } = useCoverageVersion();
  const { view, reload } = useLoaded(
    JSON.stringify(filter),
    signal => api.listFindings(filter, { signal }),
    version,
  );
  return (
    <Section title="Findings">
      {canNotify && says(filter) && (
        <NotifyOwnersButton filter={filter} what="all services in view" />
      )}
      <LoadedFrame loaded={view} reload={reload} what="the findings">
        {({ findings }) =>
          findings.length === 0 ? (
            <Text as="p" variant="body-medium">
              No misconfiguration was found in the services that the filters
              mean.
            </Text>
          ) : (
            <ul className={findingStyles.list}>
              {findings.map(finding => (
                <li key={finding.id}>
                  <FindingOverServices
                    finding={finding}
                    canNotify={canNotify}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </LoadedFrame>
    </Section>
  );
}

function FindingOverServices({
  finding,
  canNotify,
}: {
  finding: CoverageFinding;
  canNotify: boolean;
}) {
  const { address, linkTo } = useCoverageAddress();
  const { affected, services, occurrences } = finding;
  const filter = { ...address.filter, finding: finding.id };
  return (
    <article className={findingStyles.finding} data-severity={finding.severity}>
      <Flex align="center" gap="2" className={findingStyles.head}>
        <SeverityLabel severity={finding.severity} />
        <Text as="h3" variant="body-medium" weight="bold">
          {finding.title}
        </Text>
        <Badge>{finding.id}</Badge>
      </Flex>
      <Text as="p" variant="body-medium">
        <Prose text={finding.why} />
      </Text>
      <Text as="p" variant="body-medium">
        <strong>Fix:</strong> <Prose text={finding.fix} />
      </Text>
      {isWebLink(finding.link) && (
        <Link href={finding.link} target="_blank" rel="noopener noreferrer">
          What Istio’s documentation says about {finding.id}
        </Link>
      )}
      <details className={findingStyles.patch}>
        <summary>
          {countThings(services, 'service')}
          {occurrences > services && `, found ${occurrences} times`}
        </summary>
        <ul className={styles.affected}>
          {affected.map(service => (
            <AffectedService key={service.id} service={service} />
          ))}
        </ul>
      </details>
      <Flex align="center" gap="3">
        <Link href={linkTo({ filter })}>
          {services === 1
            ? 'Show the service'
            : `Show all ${services} services`}
        </Link>
        {canNotify && (
          <NotifyOwnersButton filter={filter} what={finding.title} />
        )}
      </Flex>
    </article>
  );
}

function AffectedService({
  service: { entityRef, title, cluster, namespace, name },
}: {
  service: CoverageFinding['affected'][number];
}) {
  const { toTab } = useEntityLinks();
  const tab = entityRef && toTab(entityRef);
  return (
    <li>
      {tab ? <Link href={tab}>{title}</Link> : title}{' '}
      <Text variant="body-small" color="secondary">
        {namespace}/{name} in cluster {cluster}
      </Text>
    </li>
  );
}

/** Whether a filter says what owners are to look at: an owner alone does not. */
function says({ owner, ...others }: CoverageFilter): boolean {
  return Object.values(others).some(
    value => value !== undefined && !(Array.isArray(value) && !value.length),
  );
}

/** An address that comes with data is followed only where it is one of the web. */
function isWebLink(address: string): boolean {
  return /^https?:\/\//.test(address);
}
