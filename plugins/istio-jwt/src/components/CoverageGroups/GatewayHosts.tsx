import { useApi } from '@backstage/core-plugin-api';
import { Link, Text } from '@backstage/ui';
import { istioJwtApiRef, istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { useEntityLinks } from '../../coverage/useEntityLinks';
import { countThings } from '../../format/formatCount';
import { useLoaded } from '../../live/useLoaded';
import { LoadedFrame } from '../LoadedFrame';
import { StateBadge } from '../StateBadge';
import styles from './CoverageGroups.module.css';
import { GatewayHost, loadGatewayHosts } from './loadGatewayHosts';

/** Every host of a gateway that leads to the services in view, with its state. */
export function GatewayHosts({ gateway }: { gateway: string }) {
  const coverage = useApi(istioJwtCoverageApiRef);
  const status = useApi(istioJwtApiRef);
  const { address, linkTo } = useCoverageAddress();
  const { filter } = address;
  const { view, reload } = useLoaded(
    JSON.stringify([gateway, filter]),
    signal => loadGatewayHosts({ coverage, status }, gateway, filter, signal),
  );
  return (
    <LoadedFrame loaded={view} reload={reload} what="the hosts">
      {({ hosts, missing, notAsked }) => (
        <>
          <ul className={styles.list} aria-label={`Hosts of ${gateway}`}>
            {hosts.map(host => (
              <HostItem key={host.key} host={host} />
            ))}
          </ul>
          {missing.map(({ title, reason }) => (
            <Text key={title} as="p" variant="body-small" color="secondary">
              The hosts of {title} are not known here: {reason}.
            </Text>
          ))}
          {notAsked > 0 && (
            <Link href={linkTo({ filter: { ...filter, gateway } })}>
              {countThings(notAsked, 'more service')}
            </Link>
          )}
        </>
      )}
    </LoadedFrame>
  );
}

function HostItem({
  host: { address, state, reason, service },
}: {
  host: GatewayHost;
}) {
  const { toTab } = useEntityLinks();
  const tab = service.entityRef && toTab(service.entityRef);
  return (
    <li className={styles.item} title={reason}>
      <StateBadge state={state} />
      {address}
      {tab && <Link href={tab}>{service.title}</Link>}
    </li>
  );
}
