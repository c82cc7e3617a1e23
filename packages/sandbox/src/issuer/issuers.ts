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
 * Issuers of the demo mesh. The first is the one of the hands-on case; the real key behind its address
 * belongs to Istio's samples and is not used here.
 *
 * @public
 */
export const DEMO_ISSUERS: readonly DemoIssuer[] = [
  {
    name: 'istio-testing',
    issuer: 'testing@secure.istio.io',
    jwksUri:
      'https://raw.githubusercontent.com/istio/istio/release-1.27/security/tools/jwt/samples/jwks.json',
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
