import { Alert, Button } from '@backstage/ui';
import { formatAbsolute } from '../../format/formatTime';
import { labelExceptionState } from './describeException';
import styles from './Exceptions.module.css';
import { ChangeState } from './useExceptionChange';

const LABELS = {
  edit: 'Save mine over it',
  approve: 'Approve it as it is now',
  end: 'End it all the same',
};

/** Somebody else was faster: both forms are shown, and the reader decides. */
export function ConflictNotice({
  state: { intent, present },
  onInsist,
  onTakeTheirs,
}: {
  state: Extract<ChangeState, { kind: 'conflict' }>;
  onInsist: () => void;
  onTakeTheirs: () => void;
}) {
  const isPossible = present.state !== 'revoked';
  return (
    <Alert
      role="alert"
      status="warning"
      icon
      title="Somebody changed this exception meanwhile"
      description={`Now it says “${present.reason}”, ends ${formatAbsolute(
        present.expiresAt,
      )} and is: ${labelExceptionState(
        present.state,
      ).toLowerCase()}. Nothing of yours was written${
        intent.kind === 'edit' ? ', and nothing of it is lost' : ''
      }.`}
      customActions={
        <div className={styles.actions}>
          {isPossible && (
            <Button size="small" variant="secondary" onPress={onInsist}>
              {LABELS[intent.kind]}
            </Button>
          )}
          <Button size="small" variant="secondary" onPress={onTakeTheirs}>
            Leave it as it is now
          </Button>
        </div>
      }
    />
  );
}
