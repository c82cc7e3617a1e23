import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { readDuration } from './readDuration';
import { CoverageConfig } from './types';

const DAY_MS = 24 * 60 * 60 * 1000;

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
    exceptions: {
      allowSelfApproval:
        exceptions?.getOptionalBoolean('allowSelfApproval') ?? false,
      maxDurationMs,
    },
  };
}
