/** Short ways to write policies for a gateway of the pool. */
import type { Manifest } from '../../lab/kube.ts';
import type { TestIssuer } from '../../lab/tokens/mint.ts';

export interface Row {
  claim: string;
  path?: string;
  headers?: Record<string, string>;
  expected: number;
  body?: string;
}

/** Policies for a gateway of the pool, and what it answers under them. */
export interface MatchingCase {
  title: string;
  policies(namespace: string): Manifest[];
  rows: Row[];
}

export type Rule = Record<string, unknown>;

export const policy =
  (kind: string, spec: Rule, name = 'policy', annotations = {}) =>
  (namespace: string): Manifest => ({
    apiVersion: 'security.istio.io/v1',
    kind,
    metadata: { name, namespace, annotations },
    spec,
  });
export const authenticate = (...jwtRules: Rule[]) =>
  policy('RequestAuthentication', { jwtRules }, 'jwt');
export const authorize = (
  action: string,
  rules?: Rule[],
  more: Rule = {},
  annotations = {},
) =>
  policy(
    'AuthorizationPolicy',
    { action, ...(rules ? { rules } : {}), ...more },
    'authz',
    annotations,
  );
export const build =
  (...makers: ((namespace: string) => Manifest)[]) =>
  (namespace: string) =>
    makers.map(make => make(namespace));

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const trust = (issuer: TestIssuer, more: Rule = {}): Rule => ({
  issuer: issuer.issuer,
  jwks: JSON.stringify(issuer.jwks),
  ...more,
});
export const from = (source: Rule) => [{ source }];
export const principals = (...requestPrincipals: string[]) =>
  from({ requestPrincipals });
