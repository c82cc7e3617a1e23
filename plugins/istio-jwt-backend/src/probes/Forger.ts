import {
  CompactJWSHeaderParameters,
  CompactSign,
  CryptoKey,
  exportJWK,
  generateKeyPair,
  JWK,
} from 'jose';
import { LruMap } from '../status/LruMap';
import { createHmac, createPublicKey, JsonWebKey } from 'node:crypto';

const encode = (value: unknown) =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** Makes tokens that no issuer ever signed, with a key that lives as long as the process. */
export class Forger {
  static async create(): Promise<Forger> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', {
      extractable: true,
    });
    return new Forger(privateKey, await exportJWK(publicKey));
  }

  /** Services of one issuer are sent the same forged tokens, and signing is what costs most of a probe. */
  private readonly forged = new LruMap<Promise<string>>(200);

  private constructor(
    private readonly key: CryptoKey,
    /** Public half, for tokens that bring their own key. */
    readonly publicJwk: JWK,
  ) {}

  /** Signs any claims, well-formed or not. */
  async forge(
    claims: Record<string, unknown>,
    header: Partial<CompactJWSHeaderParameters> = {},
  ): Promise<string> {
    const key = JSON.stringify([claims, header]);
    const known = this.forged.get(key);
    if (known) {
      return known;
    }
    const token = new CompactSign(
      new TextEncoder().encode(JSON.stringify(claims)),
    )
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...header })
      .sign(this.key);
    this.forged.set(key, token);
    return token;
  }

  /** Puts parts together as given: for tokens that jose rightly refuses to make. */
  assemble(header: unknown, claims: unknown, signature: string): string {
    return `${encode(header)}.${encode(claims)}.${signature}`;
  }

  /** HMAC-SHA256 with any secret, the blank one included. */
  signHmac(header: unknown, claims: unknown, secret: string): string {
    const input = `${encode(header)}.${encode(claims)}`;
    const mac = createHmac('sha256', secret).update(input).digest('base64url');
    return `${input}.${mac}`;
  }

  /** A public key as the PEM text that a confused verifier would use as a secret. */
  toPem(jwk: JWK): string {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    return key.export({ type: 'spki', format: 'pem' }).toString();
  }
}
