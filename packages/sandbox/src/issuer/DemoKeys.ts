import { CryptoKey, exportJWK, generateKeyPair, JWK, SignJWT } from 'jose';
import { DEMO_ISSUERS } from './issuers';

/** What a demo token shall say. Times are in seconds from now. @public */
export interface MintRequest {
  /** One of the demo issuers' `iss` values. */
  issuer: string;
  /** Left out: a token without `sub`. */
  sub?: string;
  aud?: string | string[];
  /** Further claims. Cannot override the ones above. */
  claims?: Record<string, unknown>;
  /** Negative for an expired token. Default 3600; `null` for a token without `exp`. */
  expiresInSeconds?: number | null;
  /** Adds `nbf`. */
  notBeforeInSeconds?: number;
}

interface IssuerKeys {
  privateKey: CryptoKey;
  publicJwk: JWK;
}

const ALGORITHM = 'RS256';

/** Key pairs of the demo issuers: made at start, held in memory only. @internal */
export class DemoKeys {
  private constructor(private readonly keys: Map<string, IssuerKeys>) {}

  static async create(): Promise<DemoKeys> {
    const entries = await Promise.all(
      DEMO_ISSUERS.map(async ({ name }) => {
        const pair = await generateKeyPair(ALGORITHM);
        const publicJwk = {
          ...(await exportJWK(pair.publicKey)),
          kid: `sandbox-${name}`,
          use: 'sig',
        };
        return [name, { privateKey: pair.privateKey, publicJwk }] as const;
      }),
    );
    return new DemoKeys(new Map(entries));
  }

  /** The JWKS of a demo issuer by its name in URLs. */
  getJwks(name: string): { keys: JWK[] } | undefined {
    const keys = this.keys.get(name);
    return keys && { keys: [keys.publicJwk] };
  }

  /** The JWKS behind an address that a policy names, for the addresses of demo issuers only. */
  resolveJwksUri(uri: string): { keys: JWK[] } | undefined {
    const issuer = DEMO_ISSUERS.find(({ jwksUri }) => jwksUri === uri);
    return issuer && this.getJwks(issuer.name);
  }

  /** The JWKS that OIDC discovery would find, where a policy names no address. */
  resolveIssuer(iss: string): { keys: JWK[] } | undefined {
    const issuer = DEMO_ISSUERS.find(entry => entry.issuer === iss);
    return issuer && this.getJwks(issuer.name);
  }

  /** A signed token, or `undefined` for an issuer that is not a demo issuer. */
  async mint(request: MintRequest): Promise<string | undefined> {
    const issuer = DEMO_ISSUERS.find(entry => entry.issuer === request.issuer);
    const keys = issuer && this.keys.get(issuer.name);
    if (!keys) {
      return undefined;
    }
    const now = Math.floor(Date.now() / 1000);
    const { sub, aud, expiresInSeconds = 3600, notBeforeInSeconds } = request;
    return new SignJWT({
      ...request.claims,
      iss: request.issuer,
      iat: now,
      ...(sub === undefined ? {} : { sub }),
      ...(aud === undefined ? {} : { aud }),
      ...(expiresInSeconds === null ? {} : { exp: now + expiresInSeconds }),
      ...(notBeforeInSeconds === undefined
        ? {}
        : { nbf: now + notBeforeInSeconds }),
    })
      .setProtectedHeader({
        alg: ALGORITHM,
        kid: keys.publicJwk.kid,
        typ: 'JWT',
      })
      .sign(keys.privateKey);
  }
}
