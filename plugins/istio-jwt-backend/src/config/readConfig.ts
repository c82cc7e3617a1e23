import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { VECTORS } from '../probes/vectors';
import { checkCidrs } from './checkCidrs';
import { readClusters } from './readClusters';
import { readCoverage } from './readCoverage';
import { readJwks } from './readJwks';
import { readOwnership } from './readOwnership';
import { parseJwk } from './parseJwk';
import { readDuration } from './readDuration';
import { readEnablement } from './readEnablement';
import { readNotifications, readSchedule } from './readSchedule';
import { readTokenSource } from './readTokenSource';
import { IstioJwtConfig, ProbesConfig } from './types';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_TIMEOUT_MS = 30_000;
/** Envoy's own bodies are a line; more is an application's, which is never kept. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/**
 * Reads everything under `istioJwt`.
 *
 * @throws InputError that names the key and what to write instead
 */
export function readIstioJwtConfig(root: Config): IstioJwtConfig {
  return {
    clusters: readOwnership(root, readClusters(root)),
    probes: readProbes(root.getOptionalConfig('istioJwt.probes')),
    jwks: readJwks(root.getOptionalConfig('istioJwt.jwks')),
    tokenSources: (
      root.getOptionalConfigArray('istioJwt.tokenSources') ?? []
    ).map((config, index) =>
      readTokenSource(config, `istioJwt.tokenSources[${index}]`),
    ),
    observationRetentionMs: readDuration(
      root.getOptionalConfig('istioJwt.observations'),
      'retention',
      90 * DAY_MS,
    ),
    schedule: readSchedule(root.getOptionalConfig('istioJwt.schedule')),
    notifications: readNotifications(
      root.getOptionalConfig('istioJwt.notifications'),
    ),
    enablement: readEnablement(root.getOptionalConfig('istioJwt.enablement')),
    coverage: readCoverage(root.getOptionalConfig('istioJwt.coverage')),
  };
}

function readProbes(config: Config | undefined): ProbesConfig {
  const allowedAddresses =
    config?.getOptionalStringArray('allowedAddresses') ?? [];
  checkCidrs(allowedAddresses, 'istioJwt.probes.allowedAddresses');
  return {
    enabled: config?.getOptionalBoolean('enabled') ?? true,
    allowedAddresses,
    timeoutMs: Math.min(readDuration(config, 'timeout', 5000), MAX_TIMEOUT_MS),
    maxConcurrency: readCount(config, 'maxConcurrency', 4, 32),
    ratePerGateway: readCount(config, 'ratePerGateway', 10, 100),
    optIn: readOptIn(config),
    fallbackKey: readFallbackKey(config),
    userAgent: readUserAgent(config),
    maxResponseBytes: readCount(
      config,
      'maxResponseBytes',
      MAX_RESPONSE_BYTES,
      MAX_RESPONSE_BYTES,
    ),
    caFile: config?.getOptionalString('caFile'),
  };
}

/** Vectors that are only sent where the config names them. */
const OPT_IN_VECTORS = VECTORS.filter(({ optIn }) => optIn).map(({ id }) => id);

function readOptIn(config: Config | undefined): string[] {
  const ids = config?.getOptionalStringArray('optIn') ?? [];
  const unknown = ids.find(id => !OPT_IN_VECTORS.includes(id));
  if (unknown !== undefined) {
    throw new InputError(
      `istioJwt.probes.optIn names '${unknown}'. Write any of: ${OPT_IN_VECTORS.join(
        ', ',
      )}.`,
    );
  }
  return ids;
}

function readFallbackKey(
  config: Config | undefined,
): ProbesConfig['fallbackKey'] {
  const text = config?.getOptionalString('fallbackKey');
  return text === undefined
    ? undefined
    : parseJwk(text, 'istioJwt.probes.fallbackKey');
}

function readUserAgent(config: Config | undefined): string {
  const userAgent =
    config?.getOptionalString('userAgent') ?? 'backstage-istio-jwt-probe/1';
  if (!/^[\x20-\x7e]{1,200}$/.test(userAgent)) {
    throw new InputError(
      'istioJwt.probes.userAgent has to be printable ASCII of at most 200 characters.',
    );
  }
  return userAgent;
}

function readCount(
  config: Config | undefined,
  key: string,
  fallback: number,
  max: number,
): number {
  const value = config?.getOptionalNumber(key) ?? fallback;
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new InputError(
      `istioJwt.probes.${key} is ${value}. Write a whole number from 1 to ${max}.`,
    );
  }
  return value;
}
