import { InputError } from '@backstage/errors';
import { IANAZone } from 'luxon';

/** In luxon's order: Monday is 1. */
export const DAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
];

export function readDay(text: string, key: string): number {
  const lower = text.toLowerCase();
  const index = DAYS.findIndex(
    day => day === lower || day.slice(0, 3) === lower,
  );
  if (index < 0) {
    throw new InputError(
      `${key} names '${text}'. Write any of: ${DAYS.join(', ')}.`,
    );
  }
  return index + 1;
}

export function readTimeOfDay(text: string, key: string): number {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  if (!(Number(minutes) < 60 && total <= 24 * 60)) {
    throw new InputError(
      `${key} is '${text}'. Write a time of day in quotes, such as '22:30'.`,
    );
  }
  return total;
}

export function checkTimezone(timezone: string, key: string): string {
  if (!IANAZone.isValidZone(timezone)) {
    throw new InputError(
      `${key}.timezone is '${timezone}'. Write a name of the IANA database, such as Europe/Berlin or UTC.`,
    );
  }
  return timezone;
}
