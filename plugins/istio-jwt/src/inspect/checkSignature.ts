import {
  EntityStatus,
  IssuerHealthView,
} from 'backstage-plugin-istio-jwt-common';
import { parseYaml, RequestToken } from 'istio-jwt-policy-engine';
import { compactVerify, importJWK, JWK } from 'jose';
import { findPolicy } from './compareIssuers';
import { DecodedToken } from './decodeToken';

/**
 * What is known of a token's signature. Public keys stand in a policy, and then the signature itself
 * is checked; of others the backend tells key ids alone.
 */
export type SignatureVerdict =
  /** A key of a policy made it. */
  | { kind: 'verified' }
  /** No key of the policies made it. */
  | { kind: 'fails' }
  /** The key id is among those published, as read at `at`. Says nothing of the signature. */
  | { kind: 'key-published'; at: string }
  | { kind: 'key-not-published'; at: string; failing: boolean }
  | { kind: 'not-checked'; reason: string };

type Decoded = Extract<DecodedToken, { kind: 'decoded' }>;

/** Of the keys of one issuer. More are not tried. */
const MAX_KEYS = 20;

export async function checkSignature(
  token: Decoded,
  status: Pick<EntityStatus, 'services' | 'policies' | 'issuerHealth'>,
): Promise<SignatureVerdict> {
  const issuer = typeof token.claims.iss === 'string' ? token.claims.iss : '';
  const inline = listInlineKeys(issuer, status);
  if (inline.length > 0) {
    return verifyInline(token, inline);
  }
  const view = status.issuerHealth.find(each => each.issuer === issuer);
  return view
    ? compareKeyId(token, view)
    : {
        kind: 'not-checked',
        reason: 'No policy on any way in names this issuer.',
      };
}

/** How the engine is told; what is not checked is taken for good, which the page says. */
export function toValidity(
  verdict: SignatureVerdict,
): RequestToken['validity'] {
  switch (verdict.kind) {
    case 'fails':
      return 'bad-signature';
    case 'key-not-published':
      return 'unknown-key';
    default:
      return 'valid';
  }
}

async function verifyInline(
  { text, header }: Decoded,
  keys: JWK[],
): Promise<SignatureVerdict> {
  if (!globalThis.crypto?.subtle) {
    return {
      kind: 'not-checked',
      reason:
        'Browsers check signatures on pages by https and on localhost only.',
    };
  }
  const alg = String(header.alg);
  const fitting = keys.filter(
    ({ kid }) => header.kid === undefined || !kid || kid === header.kid,
  );
  for (const key of fitting.slice(0, MAX_KEYS)) {
    try {
      await compactVerify(text, await importJWK(key, key.alg ?? alg), {
        algorithms: [alg],
      });
      return { kind: 'verified' };
    } catch {
      // Another key may have made it.
    }
  }
  return { kind: 'fails' };
}

function compareKeyId(
  { header }: Decoded,
  { health }: IssuerHealthView,
): SignatureVerdict {
  const known = readKnownKeys(health);
  if (!known) {
    return {
      kind: 'not-checked',
      reason:
        health.kind === 'not-checked'
          ? health.reason
          : 'The published keys could not be read.',
    };
  }
  const { at, keySet, failing } = known;
  if (typeof header.kid !== 'string') {
    return {
      kind: 'not-checked',
      reason: 'The token names no key (kid).',
    };
  }
  if (keySet.keys.some(({ kid }) => kid === header.kid)) {
    return { kind: 'key-published', at };
  }
  const isWhole = keySet.keyCount <= keySet.keys.length;
  // A key without an id may be meant, and some of a large set are not told.
  return isWhole && keySet.keys.every(({ kid }) => kid !== undefined)
    ? { kind: 'key-not-published', at, failing }
    : {
        kind: 'not-checked',
        reason: 'The page does not know every published key.',
      };
}

function readKnownKeys(health: IssuerHealthView['health']) {
  if (health.kind === 'healthy') {
    return { at: health.checkedAt, keySet: health.keySet, failing: false };
  }
  return health.kind === 'failing' && health.lastGood
    ? { ...health.lastGood, failing: true }
    : undefined;
}

/** Keys that stand in policies on some way in, for an issuer. */
function listInlineKeys(
  issuer: string,
  { services, policies }: Pick<EntityStatus, 'services' | 'policies'>,
): JWK[] {
  const uses = services
    .flatMap(({ waysIn }) => waysIn)
    .flatMap(({ issuers }) => issuers)
    .filter(use => use.issuer === issuer && use.jwks.kind === 'inline');
  const texts = new Set(
    uses.flatMap(({ requestAuthentication }) => {
      const yaml = findPolicy(policies, requestAuthentication);
      const [resource] = yaml === undefined ? [] : parseYaml(yaml).resources;
      const rules = (resource?.spec as { jwtRules?: unknown } | undefined)
        ?.jwtRules;
      return (Array.isArray(rules) ? rules : [])
        .filter(rule => rule?.issuer === issuer)
        .flatMap(rule => (typeof rule.jwks === 'string' ? [rule.jwks] : []));
    }),
  );
  return [...texts].flatMap(readKeys);
}

function readKeys(text: string): JWK[] {
  try {
    const { keys } = JSON.parse(text);
    return Array.isArray(keys) ? keys : [];
  } catch {
    return [];
  }
}
