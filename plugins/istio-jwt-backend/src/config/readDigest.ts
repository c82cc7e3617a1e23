import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { readRecipients } from './readRecipients';
import { checkTimezone, readDay, readTimeOfDay } from './readWhen';
import { DigestConfig } from './types';

const KEY = 'istioJwt.coverage.digest';
const LAST_MINUTE = 24 * 60 - 1;

/** Reads `istioJwt.coverage.digest`. @throws InputError that names the key */
export function readDigest(config: Config | undefined): DigestConfig {
  const minute = readTimeOfDay(
    config?.getOptionalString('time') ?? '08:00',
    `${KEY}.time`,
  );
  if (minute > LAST_MINUTE) {
    throw new InputError(`${KEY}.time has to be from 00:00 to 23:59.`);
  }
  return {
    enabled: config?.getOptionalBoolean('enabled') ?? true,
    day: readDay(config?.getOptionalString('day') ?? 'monday', `${KEY}.day`),
    minute,
    timezone: checkTimezone(
      config?.getOptionalString('timezone') ?? 'UTC',
      KEY,
    ),
    platformTeam: readRecipients(config, 'platformTeam', KEY),
  };
}
