import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
  TextAreaField,
} from '@backstage/ui';
import { ReactElement, useState } from 'react';
import { looksLikeToken } from '../../coverage/looksLikeToken';
import styles from './Operation.module.css';

const MAX_REASON = 500;

/** Asks why, for whoever wanted it, and declines. */
export function DeclineButton({
  icon,
  isPending,
  onDecline,
}: {
  icon: ReactElement;
  isPending: boolean;
  onDecline: (reason: string) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const [reason, setReason] = useState('');
  const problem = findProblem(reason);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <Button
        size="small"
        variant="secondary"
        iconStart={icon}
        isPending={isPending}
      >
        Decline
      </Button>
      <Dialog>
        <DialogHeader>Decline it?</DialogHeader>
        <DialogBody>
          <div className={styles.changes}>
            <Text as="p" variant="body-medium">
              Nothing was written, and nothing will be. Whoever asked is told.
            </Text>
            <TextAreaField
              label="Reason"
              secondaryLabel="Optional"
              description="For whoever asked. Kept with the operation, where everybody who may see this entity can read it."
              value={reason}
              onChange={setReason}
              isInvalid={problem !== undefined}
              rows={3}
            />
            {problem && (
              <Text as="p" role="alert" variant="body-small" color="danger">
                {problem}
              </Text>
            )}
          </div>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" slot="close">
            Not yet
          </Button>
          <Button
            variant="primary"
            destructive
            isDisabled={problem !== undefined}
            onPress={() => {
              setIsOpen(false);
              onDecline(reason.trim());
            }}
          >
            Decline it
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}

function findProblem(reason: string): string | undefined {
  if (reason.length > MAX_REASON) {
    return `At most ${MAX_REASON} characters; these are ${reason.length}.`;
  }
  return looksLikeToken(reason)
    ? 'This looks like it holds a token. Write it without.'
    : undefined;
}
