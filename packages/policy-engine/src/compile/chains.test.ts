import fc from 'fast-check';
import { ProxyRequest } from '..';
import { request } from '../__testUtils__/arbitraries';
import { ask, gatewayPolicy } from '../__testUtils__/policies';

const TCP = { protocol: 'tcp' } as const;
const OPEN = 200;
const CLOSED = 'closed';

const source = (inner: string) => `from: [{source: {${inner}}}]`;
const operation = (inner: string) => `to: [{operation: {${inner}}}]`;
const when = (key: string) => `when: [{key: "${key}", values: ["1"]}]`;

/** Rules that name HTTP fields: dropped from ALLOW, and without those fields in any other policy. */
const HTTP_RULES = [
  source('requestPrincipals: ["*"]'),
  source('notRequestPrincipals: ["*"]'),
  operation('hosts: [h]'),
  operation('notHosts: [h]'),
  operation('methods: [GET]'),
  operation('notMethods: [GET]'),
  operation('paths: ["/x"]'),
  operation('notPaths: ["/x"]'),
  when('request.headers[a]'),
  when('request.auth.principal'),
  when('request.auth.audiences'),
  when('request.auth.presenter'),
  when('request.auth.claims[a]'),
];

/** Rules that hold of this connection and name nothing of HTTP. */
const CONNECTION_RULES = [
  source('principals: ["cluster.local/ns/a/sa/b"]'),
  source('notPrincipals: ["other/*"]'),
  source('namespaces: [a]'),
  source('serviceAccounts: ["a/b"]'),
  source('trustDomains: [cluster.local]'),
  source('ipBlocks: ["10.0.0.0/8"]'),
  source('remoteIpBlocks: ["10.0.0.0/8"]'),
  operation('ports: ["8080"]'),
  operation('notPorts: ["80"]'),
  'when: [{key: connection.sni, values: [a.example]}]',
  'when: [{key: destination.ip, values: ["10.1.1.1"]}]',
  'when: [{key: source.ip, notValues: ["192.0.2.1"]}]',
  '',
];

const CONNECTION: Partial<ProxyRequest> = {
  ...TCP,
  source: { principal: 'cluster.local/ns/a/sa/b', ip: '10.0.0.1' },
  destinationIp: '10.1.1.1',
  sni: 'a.example',
};

const answer = (action: string, rule: string, asked = CONNECTION) =>
  ask([gatewayPolicy(`action: ${action}, rules: [{${rule}}]`)], asked).status;

describe('TCP and TLS passthrough chains', () => {
  it.each(HTTP_RULES)('%s', rule => {
    expect(answer('ALLOW', rule)).toBe(CLOSED);
    expect(answer('DENY', rule)).toBe(CLOSED);
    expect(answer('AUDIT', rule)).toBe(OPEN);
  });

  it.each(CONNECTION_RULES)('%s', rule => {
    expect(answer('ALLOW', rule)).toBe(OPEN);
    expect(answer('DENY', rule)).toBe(CLOSED);
  });

  it('a DENY keeps what it says of the connection', () => {
    const rule = `${operation('paths: ["/x"], ports: ["8080"]')}, ${source(
      'requestPrincipals: ["*"], namespaces: [a]',
    )}`;
    expect(answer('DENY', rule)).toBe(CLOSED);
    expect(answer('DENY', rule, { ...CONNECTION, port: 80 })).toBe(OPEN);
    expect(answer('DENY', rule, { ...CONNECTION, source: {} })).toBe(OPEN);
  });

  it('one HTTP field anywhere drops the whole ALLOW rule, and no other rule', () => {
    const rule = `{from: [{source: {namespaces: [a]}}, {source: {requestPrincipals: ["*"]}}]}`;
    const ask2 = (rules: string) =>
      ask([gatewayPolicy(`rules: [${rules}]`)], CONNECTION).status;
    expect(ask2(rule)).toBe(CLOSED);
    expect(ask2(`${rule}, {from: [{source: {namespaces: [a]}}]}`)).toBe(OPEN);
  });

  it('never look at a token, a host, a method, a path or a header', () => {
    const rules = [...HTTP_RULES, ...CONNECTION_RULES].filter(Boolean);
    fc.assert(
      fc.property(
        request(true),
        fc.subarray(rules, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('ALLOW', 'DENY'),
        (asked, chosen, action) => {
          const policy = gatewayPolicy(
            `action: ${action}, rules: [${chosen.map(r => `{${r}}`)}]`,
          );
          const { status } = ask([policy], { ...asked, ...CONNECTION });
          expect(status).toBe(ask([policy], CONNECTION).status);
        },
      ),
    );
  });
});
