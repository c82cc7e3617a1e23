import { PublishedKey } from 'backstage-plugin-istio-jwt-common';
import { readKeySet, whyUnusable } from 'istio-jwt-policy-engine';
import { JWK } from 'jose';
import { createHash, X509Certificate } from 'node:crypto';

/** Keys of a set, without anything that is secret. */
export interface ReadKeys {
  keys: PublishedKey[];
  keyCount: number;
  /** Changes when and only when the issuer rotates its keys. */
  digest: string;
  /** The public parts alone, for probes. */
  publicJwks: JWK[];
}

const MAX_SHOWN = 50;
const MAX_PUBLIC = 20;
const MAX_TEXT = 200;
const MAX_CERTIFICATE = 16 * 1024;
/** What a public key consists of (RFC 7518 section 6). `k`, `d` and the like are not among them. */
const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'crv', 'n', 'e', 'x', 'y'];

/** Reads a key set. @returns undefined where the text is none: no JSON object with `keys` */
export function readKeys(text: string): ReadKeys | undefined {
  const raw = parseKeys(text);
  if (!raw) {
    return undefined;
  }
  const objects = raw.filter(isObject);
  const facts = readKeySet(JSON.stringify({ keys: objects }));
  return {
    keyCount: facts.length,
    keys: facts.slice(0, MAX_SHOWN).map((fact, index) => {
      const { kid, kty, alg, use, crv } = fact;
      const unusable = whyUnusable(fact);
      return {
        ...cutTexts({ kid, kty, alg, use, crv }),
        certificateExpiresAt: readCertificateEnd(objects[index].x5c),
        private: fact.private,
        ...(fact.knownFrom ? { knownFrom: fact.knownFrom } : {}),
        ...(unusable ? { unusable: unusable.slice(0, MAX_TEXT) } : {}),
      };
    }),
    digest: digestKeys(objects),
    publicJwks: objects
      .filter(({ kty }) => kty !== 'oct')
      .slice(0, MAX_PUBLIC)
      .map(pickPublic),
  };
}

function parseKeys(text: string): unknown[] | undefined {
  try {
    const { keys } = JSON.parse(text) ?? {};
    return Array.isArray(keys) ? keys : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cutTexts<T extends Record<string, string | undefined>>(texts: T): T {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, text.slice(0, MAX_TEXT)]],
    ),
  ) as T;
}

function pickPublic(key: Record<string, unknown>): JWK {
  return Object.fromEntries(
    PUBLIC_MEMBERS.flatMap(name => {
      const value = key[name];
      return typeof value === 'string' && value.length <= 2048
        ? [[name, value]]
        : [];
    }),
  );
}

/** A key is known by its id; one without by its public part. */
function digestKeys(keys: Record<string, unknown>[]): string {
  const names = keys
    .map(key =>
      typeof key.kid === 'string'
        ? `kid ${key.kid}`
        : `key ${JSON.stringify(pickPublic(key))}`,
    )
    .sort();
  return createHash('sha256').update(JSON.stringify(names)).digest('base64url');
}

function readCertificateEnd(x5c: unknown): string | undefined {
  const first = Array.isArray(x5c) ? x5c[0] : undefined;
  if (typeof first !== 'string' || first.length > MAX_CERTIFICATE) {
    return undefined;
  }
  try {
    const { validTo } = new X509Certificate(Buffer.from(first, 'base64'));
    return new Date(validTo).toISOString();
  } catch {
    return undefined;
  }
}
