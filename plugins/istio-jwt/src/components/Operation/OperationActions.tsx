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
  const { id, phase, canApprove, canCancel, cancelRequested } = enablement;
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
          words={chooseWords(enablement)}
          isAsked={
            control.pending === 'cancel' ||
            (cancelRequested && phase !== 'failed')
          }
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

interface CancelWords {
  button: string;
  title: string;
  text: string;
  keep: string;
  confirm: string;
}

function chooseWords({ phase, intent, proposal }: Enablement): CancelWords {
  if (phase === 'failed') {
    return {
      button: 'Take it back again',
      title: 'Try again to take it back?',
      text: 'What still stands of this operation is taken back once more, last first.',
      keep: 'Leave it',
      confirm: 'Try again',
    };
  }
  if (proposal) {
    return {
      button: 'Stop waiting',
      title: 'Stop waiting for the merge?',
      text: 'The portal does not look for it any more. It wrote nothing, so nothing is taken back: close the pull request, or revert what was merged.',
      keep: 'Wait on',
      confirm: 'Stop waiting',
    };
  }
  return {
    button: 'Cancel',
    title: 'Cancel and roll back?',
    text:
      intent === 'enable'
        ? 'The operation stops after its present step, and everything that it wrote is taken back, last first. Ways in are as open as before.'
        : 'The operation stops after its present step, and everything that it took away is put back. A token stays required.',
    keep: 'Let it go on',
    confirm: 'Cancel and roll back',
  };
}

function CancelButton({
  words,
  isAsked,
  onCancel,
}: {
  words: CancelWords;
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
        {words.button}
      </Button>
      <Dialog>
        <DialogHeader>{words.title}</DialogHeader>
        <DialogBody>
          <Text as="p" variant="body-medium">
            {words.text}
          </Text>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" slot="close">
            {words.keep}
          </Button>
          <Button
            variant="primary"
            destructive
            onPress={() => {
              setIsOpen(false);
              onCancel();
            }}
          >
            {words.confirm}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}
