/** An issuer of the demo mesh. @public */
export interface DemoIssuer {
  /** Name in the sandbox's own URLs. */
  name: string;
  /** The `iss` claim. */
  issuer: string;
  /**
   * The `jwksUri` that policies of the demo mesh name. Never fetched: the gateway finds the demo key
   * under it.
   */
  jwksUri: string;
}

/**
 * Issuers of the demo mesh. The first has the name of the issuer of Istio's samples, not its key, which
 * everybody has.
 *
 * @public
 */
export const DEMO_ISSUERS: readonly DemoIssuer[] = [
  {
    name: 'istio-testing',
    issuer: 'testing@secure.istio.io',
    jwksUri: 'https://testing.example.com/jwks.json',
  },
  {
    name: 'login',
    issuer: 'https://login.example.com',
    jwksUri: 'https://login.example.com/.well-known/jwks.json',
  },
  {
    name: 'partners',
    issuer: 'https://partners.example.net',
    jwksUri: 'https://partners.example.net/jwks.json',
  },
];
