import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { EnablementIssuer } from 'istio-jwt-policy-engine';
import { readDuration } from './readDuration';
import { readRecipients } from './readRecipients';
import { readWriting } from './readWriting';
import { readRouteHosts } from './readRouteHosts';
import { EnablementConfig } from './types';

const KEY = 'istioJwt.enablement';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const NAME = /^[\w][\w .:/@-]{0,199}$/;
const NAMESPACE = /^([\w.-]+\/)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Reads `istioJwt.enablement`. @throws InputError that names the key and what to write instead */
export function readEnablement(config: Config | undefined): EnablementConfig {
  const namespaces = config?.getOptionalStringArray('namespaces') ?? [];
  const bad = namespaces.find(name => !NAMESPACE.test(name));
  if (bad !== undefined) {
    throw new InputError(
      `${KEY}.namespaces names '${bad}'. Write a namespace, or cluster/namespace.`,
    );
  }
  const issuers = (config?.getOptionalConfigArray('issuers') ?? []).map(
    (issuer, index) => readIssuer(issuer, `${KEY}.issuers[${index}]`),
  );
  if (new Set(issuers.map(({ name }) => name)).size < issuers.length) {
    throw new InputError(`${KEY}.issuers has two of one name.`);
  }
  const deadlines = config?.getOptionalConfig('deadlines');
  const approval = config?.getOptionalConfig('approval');
  const quotas = config?.getOptionalConfig('quotas');
  return {
    enabled: config?.getOptionalBoolean('enabled') ?? false,
    writing: readWriting(config, KEY),
    issuers,
    namespaces,
    hosts: readRouteHosts(config, KEY),
    shadow: readShadow(config),
    approval: {
      otherHosts: readCount(approval, 'otherHosts', 0, 0, 100_000),
      allowSelf: approval?.getOptionalBoolean('allowSelf') ?? false,
      notify: readRecipients(approval, 'notify', `${KEY}.approval`),
    },
    deadlines: {
      planMs: readDuration(deadlines, 'plan', 15 * MINUTE_MS),
      approvalMs: readDuration(deadlines, 'approval', 3 * DAY_MS),
      holdMs: readDuration(deadlines, 'hold', DAY_MS),
      mergeMs: readDuration(deadlines, 'merge', 14 * DAY_MS),
      propagationMs: readDuration(deadlines, 'propagation', 2 * MINUTE_MS),
      operationMs: readDuration(deadlines, 'operation', 30 * MINUTE_MS),
      rollbackMs: readDuration(deadlines, 'rollback', 10 * MINUTE_MS),
    },
    quotas: {
      perEntityPerDay: readCount(quotas, 'perEntityPerDay', 10, 1, 1000),
      running: readCount(quotas, 'running', 3, 1, 100),
      plansPerMinute: readCount(quotas, 'plansPerMinute', 30, 1, 10_000),
    },
  };
}

function readIssuer(
  config: Config,
  key: string,
): EnablementIssuer & { name: string } {
  const name = config.getString('name');
  const issuer = config.getString('issuer');
  const jwksUri = config.getOptionalString('jwksUri');
  if (!NAME.test(name)) {
    throw new InputError(
      `${key}.name is '${name}'. Write a short name of letters, digits and spaces.`,
    );
  }
  if (jwksUri !== undefined && !isWebAddress(jwksUri)) {
    throw new InputError(
      `${key}.jwksUri is no http or https URL without credentials.`,
    );
  }
  return {
    name,
    issuer,
    ...(jwksUri ? { jwksUri } : {}),
    audiences: config.getOptionalStringArray('audiences') ?? [],
    fromHeaders: (config.getOptionalConfigArray('fromHeaders') ?? []).map(
      header => {
        const prefix = header.getOptionalString('prefix');
        return {
          name: header.getString('name'),
          ...(prefix === undefined ? {} : { prefix }),
        };
      },
    ),
    claims: (config.getOptionalConfigArray('claims') ?? []).map(claim => ({
      name: claim.getString('name'),
      values: claim.getStringArray('values'),
    })),
  };
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && !username && !password;
}

function readCount(
  config: Config | undefined,
  key: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const value = config?.getOptionalNumber(key) ?? fallback;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new InputError(
      `${KEY} has ${key}: ${value}. Write a whole number from ${min} to ${max}.`,
    );
  }
  return value;
}

const MAX_SHADOW_MS = 10 * MINUTE_MS;
const SHADOW_MODES = ['off', 'report', 'hold'] as const;

function readShadow(config: Config | undefined): EnablementConfig['shadow'] {
  const text = config?.getOptionalString('shadow') ?? 'report';
  const mode = SHADOW_MODES.find(each => each === text);
  if (!mode) {
    throw new InputError(
      `${KEY}.shadow is '${text}'. Write off, report or hold.`,
    );
  }
  const windowMs = readDuration(
    config?.getOptionalConfig('deadlines'),
    'shadow',
    15_000,
  );
  if (windowMs > MAX_SHADOW_MS) {
    throw new InputError(
      `${KEY}.deadlines.shadow is longer than 10 minutes. Write a shorter one.`,
    );
  }
  return { mode, windowMs };
}
