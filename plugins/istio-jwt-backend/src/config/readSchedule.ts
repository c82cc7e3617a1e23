import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { readDuration } from './readDuration';
import { checkTimezone, DAYS, readDay, readTimeOfDay } from './readWhen';
import {
  MaintenanceWindow,
  NotificationsConfig,
  ScheduleConfig,
} from './types';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MIN_INTERVAL_MS = 10_000;
const MAX_INTERVAL_MS = 7 * 24 * HOUR_MS;
const MAX_WINDOWS = 50;
/** Reads `istioJwt.schedule`. @throws InputError that names the key */
export function readSchedule(config: Config | undefined): ScheduleConfig {
  const intervalMs = readDuration(config, 'interval', HOUR_MS);
  if (intervalMs < MIN_INTERVAL_MS || intervalMs > MAX_INTERVAL_MS) {
    throw new InputError(
      'istioJwt.schedule.interval has to be from 10 seconds to 7 days.',
    );
  }
  const vectors = config?.getOptionalString('vectors') ?? 'essential';
  if (vectors !== 'essential' && vectors !== 'all') {
    throw new InputError(
      `istioJwt.schedule.vectors is '${vectors}'. Write essential or all.`,
    );
  }
  const windows = config?.getOptionalConfigArray('maintenance') ?? [];
  if (windows.length > MAX_WINDOWS) {
    throw new InputError(
      `istioJwt.schedule.maintenance has ${windows.length} windows. Write at most ${MAX_WINDOWS}.`,
    );
  }
  return {
    enabled: config?.getOptionalBoolean('enabled') ?? true,
    intervalMs,
    entities: readEntityFilters(config),
    vectors,
    retentionMs: readDuration(config, 'retention', 7 * 24 * HOUR_MS),
    maintenance: windows.map((window, index) =>
      readWindow(window, `istioJwt.schedule.maintenance[${index}]`),
    ),
  };
}

/** Reads `istioJwt.notifications`. */
export function readNotifications(
  config: Config | undefined,
): NotificationsConfig {
  return {
    enabled: config?.getOptionalBoolean('enabled') ?? true,
    holdMs: readDuration(config, 'holdFor', MINUTE_MS),
  };
}

/** One catalog filter, or a list of which one has to match. */
function readEntityFilters(
  config: Config | undefined,
): ScheduleConfig['entities'] {
  const value = config?.getOptional('entities');
  const filters = value === undefined ? [] : [value].flat();
  return filters.map(filter => {
    const entries =
      filter && typeof filter === 'object' ? Object.entries(filter) : [];
    const fits = entries.every(([, wanted]) =>
      [wanted].flat().every(each => typeof each === 'string'),
    );
    if (entries.length === 0 || !fits) {
      throw new InputError(
        'istioJwt.schedule.entities has to be a catalog filter, such as {kind: component, spec.lifecycle: production}, or a list of them.',
      );
    }
    return Object.fromEntries(entries) as Record<string, string | string[]>;
  });
}

function readWindow(config: Config, key: string): MaintenanceWindow {
  const timezone = checkTimezone(config.getString('timezone'), key);
  const window = {
    cluster: config.getOptionalString('cluster'),
    days: (config.getOptionalStringArray('days') ?? DAYS).map(day =>
      readDay(day, `${key}.days`),
    ),
    fromMinute: readTimeOfDay(config.getString('from'), `${key}.from`),
    toMinute: readTimeOfDay(config.getString('to'), `${key}.to`),
    timezone,
  };
  if (window.fromMinute === window.toMinute) {
    throw new InputError(
      `${key} ends when it begins. For a whole day write from 00:00 to 24:00.`,
    );
  }
  return window;
}
