import { Button } from '@backstage/ui';
import {
  CoverageExceptionChange,
  CoverageExceptionDetail,
} from 'backstage-plugin-istio-jwt-common';
import { FormEvent, useState } from 'react';
import { findDayProblem, findReasonProblem, toDay, toEnd } from './draft';
import styles from './Exceptions.module.css';
import { ReasonAndEnd } from './ReasonAndEnd';

/** Another reason or another end. What is typed stays, whatever the backend answers. */
export function EditException({
  exception,
  isSending,
  onSave,
  onCancel,
}: {
  exception: CoverageExceptionDetail;
  isSending: boolean;
  onSave: (change: Omit<CoverageExceptionChange, 'revision'>) => void;
  onCancel: () => void;
}) {
  const [base] = useState(() => ({
    reason: exception.reason,
    lastDay: toDay(exception.expiresAt),
  }));
  const [draft, setDraft] = useState(base);
  const [wasSent, setWasSent] = useState(false);
  const isSame =
    draft.reason.trim() === base.reason && draft.lastDay === base.lastDay;
  const found = {
    reason: findReasonProblem(draft.reason),
    lastDay: findDayProblem(draft.lastDay, Date.now()),
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    if (found.reason || found.lastDay || isSame) {
      return;
    }
    onSave({
      ...(draft.reason.trim() !== base.reason && {
        reason: draft.reason.trim(),
      }),
      ...(draft.lastDay !== base.lastDay && {
        expiresAt: toEnd(draft.lastDay),
      }),
    });
  };

  return (
    <form
      className={styles.form}
      aria-label="Change the exception"
      onSubmit={submit}
      autoComplete="off"
      noValidate
    >
      <ReasonAndEnd
        reason={draft.reason}
        lastDay={draft.lastDay}
        problems={wasSent ? found : {}}
        onChange={change => setDraft(current => ({ ...current, ...change }))}
      />
      <div className={styles.actions}>
        <Button
          type="submit"
          variant="primary"
          isDisabled={isSame}
          isPending={isSending}
        >
          Save
        </Button>
        <Button variant="secondary" onPress={onCancel}>
          Do not change it
        </Button>
        <span className={styles.hint}>
          Another reason or a later end takes a new approval.
        </span>
      </div>
    </form>
  );
}
