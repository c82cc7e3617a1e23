import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
} from '@backstage/ui';
import { ReactElement, useState } from 'react';
import { ConfirmWords } from './confirmWords';

/** A button that tells what it comes to before it does it. */
export function ConfirmButton({
  words,
  icon,
  variant = 'secondary',
  isPending,
  onConfirm,
}: {
  words: ConfirmWords;
  icon: ReactElement;
  variant?: 'primary' | 'secondary';
  isPending: boolean;
  onConfirm: () => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <Button
        size="small"
        variant={variant}
        iconStart={icon}
        isPending={isPending}
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
            destructive={words.isDestructive}
            onPress={() => {
              setIsOpen(false);
              onConfirm();
            }}
          >
            {words.confirm}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}
