import { assessService, compileProxy, decide } from '..';
import { GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import { GATEWAY_PROXY, meshOf, token } from '../__testUtils__/mesh';
import {
  gatewayAuthentication,
  gatewayPolicy,
} from '../__testUtils__/policies';
import { METHODS } from './methods';

const DENY_ALL_NAMED = gatewayPolicy(
  `action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {methods: [${[
    ...METHODS,
  ].join(', ')}]}}]}]`,
);
const program = compileProxy(
  meshOf([gatewayAuthentication(), DENY_ALL_NAMED]),
  GATEWAY_PROXY,
);
const statuses = (method: string, path = '/') =>
  ([undefined, 1, 2, 'unknown'] as const).map(
    httpVersion =>
      decide(program, { port: 8080, method, path, httpVersion }).status,
  );

describe('the version of HTTP', () => {
  it('decides whether a method beyond the usual ones gets past the parser', () => {
    expect(statuses('FOO')).toEqual([400, 400, 200, 'unknown']);
    expect(statuses('get')).toEqual([400, 400, 200, 'unknown']);
    expect(statuses('GET')).toEqual([403, 403, 403, 403]);
  });

  it('decides whether a path beyond ASCII does', () => {
    expect(statuses('GET', '/caf\u00e9')).toEqual([400, 400, 403, 'unknown']);
  });

  it('does not matter for a path that no version takes', () => {
    expect(statuses('GET', 'x')).toEqual([400, 400, 400, 400]);
  });

  it.each(['*', '*?a=b', '*a'])('OPTIONS %s is not found', path => {
    expect(statuses('OPTIONS', path)).toEqual([404, 404, 404, 404]);
    expect(statuses('GET', path)[0]).toBe(400);
  });

  it.each(['x', 'x*'])('OPTIONS %s is no request', path => {
    expect(statuses('OPTIONS', path)).toEqual([400, 400, 400, 400]);
  });

  it('keeps a policy that names methods from being taken for a complete one', () => {
    const mesh = meshOf([
      WORKLOADS,
      GATEWAY,
      gatewayAuthentication(),
      DENY_ALL_NAMED,
    ]);
    const { waysIn } = assessService(mesh, {
      namespace: 'default',
      name: 'backend',
    });
    const [way] = waysIn.filter(({ kind }) => kind === 'gateway');
    expect(way.state).toBe('unknown');
  });

  it('leaves a trace where it is not known', () => {
    const { trace } = decide(program, {
      port: 8080,
      method: 'FOO',
      httpVersion: 'unknown',
      tokens: [token()],
    });
    expect(trace).toContainEqual(
      expect.objectContaining({ filter: 'http-parser', outcome: 'unknown' }),
    );
  });
});
