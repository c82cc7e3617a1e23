import {
  TokenRequest,
  TokenResult,
  TokenSource,
} from 'backstage-plugin-istio-jwt-node';
import { importJWK, JWK, SignJWT } from 'jose';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { TokenSourceConfig } from '../config';

const WAIT_MS = 10_000;
const MAX_TOKEN_LENGTH = 16 * 1024;
/** What fits a header: a token from anywhere is not to become a second header. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Asks sources in order until one gives a token. */
export class TokenSources {
  constructor(private readonly sources: TokenSource[]) {}

  async getToken(wanted: TokenRequest): Promise<TokenResult> {
    const reasons: string[] = [];
    for (const source of this.sources) {
      const result = await askSource(source, wanted);
      if (result.kind === 'token') {
        return result;
      }
      reasons.push(`${source.id}: ${result.reason}`);
    }
    return {
      kind: 'none',
      reason: reasons.length
        ? `No source gave a token for issuer ${wanted.issuer} (${reasons.join(
            '; ',
          )}).`
        : `No source of tokens for issuer ${wanted.issuer} is configured. Add one under istioJwt.tokenSources.`,
    };
  }
}

async function askSource(
  source: TokenSource,
  wanted: TokenRequest,
): Promise<TokenResult> {
  try {
    const result = await Promise.race([
      source.getToken(wanted),
      sleep(WAIT_MS, undefined, { ref: false }).then(
        (): TokenResult => ({ kind: 'none', reason: 'took too long' }),
      ),
    ]);
    if (
      result.kind === 'token' &&
      (result.token.length > MAX_TOKEN_LENGTH || !TOKEN.test(result.token))
    ) {
      return { kind: 'none', reason: 'gave something that fits no header' };
    }
    return result;
  } catch {
    // What a source throws can quote its secret.
    return { kind: 'none', reason: 'failed' };
  }
}

/** The sources that need nothing but config. */
export function createConfiguredSources(
  configs: TokenSourceConfig[],
): TokenSource[] {
  return configs.map(config => {
    switch (config.kind) {
      case 'static':
        return restrict(config, 'static', ({ claims }) =>
          claims ? undefined : Promise.resolve(config.token),
        );
      case 'signing-jwk':
        return restrict(config, 'signingJwk', wanted =>
          signToken(config.jwk, wanted),
        );
      default:
        return restrict(config, 'sandboxMint', wanted =>
          wanted.claims ? undefined : mintToken(config.url, wanted),
        );
    }
  });
}

function restrict(
  { issuer, hosts }: TokenSourceConfig,
  id: string,
  /** Undefined where the source cannot make tokens with other claims. */
  getToken: (wanted: TokenRequest) => Promise<string> | undefined,
): TokenSource {
  return {
    id,
    getToken: async wanted => {
      if (issuer !== undefined && issuer !== wanted.issuer) {
        return { kind: 'none', reason: `is for issuer ${issuer}` };
      }
      if (hosts && !hosts.some(host => covers(host, wanted.host))) {
        return { kind: 'none', reason: `is not for host ${wanted.host}` };
      }
      const token = getToken(wanted);
      return token
        ? { kind: 'token', token: await token }
        : { kind: 'none', reason: 'cannot make tokens with other claims' };
    },
  };
}

function covers(pattern: string, host: string): boolean {
  return (
    pattern === host ||
    (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
  );
}

async function signToken(
  jwk: JWK,
  { issuer, audiences, claims = {} }: TokenRequest,
): Promise<string> {
  const alg = jwk.alg ?? (jwk.kty === 'EC' ? 'ES256' : 'RS256');
  const now = Math.floor(Date.now() / 1000);
  const payload = Object.entries({
    iss: issuer,
    sub: 'istio-jwt-probe',
    iat: now,
    exp: now + 300,
    ...(audiences.length > 0 ? { aud: audiences } : {}),
    ...claims,
  }).filter(([, value]) => value !== null);
  return new SignJWT(Object.fromEntries(payload))
    .setProtectedHeader({
      alg,
      typ: 'JWT',
      ...(jwk.kid ? { kid: jwk.kid } : {}),
    })
    .sign(await importJWK(jwk, alg));
}

async function mintToken(
  url: string,
  { issuer, audiences }: TokenRequest,
): Promise<string> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      issuer,
      sub: 'istio-jwt-probe',
      aud: audiences.length ? audiences : undefined,
      expiresInSeconds: 300,
    }),
    headersTimeout: WAIT_MS,
    bodyTimeout: WAIT_MS,
  });
  const answer = (await response.body.json()) as { token?: unknown };
  if (response.statusCode >= 300 || typeof answer.token !== 'string') {
    throw new Error('The sandbox gave no token');
  }
  return answer.token;
}
