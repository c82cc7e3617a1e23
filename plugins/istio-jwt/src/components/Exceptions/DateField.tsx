import { useId } from 'react';
import styles from './Exceptions.module.css';

/**
 * A day. The browser's own field, because BUI's takes date objects of a library that this plugin
 * has no other use for.
 */
export function DateField({
  label,
  description,
  value,
  earliest,
  latest,
  problem,
  onChange,
}: {
  label: string;
  description: string;
  /** `YYYY-MM-DD`, or empty. */
  value: string;
  earliest: string;
  latest: string;
  problem?: string;
  onChange: (day: string) => void;
}) {
  const id = useId();
  return (
    <div className={styles.dateField}>
      <label htmlFor={id}>{label}</label>
      <span id={`${id}-hint`} className={styles.hint}>
        {description}
      </span>
      <input
        id={id}
        type="date"
        className={styles.dateInput}
        value={value}
        min={earliest}
        max={latest}
        required
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-hint${problem ? ` ${id}-problem` : ''}`}
        onChange={event => onChange(event.target.value)}
      />
      {problem && (
        <span id={`${id}-problem`} className={styles.problem}>
          {problem}
        </span>
      )}
    </div>
  );
}
