import { TokenResult } from 'backstage-plugin-istio-jwt-node';
import { decodeProtectedHeader } from 'jose';
import { setTimeout as sleep } from 'node:timers/promises';
import { LruMap } from '../../status/LruMap';
import { ReceivedToken } from './TokenReceiver';

const WAIT_MS = 10_000;
const MAX_TOKEN_LENGTH = 16 * 1024;
const MAX_ISSUERS = 100;
const MAX_TEXT = 200;
/** What fits a header: a token from anywhere is not to become a second header. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Which key an issuer's tokens name. Nothing else of a token is kept. */
export interface TokenHeader {
  issuer: string;
  kid?: string;
  alg: string;
}

/** A source whose tokens' key may be known before the first of them is asked for. */
export interface ConfiguredSource {
  id: string;
  header?: TokenHeader;
  getToken(wanted: ReceivedToken): Promise<TokenResult>;
}

/** Asks sources in order until one gives a token. */
export class TokenSources {
  private readonly seen = new LruMap<TokenHeader>(MAX_ISSUERS);

  constructor(private readonly sources: ConfiguredSource[]) {}

  async getToken(wanted: ReceivedToken): Promise<TokenResult> {
    const reasons: string[] = [];
    for (const source of this.sources) {
      const result = await askSource(source, wanted);
      if (result.kind === 'token') {
        const header = readTokenHeader(wanted.issuer, result.token);
        if (header && !wanted.header) {
          this.seen.set(wanted.issuer, header);
        }
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

  /** Headers of the tokens that were given last, and of those that config tells. */
  listHeaders(): TokenHeader[] {
    const seen = this.seen
      .keys()
      .flatMap(issuer => this.seen.get(issuer) ?? []);
    const issuers = new Set(seen.map(({ issuer }) => issuer));
    return [
      ...seen,
      ...this.sources
        .flatMap(({ header }) => header ?? [])
        .filter(({ issuer }) => !issuers.has(issuer)),
    ];
  }
}

/** @returns undefined where the text is no signed JWT */
export function readTokenHeader(
  issuer: string,
  token: string,
): TokenHeader | undefined {
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    return typeof alg === 'string'
      ? {
          issuer,
          alg: alg.slice(0, MAX_TEXT),
          ...(typeof kid === 'string' ? { kid: kid.slice(0, MAX_TEXT) } : {}),
        }
      : undefined;
  } catch {
    return undefined;
  }
}

async function askSource(
  source: ConfiguredSource,
  wanted: ReceivedToken,
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
