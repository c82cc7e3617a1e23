import { ButtonIcon, VisuallyHidden } from '@backstage/ui';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import styles from './CopyLine.module.css';
import { useCopy } from './useCopy';

/** Text to paste elsewhere: a command or a few lines of YAML. */
export function CopyLine({ text, label }: { text: string; label: string }) {
  const { outcome, copy } = useCopy(text);
  return (
    <div className={styles.line}>
      <pre className={styles.text}>
        <code>{text}</code>
      </pre>
      <ButtonIcon
        size="small"
        variant="tertiary"
        aria-label={`Copy ${label}`}
        icon={
          outcome === 'copied' ? (
            <RiCheckLine aria-hidden />
          ) : (
            <RiFileCopyLine aria-hidden />
          )
        }
        onPress={copy}
      />
      <VisuallyHidden role="status">
        {outcome === 'copied' && 'Copied'}
        {outcome === 'failed' && 'Not copied: select the text instead'}
      </VisuallyHidden>
    </div>
  );
}
