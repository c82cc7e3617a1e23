export const DAY_MS = 24 * 60 * 60_000;

/** The UTC day of a time, as `2026-11-26`. */
export function toDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return toDay(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);
}
