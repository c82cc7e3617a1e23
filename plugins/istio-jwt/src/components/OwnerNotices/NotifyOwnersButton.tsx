import {
  Button,
  Dialog,
  DialogBody,
  DialogHeader,
  DialogTrigger,
} from '@backstage/ui';
import { RiNotification3Line } from '@remixicon/react';
import { CoverageFilter } from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import { OwnerNoticeForm } from './OwnerNoticeForm';

/** Has the owners of what a filter means told, after a look at who they are. */
export function NotifyOwnersButton({
  filter,
  what,
}: {
  filter: CoverageFilter;
  /** What the owners are told of, such as the title of a finding. */
  what: string;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiNotification3Line aria-hidden />}
        aria-label={`Notify owners: ${what}`}
      >
        Notify owners
      </Button>
      <Dialog width={560}>
        <DialogHeader>Notify owners: {what}</DialogHeader>
        <DialogBody>
          <OwnerNoticeForm filter={filter} onDone={() => setIsOpen(false)} />
        </DialogBody>
      </Dialog>
    </DialogTrigger>
  );
}
