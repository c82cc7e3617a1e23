import { RequestToken } from 'istio-jwt-policy-engine';
import { TokenResult } from 'backstage-plugin-istio-jwt-node';

/** An issuer as one proxy trusts it. */
export interface IssuerContext {
  issuer: string;
  audiences: string[];
  /** Key id of the issuer's published keys, where the configuration shows it. */
  kid?: string;
}

export interface VectorContext {
  issuer: IssuerContext;
  /** Seconds since the epoch. */
  now: number;
  forge(claims: Record<string, unknown>, kid?: string): Promise<string>;
  getValidToken(): Promise<TokenResult>;
}

/** What a vector sends: the token's text, and what is known of it for the engine. */
export type VectorToken =
  | { kind: 'none' }
  | {
      kind: 'token';
      text: string;
      validity: RequestToken['validity'];
      claims: Record<string, unknown>;
    }
  | { kind: 'not-tested'; reason: string };

/** One way to try a proxy. */
export interface Vector {
  /** Stable: stored with observations. */
  id: string;
  title: string;
  /** Whether the vector is tried once per way in or for each issuer. */
  scope: 'way-in' | 'issuer';
  makeToken(context: VectorContext): Promise<VectorToken>;
}

/** Well-formed claims that a proxy would accept, were they signed. */
export function makeClaims(
  { issuer, now }: VectorContext,
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
