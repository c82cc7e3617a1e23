import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT, exportJWK, type JWK } from 'jose';

/** Issuer of Istio's sample token, and its subject. */
export const SAMPLE_ISSUER = 'testing@secure.istio.io';

export interface MintOptions {
  /** Added to or replacing `alg`, `kid`, `typ`. An undefined value removes the field. */
  header?: Record<string, unknown>;
}

/** A token issuer whose private key the tests hold. */
export interface TestIssuer {
  issuer: string;
  kid: string;
  key: KeyObject;
  alg: 'RS256' | 'ES256';
  /** Its key set, to serve or to put inline into a jwtRule. */
  jwks: { keys: JWK[] };
  /**
   * Signs `claims`. `iss`, `sub`, `iat` and an `exp` in an hour are filled in unless given; an
   * undefined claim is left out.
   */
  mint(
    claims?: Record<string, unknown>,
    options?: MintOptions,
  ): Promise<string>;
}

const withoutUndefined = (object: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  );

function buildIssuer(
  issuer: string,
  kid: string,
  key: KeyObject,
  alg: TestIssuer['alg'],
  publicJwk: JWK,
): TestIssuer {
  return {
    issuer,
    kid,
    key,
    alg,
    jwks: { keys: [publicJwk] },
    mint(claims = {}, options = {}) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT(
        withoutUndefined({
          iss: issuer,
          sub: issuer,
          iat: now,
          exp: now + 3600,
          ...claims,
        }),
      )
        .setProtectedHeader(
          withoutUndefined({ alg, kid, typ: 'JWT', ...options.header }) as any,
        )
        .sign(key, { crit: { 'lab-extension': true } });
    },
  };
}

/** The issuer of Istio's sample token: its private key is published beside it. */
export function loadSampleIssuer(istioFiles: string): TestIssuer {
  const key = createPrivateKey(readFileSync(join(istioFiles, 'key.pem')));
  const [jwk] = JSON.parse(
    readFileSync(join(istioFiles, 'jwks.json'), 'utf8'),
  ).keys;
  return buildIssuer(SAMPLE_ISSUER, jwk.kid, key, 'RS256', jwk);
}

/** The published sample token itself, valid until 2118. */
export function readSampleToken(istioFiles: string): string {
  return readFileSync(join(istioFiles, 'demo.jwt'), 'utf8').trim();
}

/** A fresh issuer with a key that nobody else has. */
export async function createIssuer(
  issuer: string,
  options: { alg?: TestIssuer['alg']; kid?: string } = {},
): Promise<TestIssuer> {
  const { alg = 'RS256', kid = randomUUID() } = options;
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = await exportJWK(pair.publicKey);
  return buildIssuer(issuer, kid, pair.privateKey, alg, {
    ...jwk,
    kid,
    alg,
    use: 'sig',
  });
}
