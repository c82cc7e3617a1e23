import { useApi } from '@backstage/core-plugin-api';
import { CoverageSummary } from 'backstage-plugin-istio-jwt-common';
import { istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { useCursorPages } from '../../live/useCursorPages';
import { LoadedFrame } from '../LoadedFrame';
import { Section } from '../Section';
import { NoServices } from './NoServices';
import { ServicesTable } from './ServicesTable';

/** Every service that the filters mean, a page at a time. */
export function ServicesView({ summary }: { summary?: CoverageSummary }) {
  const api = useApi(istioJwtCoverageApiRef);
  const { filter, sort, order } = useCoverageAddress().address;
  const { version } = useCoverageVersion();
  const { view, reload, paging } = useCursorPages(
    JSON.stringify([filter, sort, order]),
    page => api.listServices(filter, { ...page, sort, order }),
    version,
  );
  return (
    <Section title="Services">
      <LoadedFrame loaded={view} reload={reload} what="the services">
        {page =>
          page.total === 0 ? (
            <NoServices filter={filter} summary={summary} />
          ) : (
            <ServicesTable
              page={page}
              paging={paging}
              canRequestExceptions={summary?.canRequestExceptions ?? false}
            />
          )
        }
      </LoadedFrame>
    </Section>
  );
}
