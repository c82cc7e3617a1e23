import { Text } from '@backstage/ui';
import { ReactNode } from 'react';
import styles from './CardList.module.css';

const SHOWN = 3;

/** A heading of the card with the first few of its items, a line each. */
export function CardList({
  title,
  items,
  whenEmpty,
}: {
  title: string;
  items: { key: string; content: ReactNode }[];
  /** What is said instead where there is none. */
  whenEmpty?: string;
}) {
  const hidden = items.length - SHOWN;
  return (
    <div>
      <Text as="h4" variant="body-small" color="secondary">
        {title}
      </Text>
      {items.length === 0 ? (
        <Text as="p" variant="body-medium">
          {whenEmpty}
        </Text>
      ) : (
        <ul className={styles.lines}>
          {items.slice(0, SHOWN).map(({ key, content }) => (
            <li key={key}>{content}</li>
          ))}
          {hidden > 0 && <li>and {hidden} more</li>}
        </ul>
      )}
    </div>
  );
}
