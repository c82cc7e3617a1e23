import {
  assessService,
  EnablementPlan,
  EnablementRequest,
  listRouteGateways,
  Mesh,
  planEnablement,
  PlannedEnablement,
} from '../..';
import { gateway, HTTP, route } from '../../__testUtils__/gatewayApi';
import { gatewayYaml, to, virtualService } from '../../__testUtils__/gateways';
import { WORKLOADS } from '../../__testUtils__/handsOn';
import { applyYaml, ISSUER, meshOf } from '../../__testUtils__/mesh';

const BACKEND = { namespace: 'default', name: 'backend' };
const HOST = 'new.example.com';
const NEIGHBOUR_HOST = 'frontend.example.com';
const NEIGHBOUR = virtualService(`{${to('frontend')}}`, {
  name: 'frontend',
  rest: `hosts: [${NEIGHBOUR_HOST}], gateways: [gw],`,
});
const ISTIO = 'istio.default.gw.80.0';
const API = 'api.default.web.http';

function plan(
  mesh: Mesh,
  chosen: Partial<NonNullable<EnablementRequest['route']>> = {},
  overrides: Partial<EnablementRequest> = {},
): EnablementPlan {
  return planEnablement(mesh, {
    service: BACKEND,
    waysIn: [],
    route: { host: HOST, gateway: ISTIO, port: 80, ...chosen },
    issuer: {
      issuer: ISSUER,
      jwksUri: 'https://issuer.example.com/keys',
      audiences: [],
    },
    exemptPaths: [],
    preflights: 'let-through',
    naming: { name: 'ours', labels: { 'istio-jwt/by': 'us' } },
    ...overrides,
  });
}

function planned(...args: Parameters<typeof plan>): PlannedEnablement {
  const result = plan(...args);
  if (result.kind !== 'planned') throw new Error(JSON.stringify(result));
  return result;
}

const whyRefused = (...args: Parameters<typeof plan>): string => {
  const result = plan(...args);
  return result.kind === 'refused' ? result.reason : `planned ${result.why}`;
};

const stepsOf = ({ changes }: PlannedEnablement) =>
  changes.map(({ step, resource }) => [step, resource.kind]);

/** What stands after each object of a plan, in the order of writing. */
function followStates(mesh: Mesh, { changes }: PlannedEnablement): string[] {
  return changes.map(({ resource }) => {
    mesh.apply(resource);
    const ways = assessService(mesh, BACKEND).waysIn.filter(
      ({ kind }) => kind === 'gateway',
    );
    return ways.map(({ state }) => state).join() || 'no way in';
  });
}

describe('a plan that creates the route', () => {
  it('closes the host at a shared gateway before a VirtualService opens it', () => {
    const mesh = meshOf([WORKLOADS, gatewayYaml(), NEIGHBOUR]);
    const result = planned(mesh);
    expect(result.pattern).toBe('host-deny');
    expect(stepsOf(result)).toEqual([
      ['request-authentication', 'RequestAuthentication'],
      ['authorization-policy', 'AuthorizationPolicy'],
      ['route', 'VirtualService'],
    ]);
    const [target, neighbour] = result.effects;
    expect(target).toMatchObject({
      isTarget: true,
      before: 'absent',
      after: 'enforced',
      wayIn: { id: result.waysIn[0], host: HOST },
    });
    const answers = Object.fromEntries(
      target.answers.map(({ kind, before: b, after }) => [kind, [b, after]]),
    );
    expect(answers).toMatchObject({
      'no-token': ['404', '403 RBAC: access denied'],
      'valid-token': ['404', '200'],
      preflight: ['404', '200'],
    });
    expect(answers['not-a-jwt'][1]).toMatch(/^401/);
    expect(neighbour).toMatchObject({ isTarget: false, before: 'open' });
    expect(
      neighbour.answers.find(({ kind }) => kind === 'no-token'),
    ).toMatchObject({ before: '200', after: '200' });
    expect(mesh.list('VirtualService')).toHaveLength(1);
    expect(followStates(mesh, result)).toEqual([
      'no way in',
      'no way in',
      'enforced',
    ]);
  });

  it('makes an HTTPRoute at a Gateway of the Gateway API', () => {
    const mesh = meshOf([WORKLOADS, gateway(HTTP)]);
    const result = planned(mesh, { gateway: API });
    expect(result.pattern).toBe('own-gateway');
    expect(stepsOf(result).at(-1)).toEqual(['route', 'HTTPRoute']);
    expect(followStates(mesh, result).at(-1)).toBe('enforced');
  });

  it('adds a Gateway of its own where the workload has no server for the host', () => {
    const other = gatewayYaml(
      `{port: {number: 80, name: http, protocol: HTTP}, hosts: ["${NEIGHBOUR_HOST}"]}`,
    );
    const mesh = meshOf([WORKLOADS, other, NEIGHBOUR]);
    const site = listRouteGateways(mesh, 'default').find(
      ({ by }) => by === 'workload',
    );
    const result = planned(mesh, { gateway: site?.id });
    expect(stepsOf(result).map(([step]) => step)).toEqual([
      'gateway',
      'request-authentication',
      'authorization-policy',
      'route',
    ]);
    expect(result.effects[0].answers[0].before).toBe('404');
    expect(followStates(mesh, result)).toEqual([
      'no way in',
      'no way in',
      'no way in',
      'enforced',
    ]);
    // The first server of a port: nothing listens before it.
    const bare = meshOf([WORKLOADS]);
    expect(
      planned(bare, { gateway: site?.id }).effects[0].answers[0].before,
    ).toBe('no answer');
    expect(
      whyRefused(meshOf([WORKLOADS, gatewayYaml()]), { gateway: site?.id }),
    ).toMatch(/Gateway default\/gw takes new\.example\.com/);
  });

  it.each([
    ['the host itself', `hosts: [${HOST}], gateways: [gw],`],
    ['a wildcard above it', 'hosts: ["*.example.com"], gateways: [gw],'],
    ['any host', 'hosts: ["*"], gateways: [gw],'],
  ])('leaves alone what serves %s already', (_, rest) => {
    const taken = virtualService(`{${to('frontend')}}`, {
      name: 'theirs',
      rest,
    });
    expect(whyRefused(meshOf([WORKLOADS, gatewayYaml(), taken]))).toMatch(
      /served by this gateway already: VirtualService default\/theirs/,
    );
  });

  it('goes beside an Ingress at the workload, unless that has the host', () => {
    const ingress = (host: string) => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: default, annotations: {kubernetes.io/ingress.class: istio}}
spec: {rules: [{${host} http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: frontend, port: {number: 80}}}}]}}]}
`;
    const chosen = { gateway: 'workload.istio-system.istio-ingressgateway.80' };
    const by = (host: string) => meshOf([WORKLOADS, ingress(host)]);
    const other = by(`host: ${NEIGHBOUR_HOST},`);
    expect(followStates(other, planned(other, chosen))).toEqual([
      ...['no way in', 'no way in', 'no way in', 'enforced'],
    ]);
    for (const taken of [`host: ${HOST},`, 'host: "*.example.com",', '']) {
      expect(whyRefused(by(taken), chosen)).toMatch(
        /served by this gateway already: Ingress default\/front/,
      );
    }
  });

  it('plans from a mesh that had routes before as from a new one', () => {
    const serve = (host: string) =>
      gatewayYaml(
        `{port: {number: 80, name: http, protocol: HTTP}, hosts: ["${host}"]}`,
      );
    const mesh = meshOf([WORKLOADS, serve('*'), NEIGHBOUR]);
    const earlier = planned(mesh);
    followStates(mesh, earlier);
    for (const { resource } of [...earlier.changes].reverse()) {
      const { name, namespace } = resource.metadata;
      mesh.remove({ kind: resource.kind, namespace, name });
      assessService(mesh, BACKEND);
    }
    applyYaml(mesh, serve(NEIGHBOUR_HOST));
    assessService(mesh, BACKEND);
    const site = listRouteGateways(mesh, 'default').find(
      ({ by }) => by === 'workload',
    );
    expect(stepsOf(planned(mesh, { gateway: site?.id }))).toHaveLength(4);
  });

  it('sees a route that redirects, or leads nowhere that is known', () => {
    const taken = virtualService('{redirect: {uri: /x}}', {
      name: 'theirs',
      rest: `hosts: [${HOST}], gateways: [gw],`,
    });
    expect(whyRefused(meshOf([WORKLOADS, gatewayYaml(), taken]))).toMatch(
      /theirs/,
    );
  });

  it('leaves alone an HTTPRoute without hostnames, which serves them all', () => {
    const taken = route('{backendRefs: [{name: frontend, port: 80}]}', {
      name: 'theirs',
      hosts: '',
    });
    expect(
      whyRefused(meshOf([WORKLOADS, gateway(HTTP), taken]), { gateway: API }),
    ).toMatch(/HTTPRoute default\/theirs has \*/);
  });

  it('keeps to the namespaces that a listener admits', () => {
    const from = (namespaces: string) =>
      gateway(
        `{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: ${namespaces}}}`,
        { namespace: 'edge' },
      );
    const ids = (yaml: string) =>
      listRouteGateways(meshOf([WORKLOADS, yaml]), 'default')
        .filter(({ by }) => by === 'gateway-api')
        .map(({ id }) => id);
    expect(ids(from('{from: Same}'))).toEqual([]);
    expect(ids(from('{from: All}'))).toEqual(['api.edge.web.http']);
    expect(
      ids(
        from(
          '{from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: other}}}',
        ),
      ),
    ).toEqual([]);
    const waypoint = gateway(HTTP).replace(
      'gatewayClassName: istio',
      'gatewayClassName: istio-waypoint',
    );
    expect(ids(waypoint)).toEqual([]);
  });

  it('keeps to the servers that are served, on every address', () => {
    const made = (name: string, year: number, rest = '') =>
      gatewayYaml(
        `{port: {number: 443, name: https, protocol: HTTPS}, hosts: [x], tls: {mode: SIMPLE, credentialName: c} ${rest}}`,
      ).replace(
        'name: gw,',
        `name: ${name}, creationTimestamp: "${year}-01-01T00:00:00Z",`,
      );
    const names = (...texts: string[]) =>
      listRouteGateways(meshOf([WORKLOADS, ...texts]), 'default')
        .filter(({ by }) => by === 'istio')
        .map(({ name }) => name);
    expect(names(made('a', 2025), made('b', 2024))).toEqual(['b']);
    expect(names(made('a', 2025, ', bind: 10.0.0.1'))).toEqual([]);
  });

  it.each([
    [{ host: 'New.example.com' }, /no host name/],
    [{ host: '*.example.com' }, /no host name/],
    [{ host: 'new.example.com:80' }, /no host name/],
    [{ host: 'new' }, /no host name/],
    [{ port: 81 }, /no port 81/],
    [{ gateway: 'istio.default.gone.80.0' }, /No gateway/],
  ])('refuses %j', (chosen, reason) => {
    expect(whyRefused(meshOf([WORKLOADS, gatewayYaml()]), chosen)).toMatch(
      reason,
    );
  });

  it('refuses a host that the gateway does not take', () => {
    const narrow = gatewayYaml(
      '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.shop.example.com"]}',
    );
    expect(whyRefused(meshOf([WORKLOADS, narrow]))).toMatch(
      /does not take new\.example\.com on port 80: it takes \*\.shop/,
    );
  });

  it('refuses where the gateway would not see the route', () => {
    const mesh = meshOf([WORKLOADS, gatewayYaml()]);
    applyYaml(
      mesh,
      `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default, annotations: {networking.istio.io/exportTo: "."}}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
`,
    );
    expect(whyRefused(mesh)).toMatch(/would not lead to the service/);
  });

  it('refuses to take over a route of its own name', () => {
    const mesh = meshOf([WORKLOADS, gatewayYaml()]);
    const { changes } = planned(mesh);
    mesh.apply(changes.at(-1)!.resource);
    expect(whyRefused(mesh, { host: 'another.example.com' })).toMatch(
      /VirtualService default\/ours exists already/,
    );
  });
});
