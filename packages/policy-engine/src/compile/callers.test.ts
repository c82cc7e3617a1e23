import { ask, gatewayPolicy } from '../__testUtils__/policies';

const statusFrom = (source: string, principal: string) =>
  ask([gatewayPolicy(`rules: [{from: [{source: {${source}}}]}]`)], {
    source: { principal },
  }).status;

describe('who a caller is', () => {
  it.each([
    ['principals: ["*/sa/a.b"]', 'td/ns/n/sa/a.b', 200],
    ['principals: ["*/sa/a.b"]', 'td/ns/n/sa/a-b', 'unknown'],
    ['principals: ["*/sa/a.b"]', 'td/ns/n/sa/ab', 403],
    ['principals: ["*/sa/a-b"]', 'td/ns/n/sa/a.b', 403],
    ['namespaces: ["n.x"]', 'td/ns/n.x/sa/a', 200],
    ['namespaces: ["n.x"]', 'td/ns/n-x/sa/a', 'unknown'],
    ['namespaces: ["n*"]', 'td/ns/nn/sa/a', 200],
    ['namespaces: ["*x*"]', 'td/ns/axb/sa/a', 200],
    ['serviceAccounts: ["n/a.b"]', 'td/ns/n/sa/a.b', 200],
    ['serviceAccounts: ["n/a.b"]', 'td/ns/n/sa/acb', 'unknown'],
    ['serviceAccounts: ["n/a"]', 'td/ns/n/sa/ab', 403],
    ['trustDomains: ["td"]', 'td/ns/n/sa/a', 200],
    ['trustDomains: ["td"]', 'td2/ns/n/sa/a', 403],
    ['trustDomains: ["t*"]', 'td/ns/n/sa/a', 200],
    ['trustDomains: ["*.corp"]', 'eu.corp/ns/n/sa/a', 200],
    ['trustDomains: ["*.corp"]', 'eu.corp.evil/ns/n/sa/a', 403],
    ['trustDomains: ["*"]', 'any/ns/n/sa/a', 200],
    ['notTrustDomains: ["td"]', 'td/ns/n/sa/a', 403],
    ['notTrustDomains: ["td"]', 'other/ns/n/sa/a', 200],
  ])('%s, %s: %s', (source, principal, expected) => {
    expect(statusFrom(source, principal)).toBe(expected);
  });

  it('a caller without a certificate has no trust domain', () => {
    const policy = (field: string) =>
      gatewayPolicy(`rules: [{from: [{source: {${field}: ["*"]}}]}]`);
    expect(ask([policy('trustDomains')]).status).toBe(403);
    expect(ask([policy('notTrustDomains')]).status).toBe(200);
  });
});

describe('headers that a request does not tell', () => {
  const statusOf = (key: string, headers = {}) =>
    ask([gatewayPolicy(`rules: [{when: [{key: "${key}", values: [GET]}]}]`)], {
      headers,
    }).status;

  it.each([
    ['request.headers[:method]', 200],
    ['request.headers[:path]', 'unknown'],
    ['request.headers[Host]', 'unknown'],
    ['request.headers[X-Forwarded-For]', 'unknown'],
    ['request.headers[x-envoy-peer-metadata]', 'unknown'],
    ['request.headers[x-other]', 403],
  ])('%s: %s', (key, expected) => {
    expect(statusOf(key)).toBe(expected);
  });
});

describe('a path that versions of Envoy see differently', () => {
  it('is known only where both agree', () => {
    const exempt = gatewayPolicy(
      'rules: [{to: [{operation: {paths: ["/public/*"]}}]}]',
    );
    const status = (path: string) => ask([exempt], { path }).status;
    expect(status('/public/..;/admin')).toBe('unknown');
    expect(status('/public/.;/x')).toBe(200);
    expect(status('/private/..;/admin')).toBe(403);
  });
});
