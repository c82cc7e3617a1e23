import { findingsOfPolicies } from '..';
import { meshOf } from '../__testUtils__/mesh';
import { BASE } from './__testUtils__/fixtures';

function policy(namespace: string, spec: string, extra = ''): string {
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: lonely, namespace: ${namespace}${extra}}
spec: {${spec}}
`;
}

function idsIn(...texts: string[]): string[] {
  return findingsOfPolicies(meshOf([BASE, ...texts])).map(({ id }) => id);
}

describe('findingsOfPolicies', () => {
  it('finds what a policy shows where no Service is', () => {
    const lower =
      'action: DENY, rules: [{to: [{operation: {methods: [get]}}]}]';
    expect(idsIn(policy('config', lower))).toEqual(['method-case']);
    const selector = 'selector: {matchLabels: {app: nobody}}';
    expect(idsIn(policy('config', `${selector}, ${lower}`))).toEqual([
      'method-case',
      'selects-nothing',
    ]);
    expect(idsIn(policy('istio-system', `${selector}, ${lower}`))).toEqual([
      'method-case',
      'selects-nothing',
    ]);
    const target =
      'targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: nowhere}], rules: [{}]';
    expect(idsIn(policy('config', target))).toEqual(['target-missing']);
  });

  it('knows workloads of which there are no Pods yet, in every namespace', () => {
    const shop = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec: {template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: shop}]}}}
`;
    const selects = policy(
      'istio-system',
      'selector: {matchLabels: {app: shop}}, rules: [{}]',
    );
    expect(idsIn(selects)).toEqual(['selects-nothing']);
    expect(idsIn(selects, shop)).toEqual([]);
  });

  it('looks at rules of RequestAuthentications', () => {
    const authentication = `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: lonely, namespace: config}
spec: {jwtRules: [{issuer: a, audiences: [b], fromHeaders: [{name: x}]}]}
`;
    expect(idsIn(authentication)).toEqual(['jwks-discovery', 'header-only']);
  });

  it('leaves out what is not enforced, and what is sound', () => {
    const rules = 'rules: [{to: [{operation: {methods: [get]}}]}]';
    const dryRun = ', annotations: {istio.io/dry-run: "true"}';
    expect(idsIn(policy('config', rules, dryRun))).toEqual([]);
    expect(idsIn(policy('config', `action: AUDIT, ${rules}`))).toEqual([]);
    expect(
      idsIn(
        policy(
          'istio-system',
          'selector: {matchLabels: {app: backend}}, rules: [{}]',
        ),
      ),
    ).toEqual([]);
  });
});
