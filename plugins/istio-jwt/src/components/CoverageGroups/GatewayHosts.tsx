import { useApi } from '@backstage/core-plugin-api';
import { Button, Link, Text } from '@backstage/ui';
import { CoverageHost } from 'backstage-plugin-istio-jwt-common';
import { istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { useEntityLinks } from '../../coverage/useEntityLinks';
import { describeWayIn } from '../../format/describeWayIn';
import { formatCount } from '../../format/formatCount';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { Paging, useCursorPages } from '../../live/useCursorPages';
import { LoadedFrame } from '../LoadedFrame';
import { StateBadge } from '../StateBadge';
import styles from './CoverageGroups.module.css';

/** Hosts of a gateway that lead to the services in view, worst first, a page at a time. */
export function GatewayHosts({ gateway }: { gateway: string }) {
  const api = useApi(istioJwtCoverageApiRef);
  const { filter } = useCoverageAddress().address;
  const { version } = useCoverageVersion();
  const { view, reload, paging } = useCursorPages(
    JSON.stringify([gateway, filter]),
    page => api.listHosts(gateway, filter, page),
    version,
  );
  return (
    <LoadedFrame loaded={view} reload={reload} what="the hosts">
      {({ items, total }) =>
        items.length === 0 ? (
          <Text as="p" variant="body-small">
            No host of it leads to a service that the filters mean.
          </Text>
        ) : (
          <>
            <ul className={styles.list} aria-label={`Hosts of ${gateway}`}>
              {items.map(host => (
                <HostItem
                  key={`${host.service.id} ${host.address}`}
                  host={host}
                />
              ))}
            </ul>
            {total > items.length && (
              <HostPages paging={paging} shown={items.length} total={total} />
            )}
          </>
        )
      }
    </LoadedFrame>
  );
}

function HostPages({
  paging,
  shown,
  total,
}: {
  paging: Paging;
  shown: number;
  total: number;
}) {
  const { offset } = paging;
  return (
    <div className={styles.item} role="group" aria-label="Pages of hosts">
      <Text variant="body-small" role="status">
        {formatCount(offset + 1)} to {formatCount(offset + shown)} of{' '}
        {formatCount(total)} hosts
      </Text>
      <Button
        size="small"
        variant="secondary"
        isDisabled={!paging.hasPrevious}
        onPress={paging.toPrevious}
      >
        Previous
      </Button>
      <Button
        size="small"
        variant="secondary"
        isDisabled={!paging.hasNext}
        onPress={paging.toNext}
      >
        Next
      </Button>
    </div>
  );
}

function HostItem({
  host: { address, state, service },
}: {
  host: CoverageHost;
}) {
  const { toTab } = useEntityLinks();
  const tab = service.entityRef && toTab(service.entityRef);
  return (
    <li className={styles.item}>
      <StateBadge state={state} />
      {describeAddress(address)}
      {tab ? (
        <Link href={tab}>{service.title}</Link>
      ) : (
        `${service.namespace}/${service.name}, claimed by nobody`
      )}
    </li>
  );
}

/** As ways in are called everywhere else. */
function describeAddress(address: string): string {
  const [, protocol, host, port] = /^(\w+):\/\/(.*):(\d+)$/.exec(address) ?? [];
  return protocol
    ? describeWayIn({ protocol, host, port: Number(port), paths: [] })
    : address;
}
