import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { readDigest } from './readDigest';
import { readDuration } from './readDuration';
import { CoverageConfig, OwnerNoticesConfig } from './types';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_QUIET_MS = 365 * DAY_MS;

/** Reads `istioJwt.coverage`. @throws InputError that names the key */
export function readCoverage(config: Config | undefined): CoverageConfig {
  const retentionMs = readDuration(config, 'retention', 400 * DAY_MS);
  if (retentionMs < DAY_MS) {
    throw new InputError(
      'istioJwt.coverage.retention has to be at least one day.',
    );
  }
  const exceptions = config?.getOptionalConfig('exceptions');
  const maxDurationMs = readDuration(exceptions, 'maxDuration', 365 * DAY_MS);
  if (maxDurationMs <= 0) {
    throw new InputError(
      'istioJwt.coverage.exceptions.maxDuration has to be longer than nothing.',
    );
  }
  const catalogIntervalMs = readDuration(config, 'catalogInterval', 60_000);
  if (catalogIntervalMs < 1000) {
    throw new InputError(
      'istioJwt.coverage.catalogInterval has to be at least one second.',
    );
  }
  return {
    catalogIntervalMs,
    retentionMs,
    ownerNotices: readOwnerNotices(config?.getOptionalConfig('ownerNotices')),
    digest: readDigest(config?.getOptionalConfig('digest')),
    exceptions: {
      allowSelfApproval:
        exceptions?.getOptionalBoolean('allowSelfApproval') ?? false,
      maxDurationMs,
    },
  };
}

function readOwnerNotices(config: Config | undefined): OwnerNoticesConfig {
  const readCount = (key: string, fallback: number, max: number) => {
    const value = config?.getOptionalNumber(key) ?? fallback;
    if (!Number.isInteger(value) || value < 1 || value > max) {
      throw new InputError(
        `istioJwt.coverage.ownerNotices.${key} is ${value}. Write a whole number from 1 to ${max}.`,
      );
    }
    return value;
  };
  const quietMs = readDuration(config, 'quietPeriod', 7 * DAY_MS);
  if (quietMs <= 0 || quietMs > MAX_QUIET_MS) {
    throw new InputError(
      'istioJwt.coverage.ownerNotices.quietPeriod has to be longer than nothing and at most 365 days.',
    );
  }
  return {
    enabled: config?.getOptionalBoolean('enabled') ?? true,
    quietMs,
    maxOwners: readCount('maxOwners', 200, 1000),
    perOwnerPerDay: readCount('perOwnerPerDay', 5, 100),
    perSenderPerDay: readCount('perSenderPerDay', 20, 1000),
  };
}
