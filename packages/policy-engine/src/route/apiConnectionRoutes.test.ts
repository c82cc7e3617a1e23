import { istiod } from '../analyse/__testUtils__/build';
import { gateway, route } from '../__testUtils__/gatewayApi';
import { gatewayWays } from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';

const PASS = '{name: x, port: 443, protocol: TLS, tls: {mode: Passthrough}}';
const END =
  '{name: x, port: 443, protocol: TLS, tls: {certificateRefs: [{name: c}]}}';
const TCP = '{name: x, port: 443, protocol: TCP}';

const to = (name: string, rest = '') =>
  `{backendRefs: [{name: ${name}, port: 80${rest}}]}`;
const HERE = to('backend');
const ELSEWHERE = to('frontend');
const NO_SHARE = to('backend', ', weight: 0');

type Rest = Parameters<typeof route>[1];
const tls = (hosts: string, rules = HERE, rest: Rest = {}) =>
  route(rules, { kind: 'TLSRoute', hosts, ...rest });
const tcp = (rules = HERE, rest: Rest = {}) =>
  route(rules, { kind: 'TCPRoute', hosts: '', ...rest });

/** Hosts of the ways in by the gateway, those in doubt with a mark. */
const ways = (listener: string, ...routes: string[]) =>
  gatewayWays(meshOf([WORKLOADS, gateway(listener), ...routes])).map(
    ({ host, uncertain }) => (uncertain ? `${host}?` : host),
  );

describe('TLSRoutes and TCPRoutes of which istiod makes routes', () => {
  it('lose all their names where an earlier one has one of them', () => {
    const two = tls('a.test, b.test');
    const rival = (name: string) => tls('b.test', ELSEWHERE, { name });
    expect(ways(PASS, two)).toEqual(['a.test', 'b.test']);
    expect(ways(PASS, two, rival('s'))).toEqual(['a.test', 'b.test']);
    expect(ways(PASS, two, rival('a'))).toEqual([]);
  });

  it.each([
    ['r', 's', ['*']],
    ['r', 'a', []],
    // Behind a name istiod puts a sign that comes after all others.
    ['r', 'r-v2', []],
    ['r-v2', 'r', ['*']],
  ])(
    'go by name where they are of one age: %s beside %s',
    (name, other, to_) => {
      const both = [tcp(HERE, { name }), tcp(ELSEWHERE, { name: other })];
      expect(ways(TCP, ...both)).toEqual(to_);
    },
  );

  it('go by kind where they are of one age and name', () => {
    expect(ways(END, tls('a.test'), tcp(ELSEWHERE))).toEqual([]);
    expect(ways(END, tls('a.test', ELSEWHERE), tcp())).toEqual(['*']);
  });

  it('go by age before they go by name', () => {
    const older = { name: 's', created: '2025-01-01T00:00:00Z' };
    expect(ways(TCP, tcp(), tcp(ELSEWHERE, older))).toEqual([]);
    expect(ways(TCP, tcp(), tcp(ELSEWHERE, { ...older, created: '' }))).toEqual(
      ['*?'],
    );
  });

  const ANYWHERE = TCP.replace(
    '}',
    ', allowedRoutes: {namespaces: {from: All}}}',
  );
  const FAR = {
    namespace: 'other',
    parent: '{name: web, namespace: default}',
  };

  it('are in doubt where two namespaces have one of a name and age', () => {
    expect(ways(ANYWHERE, tcp(), tcp(ELSEWHERE, FAR))).toEqual(['*?']);
  });

  it('of the namespace of the gateway come before all others', () => {
    const older = { ...FAR, name: 'a', created: '2025-01-01T00:00:00Z' };
    expect(ways(ANYWHERE, tcp(), tcp(ELSEWHERE, older))).toEqual(['*']);
    expect(ways(ANYWHERE, tcp(ELSEWHERE), tcp(HERE, older))).toEqual([]);
  });

  it.each([
    ['a Service that is not there', to('gone')],
    ['a Service of another namespace', to('backend', ', namespace: other')],
    ['another kind', to('backend', ', group: else.test, kind: Else')],
  ])('take what comes even if they lead to %s', (_, nowhere) => {
    const first = { name: 'a' };
    expect(ways(TCP, tcp(), tcp(nowhere, first))).toEqual([]);
    expect(ways(PASS, tls('a.test'), tls('a.test', nowhere, first))).toEqual(
      [],
    );
  });

  it.each([
    ['1.29.1', ['*.example.com', '*.com']],
    ['1.29.2', ['*.example.com']],
    ['1.26.8', ['*.example.com', '*.com']],
    ['1.30.0', ['*.example.com']],
    [undefined, ['*.example.com', '*.com']],
  ])(
    'come by names that the listener does not have before they were held to it: %s',
    (version, hosts) => {
      const narrow = PASS.replace(
        'name: x',
        'name: x, hostname: "*.example.com"',
      );
      const texts = version === undefined ? [] : [istiod(version)];
      expect(ways(narrow, tls('"*.com"'), ...texts)).toEqual(hosts);
      const both = `${narrow}, ${narrow
        .replace('name: x', 'name: y')
        .replace('.example', '')}`;
      expect(ways(both, tls('"*.com"'), ...texts).sort()).toEqual([
        '*.com',
        '*.example.com',
      ]);
    },
  );

  it('take nothing from others by names that their listener does not have', () => {
    const named = (name: string) =>
      PASS.replace('name: x', `name: ${name}, hostname: "*.${name}.test"`);
    const at = (name: string) => ({
      parent: `{name: web, sectionName: ${name}}`,
    });
    const elsewhere = tls('h.a.test, h.b.test', ELSEWHERE, {
      name: 'a',
      ...at('a'),
    });
    const both = `${named('a')}, ${named('b')}`;
    expect(ways(both, elsewhere, tls('h.b.test', HERE, at('b')))).toEqual([
      'h.b.test',
    ]);
  });

  it('take connections of TCP, but none of TLS, where no backend has a share', () => {
    const first = { name: 'a' };
    expect(ways(TCP, tcp(), tcp(NO_SHARE, first))).toEqual([]);
    expect(ways(TCP, tcp(NO_SHARE))).toEqual([]);
    for (const listener of [PASS, END]) {
      const before = tls('a.test', NO_SHARE, first);
      expect(ways(listener, tls('a.test'), before)).toHaveLength(1);
      expect(ways(listener, before)).toEqual([]);
    }
  });
});
