import { Config, readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds } from '@backstage/types';
import { checkCidrs } from './checkCidrs';
import { AllowedHost, JwksConfig } from './types';

/** A check and the way of its news to an open page fit into a minute with this. */
const DEFAULT_INTERVAL_MS = 45_000;
const MIN_INTERVAL_MS = 10_000;
const MAX_INTERVAL_MS = 24 * 60 * 60 * 1000;

/** Reads `istioJwt.jwks`. @throws InputError that names the key and what to write instead */
export function readJwks(config: Config | undefined): JwksConfig {
  const intervalMs = config?.has('interval')
    ? durationToMilliseconds(
        readDurationFromConfig(config, { key: 'interval' }),
      )
    : DEFAULT_INTERVAL_MS;
  if (intervalMs < MIN_INTERVAL_MS || intervalMs > MAX_INTERVAL_MS) {
    throw new InputError(
      `istioJwt.jwks.interval is ${intervalMs} ms. Write a duration from 10 seconds to 24 hours, such as 45s.`,
    );
  }
  const allowedAddresses =
    config?.getOptionalStringArray('allowedAddresses') ?? [];
  checkCidrs(allowedAddresses, 'istioJwt.jwks.allowedAddresses');
  return {
    allowedHosts: (config?.getOptionalStringArray('allowedHosts') ?? []).map(
      (text, index) =>
        readAllowedHost(text, `istioJwt.jwks.allowedHosts[${index}]`),
    ),
    allowedAddresses,
    intervalMs,
    caFile: config?.getOptionalString('caFile'),
  };
}

const ALLOWED_HOST =
  /^(?:(https?):\/\/)?((?:\*\.)?[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/;

function readAllowedHost(text: string, key: string): AllowedHost {
  const [, protocol = 'https', host, port] =
    ALLOWED_HOST.exec(text.toLowerCase()) ?? [];
  const standard = protocol === 'http' ? 80 : 443;
  const number = port === undefined ? standard : Number(port);
  if (!host || number < 1 || number > 65535) {
    throw new InputError(
      `${key} is '${text}'. Write host or host:port, such as login.example.com, *.example.com or keys.internal:8443; with http:// in front to allow keys without TLS.`,
    );
  }
  return {
    protocol: protocol === 'http' ? 'http' : 'https',
    host,
    port: number,
  };
}
