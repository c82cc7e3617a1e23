import { TablePagination, VisuallyHidden } from '@backstage/ui';
import {
  CoveragePage,
  CoverageService,
} from 'backstage-plugin-istio-jwt-common';
import { useCallback, useState } from 'react';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { formatCount } from '../../format/formatCount';
import { PAGE_SIZES, Paging } from '../../live/useCursorPages';
import { Grid } from '../Grid';
import { ClaimDialog } from './ClaimDialog';
import { isSort, SERVICE_COLUMNS, ServiceColumnId } from './columns';
import styles from './CoverageServices.module.css';
import { ServiceCell } from './ServiceCell';
import { useServiceLinks } from './useServiceLinks';

/** One page of services; sorting and paging are the backend's. */
export function ServicesTable({
  page: { items, total },
  paging,
  canRequestExceptions,
}: {
  page: CoveragePage;
  paging: Paging;
  canRequestExceptions: boolean;
}) {
  const { address, show } = useCoverageAddress();
  const links = useServiceLinks();
  const [claimed, setClaimed] = useState<string>();
  const renderCell = useCallback(
    (service: CoverageService, column: string) => (
      <ServiceCell
        column={column as ServiceColumnId}
        service={service}
        links={links}
        canRequestExceptions={canRequestExceptions}
        onClaim={setClaimed}
      />
    ),
    [links, canRequestExceptions],
  );
  const range = describeRange(paging.offset, items.length, total);
  return (
    <>
      <VisuallyHidden role="status">{`Services ${range}`}</VisuallyHidden>
      <div className={styles.scroll}>
        <Grid
          label="Services"
          columns={SERVICE_COLUMNS}
          rows={items}
          sort={{ column: address.sort, order: address.order }}
          onSort={({ column, order }) => {
            if (isSort(column)) show({ sort: column, order });
          }}
          renderCell={renderCell}
        />
      </div>
      <TablePagination
        pageSize={paging.pageSize}
        pageSizeOptions={PAGE_SIZES}
        showPageSizeOptions
        offset={paging.offset}
        totalCount={total}
        hasPreviousPage={paging.hasPrevious}
        hasNextPage={paging.hasNext}
        onPreviousPage={paging.toPrevious}
        onNextPage={paging.toNext}
        onPageSizeChange={paging.setPageSize}
        getLabel={() => range}
      />
      <ClaimDialog
        service={items.find(({ id }) => id === claimed)}
        onClose={() => setClaimed(undefined)}
      />
    </>
  );
}

function describeRange(offset: number, shown: number, total: number): string {
  return `${formatCount(offset + 1)} to ${formatCount(
    offset + shown,
  )} of ${formatCount(total)}`;
}
