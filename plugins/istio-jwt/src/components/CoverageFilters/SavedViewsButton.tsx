import {
  Button,
  ButtonIcon,
  Dialog,
  DialogBody,
  DialogHeader,
  DialogTrigger,
  Link,
  Text,
  TextField,
} from '@backstage/ui';
import { RiBookmarkLine, RiDeleteBinLine } from '@remixicon/react';
import { FormEvent, useState } from 'react';
import { readAddress, writeAddress } from '../../coverage/address';
import { describeFilter } from '../../coverage/describeFilter';
import { looksLikeToken } from '../../coverage/looksLikeToken';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { MAX_VIEW_NAME, useSavedViews } from '../../coverage/useSavedViews';
import styles from './CoverageFilters.module.css';

/** Filters that somebody wants to come back to. */
export function SavedViewsButton() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <Button variant="secondary" iconStart={<RiBookmarkLine aria-hidden />}>
        Saved views
      </Button>
      <Dialog>
        <DialogHeader>Saved views</DialogHeader>
        <DialogBody>
          <SavedViews onDone={() => setIsOpen(false)} />
        </DialogBody>
      </Dialog>
    </DialogTrigger>
  );
}

function SavedViews({ onDone }: { onDone: () => void }) {
  const { views, save, remove } = useSavedViews();
  const { address, linkTo } = useCoverageAddress();
  const [name, setName] = useState('');
  const parts = describeFilter(address.filter).map(({ text }) => text);
  const problem = looksLikeToken(name)
    ? 'This looks like a token. Choose another name.'
    : undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const chosen = name.trim();
    if (chosen && !problem) {
      save(chosen, writeAddress(address).toString());
      setName('');
    }
  };

  return (
    <>
      {views.length === 0 ? (
        <Text as="p" variant="body-medium">
          None yet.
        </Text>
      ) : (
        <ul className={styles.views} aria-label="Saved views">
          {views.map(view => (
            <li key={view.name} className={styles.view}>
              <Link
                href={linkTo(readAddress(new URLSearchParams(view.query)))}
                onPress={onDone}
              >
                {view.name}
              </Link>
              <ButtonIcon
                size="small"
                variant="tertiary"
                aria-label={`Remove ${view.name}`}
                icon={<RiDeleteBinLine aria-hidden />}
                onPress={() => remove(view.name)}
              />
            </li>
          ))}
        </ul>
      )}
      <Text as="p" variant="body-small" color="secondary">
        In view now: {parts.length > 0 ? parts.join(', ') : 'all services'}.
      </Text>
      <form className={styles.saveForm} onSubmit={submit} autoComplete="off">
        <TextField
          label="Save it as"
          value={name}
          maxLength={MAX_VIEW_NAME}
          validationBehavior="aria"
          validate={() => problem ?? null}
          onChange={setName}
        />
        <Button
          type="submit"
          variant="primary"
          isDisabled={!name.trim() || problem !== undefined}
        >
          Save
        </Button>
      </form>
    </>
  );
}
