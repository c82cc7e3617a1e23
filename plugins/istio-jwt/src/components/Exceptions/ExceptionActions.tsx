import { Button, Text } from '@backstage/ui';
import { CoverageExceptionDetail } from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ConflictNotice } from './ConflictNotice';
import { EditException } from './EditException';
import { ExceptionFailure } from './ExceptionFailure';
import styles from './Exceptions.module.css';
import { Intent, useExceptionChange } from './useExceptionChange';

type Mode = 'look' | 'edit' | 'end';

/** Approve, change, end: what the reader may do with an exception. */
export function ExceptionActions({
  exception,
  onChanged,
}: {
  exception: CoverageExceptionDetail;
  onChanged: () => void;
}) {
  const [mode, setMode] = useState<Mode>('look');
  const finish = useCallback(() => {
    setMode('look');
    onChanged();
  }, [onChanged]);
  const { state, send, reset } = useExceptionChange(finish);
  const focus = useFocusOfMode(mode);
  const { canApprove, canChange } = exception;
  const isOver = exception.state === 'expired' || exception.state === 'revoked';
  const sending = state.kind === 'sending' ? state.intent.kind : undefined;
  const go = (intent: Intent) => send(exception, intent);
  const choose = (next: Mode) => {
    reset();
    setMode(next);
  };

  return (
    <div ref={focus.box} tabIndex={-1} className={styles.arrival}>
      {mode === 'look' && (
        <div className={styles.actions}>
          {canApprove && exception.state === 'requested' && (
            <Button
              variant="primary"
              isPending={sending === 'approve'}
              onPress={() => go({ kind: 'approve' })}
            >
              Approve
            </Button>
          )}
          {canChange && exception.state !== 'revoked' && (
            <Button
              ref={focus.edit}
              variant="secondary"
              onPress={() => choose('edit')}
            >
              {exception.state === 'expired' ? 'Renew' : 'Change'}
            </Button>
          )}
          {canChange && !isOver && (
            <Button
              ref={focus.end}
              variant="secondary"
              destructive
              onPress={() => choose('end')}
            >
              End it now
            </Button>
          )}
          {!canChange && !canApprove && (
            <Text as="p" variant="body-small" color="secondary">
              Only those with istio-jwt.exception.create for this service,
              usually its owners, may change this exception.
            </Text>
          )}
        </div>
      )}
      {mode === 'edit' && (
        <EditException
          exception={exception}
          isSending={sending === 'edit'}
          onSave={change => go({ kind: 'edit', change })}
          onCancel={() => choose('look')}
        />
      )}
      {mode === 'end' && (
        <div className={styles.actions} role="group" aria-label="End it now">
          <Text as="p" variant="body-medium">
            The service counts in full again at once. What happened is kept.
          </Text>
          <Button
            variant="primary"
            destructive
            isPending={sending === 'end'}
            onPress={() => go({ kind: 'end' })}
          >
            End the exception
          </Button>
          <Button variant="secondary" onPress={() => choose('look')}>
            Keep it
          </Button>
        </div>
      )}
      {state.kind === 'conflict' && (
        <ConflictNotice
          state={state}
          onInsist={() => send(state.present, state.intent)}
          onTakeTheirs={() => {
            choose('look');
            onChanged();
          }}
        />
      )}
      {state.kind === 'failed' && (
        <ExceptionFailure
          failure={state.failure}
          permission={
            state.intent.kind === 'approve'
              ? 'istio-jwt.exception.approve'
              : 'istio-jwt.exception.create'
          }
        />
      )}
    </div>
  );
}

/** Each mode takes away the button that led to it: the focus goes to what came, and back to the button. */
function useFocusOfMode(mode: Mode) {
  const box = useRef<HTMLDivElement>(null);
  const edit = useRef<HTMLButtonElement>(null);
  const end = useRef<HTMLButtonElement>(null);
  const last = useRef<Mode>(mode);
  useEffect(() => {
    const left = last.current;
    last.current = mode;
    if (left === mode) return;
    const button = { look: undefined, edit, end }[left]?.current;
    (button ?? box.current)?.focus();
  }, [mode]);
  return { box, edit, end };
}
