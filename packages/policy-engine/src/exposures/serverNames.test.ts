import { decideWayIn, Mesh } from '..';
import {
  gatewayWays,
  gatewayYaml,
  TO_BACKEND,
  virtualService,
} from '../__testUtils__/gateways';
import { ingressAuthentication, WORKLOADS } from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';

const httpsServer = (host: string) =>
  `{port: {number: 443, name: https, protocol: HTTPS}, hosts: ["${host}"], tls: {mode: SIMPLE, credentialName: c}}`;

const policy = (name: string, action: string, rule: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  action: ${action}
  rules: [${rule}]
`;
const WITH_TOKEN = policy(
  'tokens',
  'ALLOW',
  '{from: [{source: {requestPrincipals: ["*"]}}]}',
);
const BY_NAME = policy(
  'public',
  'ALLOW',
  '{when: [{key: connection.sni, values: [public.example.com]}]}',
);
const ROUTE = virtualService(`{${TO_BACKEND}}`, {
  rest: 'hosts: [api.example.com], gateways: [gw],',
});

const meshBehind = (host: string, ...texts: string[]): Mesh =>
  meshOf([
    WORKLOADS,
    gatewayYaml(httpsServer(host)),
    ROUTE,
    ingressAuthentication(true),
    ...texts,
  ]);

describe('a policy that compares the server name of TLS', () => {
  it('opens whatever the server of that name serves: a client need not ask for the host that it named', () => {
    const mesh = meshBehind('*.example.com', WITH_TOKEN, BY_NAME);
    const [way] = gatewayWays(mesh);
    expect(way).toMatchObject({
      state: 'partial',
      exposures: [{ summary: expect.stringContaining('public.example.com') }],
    });
    const [{ witness }] = way.exposures;
    expect(witness).toMatchObject({
      host: 'api.example.com',
      sni: 'public.example.com',
    });
    expect(decideWayIn(mesh, way, witness).reaches).toBe('yes');
  });

  it('is passed by with another name, where it refuses one', () => {
    const refusing = policy(
      'refused',
      'DENY',
      '{from: [{source: {notRequestPrincipals: ["*"]}}], when: [{key: connection.sni, values: [api.example.com]}]}',
    );
    const [way] = gatewayWays(meshBehind('*.example.com', refusing));
    expect(way.state).toBe('partial');
    expect(way.exposures[0].witness.sni).not.toBe('api.example.com');
    const [single] = gatewayWays(meshBehind('api.example.com', refusing));
    expect(single.state).toBe('enforced');
  });

  it('opens nothing that the server of that name does not serve', () => {
    const servers = `${httpsServer('api.example.com')}, ${httpsServer(
      'public.example.com',
    ).replace('name: https', 'name: other')}`;
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(servers),
      ROUTE,
      ingressAuthentication(true),
      WITH_TOKEN,
      BY_NAME,
    ]);
    expect(gatewayWays(mesh)).toMatchObject([{ state: 'enforced' }]);
  });
});
