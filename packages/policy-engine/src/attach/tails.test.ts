import { assessService } from '..';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT } from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';

const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;
const pod = (version: string, annotations = '') => `
apiVersion: v1
kind: Pod
metadata: {name: backend-${version}, namespace: default, labels: {app: backend, version: ${version}}, annotations: {${annotations}}}
spec: {containers: [{name: app}, {name: istio-proxy}]}
`;
const ENVOY_FILTER = `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: patch, namespace: default}
spec: {workloadSelector: {labels: {version: v2}}, configPatches: [{applyTo: HTTP_FILTER, match: {context: SIDECAR_INBOUND}, patch: {operation: REMOVE}}]}
`;
const WASM = `
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: code, namespace: default}
spec: {selector: {matchLabels: {version: v2}}, url: "oci://example.com/code"}
`;

describe('a second kind of Pods behind a port', () => {
  const waysWith = (...texts: string[]) =>
    assessService(meshOf([SERVICE, BACKEND_JWT, ...texts]), BACKEND).waysIn;

  it.each<[string, string[]]>([
    ['an EnvoyFilter', [pod('v2'), ENVOY_FILTER]],
    ['a WasmPlugin', [pod('v2'), WASM]],
    [
      'a bootstrap of its own',
      [pod('v2', 'sidecar.istio.io/bootstrapOverride: mine')],
    ],
    [
      'settings that are not read',
      [
        pod(
          'v2',
          'proxy.istio.io/config: "{connectionSettings: {httpMergeSlashes: true}}"',
        ),
      ],
    ],
  ])('is a way in of its own with %s', (_, texts) => {
    const states = (...others: string[]) =>
      waysWith(...others)
        .map(({ state }) => state)
        .sort();
    expect(states(...texts)).toEqual(['unknown']);
    expect(states(...texts, pod('v1'))).toEqual(['enforced', 'unknown']);
    expect(states(...texts, pod('v3'))).toEqual(['enforced', 'unknown']);
  });

  it('is the same way in where its proxies do the same', () => {
    const ids = waysWith(pod('v1'), pod('v2')).map(({ id }) => id);
    expect(ids).toEqual(['mesh.80']);
  });
});
