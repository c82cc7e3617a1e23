import { useApi } from '@backstage/core-plugin-api';
import { Button, Link, Select, TablePagination, Text } from '@backstage/ui';
import {
  CoverageException,
  CoverageExceptionState,
} from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import { istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { nameEntity } from '../../coverage/useEntityLinks';
import { formatAbsolute } from '../../format/formatTime';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { PAGE_SIZES, useCursorPages } from '../../live/useCursorPages';
import { DataTable } from '../DataTable';
import { LoadedFrame } from '../LoadedFrame';
import { Section } from '../Section';
import {
  describeScope,
  labelExceptionState,
  nameService,
} from './describeException';
import styles from './Exceptions.module.css';

const ALL = 'all';
const STATES: CoverageExceptionState[] = [
  'requested',
  'active',
  'expired',
  'revoked',
];

/** Exceptions, newest first. */
export function ExceptionList({ canRequest }: { canRequest: boolean }) {
  const api = useApi(istioJwtCoverageApiRef);
  const { show } = useCoverageAddress();
  const { version } = useCoverageVersion();
  const [state, setState] = useState<CoverageExceptionState>();
  const { view, reload, paging } = useCursorPages(
    state ?? ALL,
    page => api.listExceptions({ ...page, state }),
    version,
  );
  return (
    <Section
      title="Exceptions"
      summary="Services, or parts of them, that may do without a token for a while, by somebody’s decision."
      actions={
        canRequest ? (
          <Button
            variant="primary"
            onPress={() => show({ exception: { kind: 'new' } })}
          >
            Ask for an exception
          </Button>
        ) : (
          <Text as="p" variant="body-small" color="secondary">
            You may not ask for exceptions: it takes istio-jwt.exception.create.
          </Text>
        )
      }
    >
      <div className={styles.detail}>
        <div className={styles.actions}>
          <Select
            label="Show"
            value={state ?? ALL}
            options={[
              { id: ALL, label: 'All' },
              ...STATES.map(each => ({
                id: each,
                label: labelExceptionState(each),
              })),
            ]}
            onChange={key => setState(STATES.find(each => each === key))}
          />
        </div>
        <LoadedFrame loaded={view} reload={reload} what="the exceptions">
          {({ items }) =>
            items.length === 0 ? (
              <Text as="p" variant="body-medium">
                {state
                  ? 'There is no such exception.'
                  : 'Nobody has asked for an exception.'}
              </Text>
            ) : (
              <>
                <DataTable
                  label="Exceptions"
                  columns={[
                    'Service',
                    'Covers',
                    'State',
                    'Reason',
                    'Ends',
                    'Asked for by',
                    'Approved by',
                  ]}
                  rows={items.map(toRow)}
                />
                <TablePagination
                  pageSize={paging.pageSize}
                  pageSizeOptions={PAGE_SIZES}
                  showPageSizeOptions
                  showPaginationLabel={false}
                  hasPreviousPage={paging.hasPrevious}
                  hasNextPage={paging.hasNext}
                  onPreviousPage={paging.toPrevious}
                  onNextPage={paging.toNext}
                  onPageSizeChange={paging.setPageSize}
                />
              </>
            )
          }
        </LoadedFrame>
      </div>
    </Section>
  );
}

function toRow(exception: CoverageException) {
  const { id, scope, state, reason, expiresAt, requestedBy, approvedBy } =
    exception;
  return {
    key: id,
    tone:
      state === 'expired' || state === 'revoked'
        ? ('muted' as const)
        : undefined,
    cells: [
      <ExceptionLink exception={exception} />,
      describeScope(scope),
      labelExceptionState(state),
      reason,
      formatAbsolute(expiresAt),
      nameEntity(requestedBy, 'user'),
      approvedBy ? nameEntity(approvedBy, 'user') : '–',
    ],
  };
}

function ExceptionLink({ exception }: { exception: CoverageException }) {
  const { linkTo } = useCoverageAddress();
  return (
    <Link
      href={linkTo({
        view: 'exceptions',
        exception: { kind: 'one', id: exception.id },
      })}
    >
      {nameService(exception.scope)}
    </Link>
  );
}
