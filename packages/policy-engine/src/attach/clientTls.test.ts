import { assessService } from '..';
import { podYaml, REPORTS, serviceYaml } from '../__testUtils__/ambient';
import {
  gatewayWays,
  gatewayYaml,
  to,
  TO_BACKEND,
  virtualService,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';
import { meshConfig } from '../__testUtils__/meshConfig';

const rule = (policy: string, host = 'backend', namespace = 'default') => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: dr, namespace: ${namespace}}
spec: {host: ${host}, trafficPolicy: {${policy}}}
`;
const MANUAL = meshConfig('enableAutoMtls: false');

describe('how a gateway connects to a strict sidecar', () => {
  const stateBy = (...texts: string[]) =>
    gatewayWays(
      meshOf([
        WORKLOADS,
        gatewayYaml(),
        virtualService(`{${TO_BACKEND}}`),
        ...texts,
      ]),
    )[0].state;

  it.each([
    ['nothing', 'over-blocked', []],
    ['a rule without TLS', 'over-blocked', [rule('loadBalancer: {}')]],
    ['a rule for mutual TLS', 'open', [rule('tls: {mode: ISTIO_MUTUAL}')]],
    [
      'a rule for another Service',
      'over-blocked',
      [rule('tls: {mode: ISTIO_MUTUAL}', 'other')],
    ],
  ])(
    'where mutual TLS is not automatic, by %s: %s',
    (_, state, texts: string[]) => {
      expect(stateBy(MANUAL, ...texts)).toBe(state);
    },
  );

  it.each([
    ['enableAutoMtls: true', 'open'],
    ['enableAutoMtls: null', 'open'],
    ['enable_auto_mtls: false', 'over-blocked'],
    ['enableAutoMtls: "false"', 'unknown'],
  ])('with the mesh config %s: %s', (config, state) => {
    expect(stateBy(meshConfig(config))).toBe(state);
  });

  it('follows the mesh config', () => {
    const mesh = meshOf([
      ...[WORKLOADS, gatewayYaml(), virtualService(`{${TO_BACKEND}}`)],
      MANUAL,
    ]);
    expect(gatewayWays(mesh)[0].state).toBe('over-blocked');
    applyYaml(mesh, meshConfig('{}'));
    expect(gatewayWays(mesh)[0].state).toBe('open');
  });

  it.each(['{}', '{sni: x}'])('is plaintext by TLS settings %s', tls => {
    expect(stateBy(rule(`tls: ${tls}`))).toBe('over-blocked');
    const level = `portLevelSettings: [{port: {number: 80}, tls: ${tls}}]`;
    expect(stateBy(rule(level))).toBe('over-blocked');
  });
});

describe('how a gateway connects to a Pod in ambient mode', () => {
  const TUNNELLED = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: gateway, namespace: ambient}
spec: {selector: {matchLabels: {app: reports}}, rules: [{from: [{source: {principals: ["*"]}}]}]}
`;

  it.each([
    ['nothing', 'open', []],
    [
      'a DestinationRule that switches TLS off',
      'unknown',
      [rule('tls: {mode: DISABLE}', 'reports', 'ambient')],
    ],
    ['a mesh config without automatic mutual TLS', 'unknown', [MANUAL]],
  ])('is not told by %s: %s', (_, state, texts: string[]) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${to('reports.ambient.svc.cluster.local')}}`),
      serviceYaml(),
      podYaml('', 'annotations: {ambient.istio.io/redirection: enabled}'),
      TUNNELLED,
      ...texts,
    ]);
    const way = assessService(mesh, REPORTS).waysIn.find(
      ({ kind }) => kind === 'gateway',
    );
    expect(way?.state).toBe(state);
  });
});
