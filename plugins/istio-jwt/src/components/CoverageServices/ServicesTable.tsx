import {
  Cell,
  Column,
  Row,
  TableBody,
  TableHeader,
  TablePagination,
  TableRoot,
  VisuallyHidden,
} from '@backstage/ui';
import { CoveragePage } from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { formatCount } from '../../format/formatCount';
import { PAGE_SIZES, Paging } from '../../live/useCursorPages';
import { ClaimDialog } from './ClaimDialog';
import { isSort, SERVICE_COLUMNS } from './columns';
import styles from './CoverageServices.module.css';
import { ServiceCell } from './ServiceCell';

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
  const [claimed, setClaimed] = useState<string>();
  const range = describeRange(paging.offset, items.length, total);
  return (
    <>
      <VisuallyHidden role="status">{`Services ${range}`}</VisuallyHidden>
      <div className={styles.scroll}>
        <TableRoot
          aria-label="Services"
          sortDescriptor={{
            column: address.sort,
            direction: address.order === 'asc' ? 'ascending' : 'descending',
          }}
          onSortChange={({ column, direction }) => {
            const sort = String(column);
            if (isSort(sort)) {
              show({ sort, order: direction === 'ascending' ? 'asc' : 'desc' });
            }
          }}
        >
          <TableHeader columns={SERVICE_COLUMNS}>
            {column => (
              <Column
                id={column.id}
                isRowHeader={column.isRowHeader}
                allowsSorting={column.isSortable}
              >
                {column.label}
              </Column>
            )}
          </TableHeader>
          <TableBody items={items} dependencies={[canRequestExceptions]}>
            {service => (
              <Row id={service.id} columns={SERVICE_COLUMNS}>
                {column => (
                  <Cell className={styles.cell}>
                    <ServiceCell
                      column={column.id}
                      service={service}
                      canRequestExceptions={canRequestExceptions}
                      onClaim={() => setClaimed(service.id)}
                    />
                  </Cell>
                )}
              </Row>
            )}
          </TableBody>
        </TableRoot>
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
