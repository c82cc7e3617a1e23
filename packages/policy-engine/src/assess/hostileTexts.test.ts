import { assessService, findingsOfPolicies, Mesh, parseObjects } from '..';
import { gatewayYaml } from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml } from '../__testUtils__/mesh';

const MANY = 60_000;

const named = (name: string) => ({ name, namespace: 'default' });
const authentication = (rule: object) => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'RequestAuthentication',
  metadata: named('jwt'),
  spec: { jwtRules: [{ jwks: '{"keys":[]}', ...rule }] },
});
const policy = (rule: object) => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: named('policy'),
  spec: { rules: [rule] },
});
const route = (match: object, name = 'routes') => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: named(name),
  spec: {
    hosts: ['h'],
    gateways: ['gw'],
    http: [{ match: [match], route: [{ destination: { host: 'backend' } }] }],
  },
});

/** Tenants write these; all of them are read by one process that has other things to do. */
describe('texts made to be slow', () => {
  it.each<[string, object[]]>([
    [
      'slashes inside an issuer',
      [
        authentication({ issuer: `https:${'/'.repeat(MANY)}x` }),
        policy({ from: [{ source: { requestPrincipals: ['x/y'] } }] }),
      ],
    ],
    [
      'digits without a unit',
      [authentication({ issuer: 'x', timeout: '1'.repeat(MANY) })],
    ],
    [
      'slashes before the end of a line in a host',
      [policy({ to: [{ operation: { hosts: [`${'/'.repeat(MANY)}\n`] } }] })],
    ],
    [
      'brackets without an end in a regular expression',
      [route({ uri: { regex: `/${'[^'.repeat(MANY / 2)}` } })],
    ],
    [
      'classes without an end in a regular expression',
      [route({ uri: { regex: `/${'[a'.repeat(MANY / 2)}` } })],
    ],
    [
      'a regular expression that backtracks',
      [
        route({ uri: { regex: '/(a|a)*b' } }, 'routes'),
        route({ uri: { exact: `/${'a'.repeat(40)}` } }, 'more-routes'),
      ],
    ],
    [
      'blanks inside the value of a header',
      [route({ headers: { a: { exact: ` x${' '.repeat(MANY)}x` } } })],
    ],
  ])('%s are read in time', (_, objects) => {
    const mesh = new Mesh();
    applyYaml(mesh, `${WORKLOADS}\n---\n${gatewayYaml()}`);
    const startedAt = performance.now();
    parseObjects(objects).resources.forEach(resource => mesh.apply(resource));
    assessService(mesh, { namespace: 'default', name: 'backend' });
    findingsOfPolicies(mesh);
    expect(performance.now() - startedAt).toBeLessThan(4000);
  });
});
