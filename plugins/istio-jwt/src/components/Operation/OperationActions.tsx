import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
} from '@backstage/ui';
import {
  RiCheckLine,
  RiDownloadLine,
  RiStopCircleLine,
} from '@remixicon/react';
import { Enablement } from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import { EnablementControl } from '../../live/useEnablement';
import { download, writeLog } from './exportLog';
import styles from './Operation.module.css';

/** What can be done about an operation: approve, cancel, export its log. */
export function OperationActions({
  enablement,
  control,
}: {
  enablement: Enablement;
  control: EnablementControl;
}) {
  const { id, canApprove, canCancel, cancelRequested } = enablement;
  const name = `istio-jwt-${id}`;
  return (
    <div className={styles.actions}>
      {canApprove && (
        <Button
          size="small"
          variant="primary"
          iconStart={<RiCheckLine aria-hidden />}
          isPending={control.pending === 'approve'}
          onPress={control.approve}
        >
          Approve
        </Button>
      )}
      {canCancel && (
        <CancelButton
          intent={enablement.intent}
          isAsked={cancelRequested || control.pending === 'cancel'}
          onCancel={control.cancel}
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

function CancelButton({
  intent,
  isAsked,
  onCancel,
}: {
  intent: Enablement['intent'];
  isAsked: boolean;
  onCancel: () => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiStopCircleLine aria-hidden />}
        isPending={isAsked}
      >
        Cancel
      </Button>
      <Dialog>
        <DialogHeader>Cancel and roll back?</DialogHeader>
        <DialogBody>
          <Text as="p" variant="body-medium">
            {intent === 'enable'
              ? 'The operation stops after its present step, and everything that it wrote is taken back, last first. Ways in are as open as before.'
              : 'The operation stops after its present step, and everything that it took away is put back. A token stays required.'}
          </Text>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" slot="close">
            Let it go on
          </Button>
          <Button
            variant="primary"
            destructive
            onPress={() => {
              setIsOpen(false);
              onCancel();
            }}
          >
            Cancel and roll back
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}
