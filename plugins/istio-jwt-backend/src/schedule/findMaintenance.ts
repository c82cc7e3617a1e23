import { DateTime } from 'luxon';
import { MaintenanceWindow } from '../config';

/**
 * When the maintenance that is going on ends.
 *
 * @param cluster - undefined: only windows for all clusters count
 * @returns ms since the epoch, the latest end of all windows that are open; undefined where none is
 */
export function findMaintenance(
  windows: MaintenanceWindow[],
  cluster: string | undefined,
  now: number,
): number | undefined {
  const ends = windows
    .filter(window => !window.cluster || window.cluster === cluster)
    .flatMap(window => findEnd(window, now) ?? []);
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

function findEnd(
  { days, fromMinute, toMinute, timezone }: MaintenanceWindow,
  now: number,
): number | undefined {
  const today = DateTime.fromMillis(now, { zone: timezone }).startOf('day');
  for (const day of [today, today.minus({ days: 1 })]) {
    const from = atMinute(day, fromMinute);
    const to = atMinute(
      toMinute > fromMinute ? day : day.plus({ days: 1 }),
      toMinute,
    );
    if (days.includes(day.weekday) && from <= now && now < to) {
      return to;
    }
  }
  return undefined;
}

/** By the clock on the wall: also on days of 23 and of 25 hours. */
function atMinute(day: DateTime, minutes: number): number {
  return minutes === 24 * 60
    ? day.plus({ days: 1 }).toMillis()
    : day
        .set({ hour: Math.floor(minutes / 60), minute: minutes % 60 })
        .toMillis();
}
