import { RequestToken } from 'istio-jwt-policy-engine';
import { TokenRequest, TokenResult } from 'backstage-plugin-istio-jwt-node';
import { JWK } from 'jose';
import { Forger } from '../Forger';

/** An issuer as one proxy trusts it. */
export interface IssuerContext {
  issuer: string;
  audiences: string[];
  /** The issuer's public keys, where the configuration or its key set shows them. */
  keys: JWK[];
  /** Headers that the proxy writes claims of its tokens into. */
  claimHeaders: string[];
}

export interface VectorContext {
  issuer: IssuerContext;
  /** Seconds since the epoch. */
  now: number;
  /** Host header and path of the way in, which some vectors bend. */
  host: string;
  path: string;
  forger: Forger;
  /** Istio's published fallback key, where the config has it. */
  fallbackKey?: JWK;
  /**
   * @param shape - claims to be added, or left out where null, and header parameters to be added; only
   * a source that signs can do that
   */
  getValidToken(
    shape?: Pick<TokenRequest, 'claims' | 'header'>,
  ): Promise<TokenResult>;
}

/** A token on its way, with what is known of it for the engine. */
export interface ProbeToken {
  /** `usual`: where the issuer's rule looks for it. */
  place:
    | { kind: 'usual' }
    | { kind: 'header'; name: string; prefix: string }
    | { kind: 'query'; name: string }
    | { kind: 'cookie'; name: string };
  text: string;
  validity: RequestToken['validity'];
  claims: Record<string, unknown>;
  /** Made with or from a token that a real issuer signed: its text stays out of the engine and of URLs. */
  secret?: true;
}

/** What a vector sends. */
export type VectorRequest =
  | {
      kind: 'request';
      method?: 'GET' | 'OPTIONS';
      /** Where it differs from the way in's. */
      host?: string;
      path?: string;
      headers?: Record<string, string>;
      tokens: ProbeToken[];
      /** Text to look for in the answer: whether the service got it. */
      echo?: string;
    }
  | {
      kind: 'not-tested';
      reason: string;
      /** What would have been asked for, where it is not the usual request. */
      shown?: { method: string; host: string; path: string };
    };

/** What a vector is about, for grouping. */
export type VectorGroup =
  | 'credentials'
  | 'form'
  | 'signature'
  | 'claims'
  | 'place'
  | 'request';

/** One way to try a proxy. */
export interface Vector {
  /** Stable: stored with observations. */
  id: string;
  title: string;
  group: VectorGroup;
  /** Whether the vector is tried once per way in or for each issuer. */
  scope: 'way-in' | 'issuer';
  /** Only sent where `istioJwt.probes.optIn` names it. */
  optIn?: true;
  /** Tells something, and expects nothing: its answer never agrees or disagrees. */
  informative?: true;
  makeRequest(context: VectorContext): Promise<VectorRequest>;
}

/** Well-formed claims that a proxy would accept, were they signed. */
export function makeClaims(
  { issuer, now }: Pick<VectorContext, 'issuer' | 'now'>,
  overrides: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    iss: issuer.issuer,
    sub: 'istio-jwt-probe',
    aud: issuer.audiences[0] ?? 'istio-jwt-probe',
    iat: now,
    exp: now + 300,
    ...overrides,
  };
}

/** Header fields that make a forged token look like one of the issuer's own: its key id, if known. */
export function headerOf({ keys }: IssuerContext): { kid?: string } {
  const kid = keys.find(key => key.kid !== undefined)?.kid;
  return kid === undefined ? {} : { kid };
}

/** A token with the issuer's key id, that a key of our own signed. */
export async function forgeToken(
  { forger, issuer }: VectorContext,
  claims: Record<string, unknown>,
  validity: RequestToken['validity'] = 'bad-signature',
): Promise<Omit<ProbeToken, 'place'>> {
  const text = await forger.forge(claims, headerOf(issuer));
  return { text, validity, claims };
}

/** One token in the usual place. */
export function sendToken(
  token: Omit<ProbeToken, 'place'>,
): Extract<VectorRequest, { kind: 'request' }> {
  return {
    kind: 'request',
    tokens: [{ place: { kind: 'usual' }, ...token }],
  };
}
