import { Button } from '@backstage/ui';
import {
  RiCheckLine,
  RiCloseCircleLine,
  RiDownloadLine,
  RiShieldKeyholeLine,
  RiStopCircleLine,
} from '@remixicon/react';
import { Enablement } from 'backstage-plugin-istio-jwt-common';
import { EnablementControl } from '../../live/useEnablement';
import { chooseCancelWords, ENFORCE_WORDS } from './confirmWords';
import { ConfirmButton } from './ConfirmButton';
import { DeclineButton } from './DeclineButton';
import { download, writeLog } from './exportLog';
import styles from './Operation.module.css';

/** What can be done about an operation: approve, decline, enforce, cancel, export its log. */
export function OperationActions({
  enablement,
  control: { pending, decide },
}: {
  enablement: Enablement;
  control: EnablementControl;
}) {
  const { id, phase, cancelRequested } = enablement;
  const { canApprove, canCancel, canEnforce } = enablement;
  const name = `istio-jwt-${id}`;
  return (
    <div className={styles.actions}>
      {canApprove && (
        <>
          <Button
            size="small"
            variant="primary"
            iconStart={<RiCheckLine aria-hidden />}
            isPending={pending === 'approve'}
            onPress={() => decide({ kind: 'approve' })}
          >
            Approve
          </Button>
          <DeclineButton
            icon={<RiCloseCircleLine aria-hidden />}
            isPending={pending === 'decline'}
            onDecline={reason => decide({ kind: 'decline', reason })}
          />
        </>
      )}
      {canEnforce && (
        <ConfirmButton
          variant="primary"
          icon={<RiShieldKeyholeLine aria-hidden />}
          words={ENFORCE_WORDS}
          isPending={pending === 'enforce'}
          onConfirm={() => decide({ kind: 'enforce' })}
        />
      )}
      {canCancel && (
        <ConfirmButton
          icon={<RiStopCircleLine aria-hidden />}
          words={chooseCancelWords(enablement)}
          isPending={
            pending === 'cancel' ||
            (cancelRequested && phase !== 'failed' && phase !== 'held')
          }
          onConfirm={() => decide({ kind: 'cancel' })}
        />
      )}
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiDownloadLine aria-hidden />}
        onPress={() =>
          download(`${name}.txt`, 'text/plain', writeLog(enablement))
        }
      >
        Log as text
      </Button>
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiDownloadLine aria-hidden />}
        onPress={() =>
          download(
            `${name}.json`,
            'application/json',
            JSON.stringify(enablement, null, 2),
          )
        }
      >
        Log as JSON
      </Button>
    </div>
  );
}
