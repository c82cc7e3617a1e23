import { formatAbsolute, formatRelative } from '../../format/formatTime';
import { useNow } from './useNow';

/** How long ago something was, with the exact time on hover. */
export function RelativeTime({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={formatAbsolute(at)}>
      {formatRelative(at, now)}
    </time>
  );
}
