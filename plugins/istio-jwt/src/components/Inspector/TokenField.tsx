import { Button, Text, TextAreaField } from '@backstage/ui';
import styles from './Inspector.module.css';

/** Where a token is pasted. Nothing about it is kept, completed, corrected or sent. */
export function TokenField({
  text,
  onChange,
  label = 'Token',
}: {
  text: string;
  onChange: (text: string) => void;
  label?: string;
}) {
  return (
    <div className={styles.tokenField}>
      <TextAreaField
        label={label}
        description="With or without Bearer before it. It stays in this page’s memory: it is decoded here, never sent, never stored, and forgotten when you leave."
        value={text}
        onChange={onChange}
        rows={5}
        autoComplete="off"
        autoCorrect="off"
        spellCheck="false"
        className={styles.tokenText}
        // Password managers offer to keep what looks like a secret.
        data-1p-ignore
        data-lpignore="true"
      />
      {text !== '' && (
        <Button size="small" variant="secondary" onPress={() => onChange('')}>
          Clear
        </Button>
      )}
      <Text as="p" variant="body-small" color="secondary">
        A token is a secret as long as it is valid: paste one of a test account
        where you can.
      </Text>
    </div>
  );
}
