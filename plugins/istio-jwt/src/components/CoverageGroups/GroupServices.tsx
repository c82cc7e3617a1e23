import { useApi } from '@backstage/core-plugin-api';
import { Link } from '@backstage/ui';
import { CoverageGroupBy } from 'backstage-plugin-istio-jwt-common';
import { istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { useEntityLinks } from '../../coverage/useEntityLinks';
import { useLoaded } from '../../live/useLoaded';
import { LoadedFrame } from '../LoadedFrame';
import { StateBadge } from '../StateBadge';
import styles from './CoverageGroups.module.css';

const SHOWN = 20;

/** The worst services of a group. */
export function GroupServices({
  by,
  value,
}: {
  by: CoverageGroupBy;
  value: string;
}) {
  const api = useApi(istioJwtCoverageApiRef);
  const { address, linkTo } = useCoverageAddress();
  const { toTab } = useEntityLinks();
  const filter = { ...address.filter, [by]: value };
  const { view, reload } = useLoaded(JSON.stringify(filter), signal =>
    api.listServices(filter, { sort: 'state', limit: SHOWN, signal }),
  );
  return (
    <LoadedFrame loaded={view} reload={reload} what="the services">
      {({ items, total }) => (
        <>
          <ul className={styles.list}>
            {items.map(service => {
              const tab = service.entityRef && toTab(service.entityRef);
              return (
                <li key={service.id} className={styles.item}>
                  <StateBadge state={service.state} />
                  {tab ? (
                    <Link href={tab}>{service.title}</Link>
                  ) : (
                    `${service.namespace}/${service.name}, claimed by nobody`
                  )}
                </li>
              );
            })}
          </ul>
          {total > items.length && (
            <Link href={linkTo({ filter })}>All {total} services</Link>
          )}
        </>
      )}
    </LoadedFrame>
  );
}
