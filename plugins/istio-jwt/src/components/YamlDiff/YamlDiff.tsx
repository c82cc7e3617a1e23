import { VisuallyHidden } from '@backstage/ui';
import { compareTexts, DiffLine } from './compareTexts';
import styles from './YamlDiff.module.css';

const SIGNS: Record<DiffLine['kind'], { sign: string; word: string }> = {
  added: { sign: '+', word: 'Added: ' },
  removed: { sign: '-', word: 'Removed: ' },
  same: { sign: ' ', word: '' },
  left: { sign: ' ', word: '' },
};

/** Two texts as a unified diff; signs and words say what colour says. */
export function YamlDiff({
  before = '',
  after = '',
  label,
}: {
  before?: string;
  after?: string;
  label: string;
}) {
  const lines = compareTexts(before, after);
  return (
    <div
      className={styles.diff}
      role="region"
      aria-label={label}
      // A wide line has to be reached by keyboard, too.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <ol className={styles.lines}>
        {lines.map(({ kind, text }, index) => (
          // Lines never move.
          <li key={index} data-kind={kind}>
            {kind === 'left' ? (
              <span className={styles.left}>{text}</span>
            ) : (
              <>
                <span aria-hidden className={styles.sign}>
                  {SIGNS[kind].sign}
                </span>
                <code>
                  {SIGNS[kind].word && (
                    <VisuallyHidden>{SIGNS[kind].word}</VisuallyHidden>
                  )}
                  {text}
                </code>
              </>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
