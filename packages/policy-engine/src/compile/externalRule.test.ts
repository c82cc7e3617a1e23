import { meshConfig } from '../__testUtils__/meshConfig';
import { ask, gatewayPolicy } from '../__testUtils__/policies';

describe('external authorizers', () => {
  const CUSTOM =
    'action: CUSTOM, provider: {name: opa}, rules: [{to: [{operation: {paths: ["/admin*"], ports: ["8080"]}}]}]';
  const providers = (kind: string) =>
    meshConfig(
      `extensionProviders: [{name: opa, ${kind}: {service: x, port: 1}}]`,
    );
  const grpc = providers('envoyExtAuthzGrpc');
  const http = providers('envoyExtAuthzHttp');
  const none = meshConfig('extensionProviders: [{name: zipkin, zipkin: {}}]');

  it('decide where a rule matches; what no rule matches goes on', () => {
    for (const texts of [[grpc], [http], []]) {
      const policies = [...texts, gatewayPolicy(CUSTOM)];
      const asked = ask(policies, { path: '/admin/x' });
      expect(asked.status).toBe('unknown');
      expect(asked.trace).toContainEqual(
        expect.objectContaining({ filter: 'rbac-custom', outcome: 'unknown' }),
      );
      expect(ask(policies, { path: '/' }).status).toBe(200);
    }
  });

  it('that do not exist make a denial, before any token is looked at', () => {
    const answer = ask([none, gatewayPolicy(CUSTOM)], { path: '/admin' });
    expect(answer).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
      details:
        'rbac_access_denied_matched_policy[istio-ext-authz-opa-ns[istio-system]-policy[policy]-rule[0]-deny-due-to-bad-CUSTOM-action]',
    });
    expect(ask([none, gatewayPolicy(CUSTOM)], { path: '/' }).status).toBe(200);
  });

  it('that do not exist leave open which of two answers there is', () => {
    const missing = gatewayPolicy(
      'action: CUSTOM, provider: {name: missing}, rules: [{}]',
      'missing',
    );
    const both = [grpc, gatewayPolicy(CUSTOM), missing];
    expect(ask(both, { path: '/' }).status).toBe(403);
    expect(ask(both, { path: '/admin' }).status).toBe('unknown');
    const odd = { method: 'FOO', httpVersion: 'unknown' as const };
    expect(ask([grpc, missing], odd).status).toBe('unknown');
    expect(ask([grpc, missing], { ...odd, httpVersion: 2 }).status).toBe(403);
    const perhaps = missing.replace(
      '[{}]',
      '[{from: [{source: {ipBlocks: [10.0.0.1]}}]}]',
    );
    expect(ask([grpc, perhaps]).status).toBe('unknown');
  });

  it('on a TCP chain: rules widen, an HTTP provider is left out', () => {
    const tcp = { protocol: 'tcp' as const };
    const policy = gatewayPolicy(CUSTOM);
    expect(ask([grpc, policy], tcp).status).toBe('unknown');
    expect(ask([grpc, policy], { ...tcp, port: 1 }).status).toBe(200);
    expect(ask([http, policy], tcp).status).toBe(200);
    expect(ask([none, policy], tcp).status).toBe('closed');
    expect(ask([policy], tcp).status).toBe('unknown');
  });

  it('of which one proxy has several make a denial by default, on TCP too', () => {
    const config = meshConfig(
      'extensionProviders: [{name: opa, envoyExtAuthzHttp: {service: x, port: 1}}, {name: other, envoyExtAuthzHttp: {service: x, port: 1}}]',
    );
    const policy = (name: string) =>
      gatewayPolicy(
        `action: CUSTOM, provider: {name: ${name}}, rules: [{to: [{operation: {paths: [/a], ports: ["8080"]}}]}]`,
        name,
      );
    const tcp = { protocol: 'tcp' as const };
    const one = [config, policy('opa')];
    expect(ask(one, tcp).status).toBe(200);
    const both = [...one, policy('other')];
    const asked = ask(both, tcp);
    expect(asked.status).toBe('unknown');
    expect(asked.trace).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining('several external authorizers'),
      }),
    );
    expect(ask(both, { ...tcp, port: 1 }).status).toBe(200);
  });

  it('a dry run of CUSTOM is not relied on', () => {
    const dry = gatewayPolicy(CUSTOM, 'dry', 'istio.io/dry-run: "true"');
    expect(ask([grpc, dry], { path: '/admin' }).status).toBe('unknown');
    expect(ask([grpc, dry], { path: '/' }).status).toBe(200);
  });

  it('a DENY refuses whatever the authorizer says', () => {
    const deny = gatewayPolicy('action: DENY, rules: [{}]', 'deny');
    const answer = ask([grpc, gatewayPolicy(CUSTOM), deny], { path: '/admin' });
    expect(answer.status).toBe('unknown');
  });
});
