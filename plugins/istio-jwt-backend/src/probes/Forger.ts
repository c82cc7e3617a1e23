import { CompactSign, CryptoKey, generateKeyPair } from 'jose';

/** Makes tokens that no issuer ever signed, with a key that lives as long as the process. */
export class Forger {
  static async create(): Promise<Forger> {
    const { privateKey } = await generateKeyPair('RS256');
    return new Forger(privateKey);
  }

  private constructor(private readonly key: CryptoKey) {}

  /** Signs any claims, well-formed or not. */
  async forge(claims: Record<string, unknown>, kid?: string): Promise<string> {
    return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid ? { kid } : {}) })
      .sign(this.key);
  }
}
