import { useApi } from '@backstage/core-plugin-api';
import { Alert, Button, Text } from '@backstage/ui';
import {
  CoverageFilter,
  CoverageOwnerNoticePreview,
} from 'backstage-plugin-istio-jwt-common';
import { istioJwtCoverageApiRef } from '../../api';
import { nameEntity } from '../../coverage/useEntityLinks';
import { finishSentence } from '../../format/finishSentence';
import { countThings } from '../../format/formatCount';
import { useLoaded } from '../../live/useLoaded';
import { LoadedFrame } from '../LoadedFrame';
import { OwnerNoticeResult } from './OwnerNoticeResult';
import styles from './OwnerNotices.module.css';
import { SendState, useOwnerNotice } from './useOwnerNotice';

/** Who would be told, a button that does it, and what became of it. */
export function OwnerNoticeForm({
  filter,
  onDone,
}: {
  filter: CoverageFilter;
  onDone: () => void;
}) {
  const api = useApi(istioJwtCoverageApiRef);
  const { view, reload } = useLoaded(JSON.stringify(filter), signal =>
    api.previewOwnerNotices(filter, { signal }),
  );
  const { state, send } = useOwnerNotice(filter);
  if (state.kind === 'sent') {
    return <OwnerNoticeResult result={state.result} onDone={onDone} />;
  }
  return (
    <LoadedFrame loaded={view} reload={reload} what="the owners">
      {preview => (
        <div className={styles.form}>
          <Preview preview={preview} />
          {state.kind === 'failed' && (
            <Alert
              role="alert"
              status="danger"
              icon
              title="Nobody was told"
              description={finishSentence(state.failure.message)}
            />
          )}
          <SendButtons
            preview={preview}
            state={state}
            onSend={() => send(preview.toTell)}
            onLookAgain={reload}
            onCancel={onDone}
          />
        </div>
      )}
    </LoadedFrame>
  );
}

function SendButtons({
  preview: { toTell, maxOwners },
  state,
  onSend,
  onLookAgain,
  onCancel,
}: {
  preview: CoverageOwnerNoticePreview;
  state: SendState;
  onSend: () => void;
  onLookAgain: () => void;
  onCancel: () => void;
}) {
  return (
    <div className={styles.actions}>
      {toTell > 0 && toTell <= maxOwners && (
        <Button
          variant="primary"
          isPending={state.kind === 'sending'}
          onPress={onSend}
        >
          {`Notify ${countThings(toTell, 'owner')}`}
        </Button>
      )}
      {state.kind === 'failed' && (
        <Button variant="secondary" onPress={onLookAgain}>
          Look again
        </Button>
      )}
      <Button variant="secondary" onPress={onCancel}>
        {toTell > 0 ? 'Cancel' : 'Close'}
      </Button>
    </div>
  );
}

function Preview({ preview }: { preview: CoverageOwnerNoticePreview }) {
  const { toTell, owners, alreadyTold, alreadyToldTotal } = preview;
  const { overQuota, withoutOwner, maxOwners, quietHours } = preview;
  const more = toTell - owners.length;
  return (
    <>
      <Text as="p" variant="body-medium">
        {toTell === 0
          ? 'There is nobody to tell.'
          : `${countThings(
              toTell,
              'owner',
            )} will get one notification each, with a link to their own services in this view.`}
      </Text>
      {toTell > maxOwners && (
        <Alert
          status="warning"
          icon
          title={`At most ${maxOwners} owners can be told at once`}
          description="Narrow the filters, such as by system, cluster or namespace."
        />
      )}
      {owners.length > 0 && (
        <ul className={styles.owners} aria-label="Owners to notify">
          {owners.map(({ owner, services }) => (
            <li key={owner}>
              {nameEntity(owner, 'group')}: {countThings(services, 'service')}
            </li>
          ))}
          {more > 0 && <li>and {countThings(more, 'more owner')}</li>}
        </ul>
      )}
      {alreadyToldTotal > 0 && (
        <Text as="p" variant="body-small" color="secondary">
          {countThings(alreadyToldTotal, 'owner')} heard of this within the last{' '}
          {describeHours(quietHours)} and will not again:{' '}
          {alreadyTold
            .map(({ owner }) => nameEntity(owner, 'group'))
            .join(', ')}
          {alreadyToldTotal > alreadyTold.length && ' and others'}.
        </Text>
      )}
      {overQuota > 0 && (
        <Text as="p" variant="body-small" color="secondary">
          {countThings(overQuota, 'owner')} heard of enough other things today
          and will not be told.
        </Text>
      )}
      {withoutOwner > 0 && (
        <Text as="p" variant="body-small" color="secondary">
          Of {countThings(withoutOwner, 'service')} no owner is known, so nobody
          can be told.
        </Text>
      )}
    </>
  );
}

function describeHours(hours: number): string {
  return hours % 24 === 0
    ? countThings(hours / 24, 'day')
    : countThings(hours, 'hour');
}
