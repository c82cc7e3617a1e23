import { useApi } from '@backstage/core-plugin-api';
import { Link } from '@backstage/ui';
import { CoverageExceptionDetail } from 'backstage-plugin-istio-jwt-common';
import { istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { nameEntity, useEntityLinks } from '../../coverage/useEntityLinks';
import { formatAbsolute } from '../../format/formatTime';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { useLoaded } from '../../live/useLoaded';
import { DataTable } from '../DataTable';
import { LoadedFrame } from '../LoadedFrame';
import { Section } from '../Section';
import {
  describeScope,
  labelAction,
  labelExceptionState,
  nameService,
} from './describeException';
import { ExceptionActions } from './ExceptionActions';
import styles from './Exceptions.module.css';

/** One exception with what happened to it, and what can be done with it. */
export function ExceptionView({ id }: { id: string }) {
  const api = useApi(istioJwtCoverageApiRef);
  const { linkTo } = useCoverageAddress();
  const { version, renew } = useCoverageVersion();
  const { view, reload } = useLoaded(
    id,
    signal => api.getException(id, { signal }),
    version,
  );
  return (
    <Section
      title="Exception"
      actions={
        <Link href={linkTo({ view: 'exceptions' })}>
          Back to all exceptions
        </Link>
      }
    >
      <LoadedFrame loaded={view} reload={reload} what="the exception">
        {exception => (
          <div className={styles.detail}>
            <Facts exception={exception} />
            <ExceptionActions exception={exception} onChanged={renew} />
            <EventsTable exception={exception} />
          </div>
        )}
      </LoadedFrame>
    </Section>
  );
}

function Facts({ exception }: { exception: CoverageExceptionDetail }) {
  const { toTab } = useEntityLinks();
  const { scope, entityRef, state, reason, expiresAt } = exception;
  const tab = entityRef && toTab(entityRef);
  return (
    <dl className={styles.facts}>
      <dt>Service</dt>
      <dd>
        {tab ? (
          <Link href={tab}>{nameService(scope)}</Link>
        ) : (
          nameService(scope)
        )}
      </dd>
      <dt>Covers</dt>
      <dd>{describeScope(scope)}</dd>
      <dt>State</dt>
      <dd>{labelExceptionState(state)}</dd>
      <dt>Reason</dt>
      <dd>{reason}</dd>
      <dt>Ends</dt>
      <dd>{formatAbsolute(expiresAt)}</dd>
      <dt>Asked for by</dt>
      <dd>{nameEntity(exception.requestedBy, 'user')}</dd>
      <dt>Approved by</dt>
      <dd>
        {exception.approvedBy
          ? nameEntity(exception.approvedBy, 'user')
          : 'Nobody'}
      </dd>
    </dl>
  );
}

function EventsTable({
  exception: { history },
}: {
  exception: CoverageExceptionDetail;
}) {
  return (
    <DataTable
      label="What happened to it"
      columns={['When', 'What', 'By', 'Reason', 'Ends']}
      rows={[...history].reverse().map(event => ({
        key: String(event.revision),
        cells: [
          formatAbsolute(event.at),
          labelAction(event.action),
          nameEntity(event.by, 'user'),
          event.reason,
          formatAbsolute(event.expiresAt),
        ],
      }))}
    />
  );
}
