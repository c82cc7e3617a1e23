import { compileProxy, decide, Decision, Program, ProxyRequest } from '..';
import { GATEWAY_PROXY, ISSUER, meshOf } from './mesh';

/** YAML of a policy on the shared gateway. `spec` is flow YAML without braces. */
export function gatewayPolicy(
  spec: string,
  name = 'policy',
  annotations = '',
): string {
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: istio-system, annotations: {${annotations}}}
spec: {selector: {matchLabels: {istio: ingressgateway}}, ${spec}}
`;
}

/** YAML of a RequestAuthentication on the shared gateway with one rule. */
export function gatewayAuthentication(
  rules: string = `{issuer: ${ISSUER}, jwksUri: "https://keys.example.com"}`,
  name = 'authentication',
): string {
  return `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: ${name}, namespace: istio-system}
spec: {selector: {matchLabels: {istio: ingressgateway}}, jwtRules: [${rules}]}
`;
}

export const REQUIRE_TOKEN = gatewayPolicy(
  `rules: [{from: [{source: {requestPrincipals: ["${ISSUER}/*"]}}]}]`,
  'require-token',
);

export function gatewayProgram(...texts: string[]): Program {
  return compileProxy(meshOf(texts), GATEWAY_PROXY);
}

/** What the shared gateway answers with these policies. */
export function ask(
  texts: string[],
  request: Partial<ProxyRequest> = {},
): Decision {
  return decide(gatewayProgram(...texts), {
    port: 8080,
    host: 'h.example.com',
    ...request,
  });
}
