import { VisuallyHidden } from '@backstage/ui';
import { describeState } from '../../format/describeState';
import { formatAbsolute, formatDuration } from '../../format/formatTime';
import { StateIcon } from '../StateBadge';
import { Segment } from './buildSegments';
import styles from './History.module.css';

/** Longer states are wider, but not so that short ones vanish. */
function weigh(lasted: number): number {
  return 1 + Math.log2(1 + lasted / 60_000);
}

/** The states of an entity over time, oldest first. */
export function StateStrip({ segments }: { segments: Segment[] }) {
  return (
    <ol className={styles.strip} aria-label="State over time, oldest first">
      {segments.map(({ state, since, lasted }, index) => {
        const { label, tone } = describeState(state);
        const isLast = index === segments.length - 1;
        return (
          <li
            key={`${since} ${state}`}
            className={styles.segment}
            data-tone={tone}
            style={{ flexGrow: weigh(lasted) }}
            title={`${label} since ${formatAbsolute(since)}`}
          >
            <StateIcon state={state} />
            <span className={styles.label}>{label}</span>
            <VisuallyHidden>
              {isLast
                ? `since ${formatAbsolute(since)}`
                : `for ${formatDuration(lasted)} from ${formatAbsolute(since)}`}
            </VisuallyHidden>
          </li>
        );
      })}
    </ol>
  );
}
