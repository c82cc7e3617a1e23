import { DateTime, WeekdayNumbers } from 'luxon';
import { DigestConfig } from '../../config/types';

/** A digest that is later than this is left out: its news are old. */
const LATEST_MS = 24 * 3_600_000;

/**
 * The week whose digest is due, as the day on which it was to be sent.
 *
 * @returns undefined where none is, or where its time is long over
 */
export function findSlot(
  { day, minute, timezone }: Pick<DigestConfig, 'day' | 'minute' | 'timezone'>,
  now: number,
): string | undefined {
  const local = DateTime.fromMillis(now, { zone: timezone });
  const at = (week: DateTime) =>
    week.set({
      weekday: day as WeekdayNumbers,
      hour: Math.floor(minute / 60),
      minute: minute % 60,
      second: 0,
      millisecond: 0,
    });
  const thisWeek = at(local);
  const slot =
    thisWeek.toMillis() <= now ? thisWeek : at(local.minus({ weeks: 1 }));
  return now - slot.toMillis() < LATEST_MS
    ? slot.toISODate() ?? undefined
    : undefined;
}
