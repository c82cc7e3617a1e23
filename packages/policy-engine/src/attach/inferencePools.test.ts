import { assessService, Mesh } from '..';
import { gateway, HTTP, route } from '../__testUtils__/gatewayApi';
import { BACKEND } from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';

const shadow = (app: string, labels: string) => `
apiVersion: v1
kind: Service
metadata: {name: model-ip-1234, namespace: default, labels: {${labels}}}
spec: {clusterIP: None, selector: {app: ${app}}, ports: [{name: http, port: 54321, targetPort: 8080}]}
`;
const LABEL = 'istio.io/inferencepool-name: model';
const toPool = (name = 'model') =>
  route(
    `{backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: ${name}}]}`,
  );

const poolWays = (mesh: Mesh, service = BACKEND) =>
  assessService(mesh, service).waysIn.filter(({ id }) => id.startsWith('pool'));

describe('a route to an InferencePool', () => {
  const base = [WORKLOADS, gateway(HTTP)];

  it('is a way in to the Services of its Pods, and nobody knows which', () => {
    const mesh = meshOf([...base, toPool(), shadow('backend', LABEL)]);
    for (const service of [BACKEND, { ...BACKEND, name: 'model-ip-1234' }]) {
      const [way, ...others] = poolWays(mesh, service);
      expect(others).toEqual([]);
      expect(way).toMatchObject({ kind: 'gateway', state: 'unknown' });
      expect(way.reason).toContain('InferencePool default/model');
    }
    expect(poolWays(mesh, { ...BACKEND, name: 'frontend' })).toEqual([]);
  });

  it.each([
    ['to other Pods', toPool(), shadow('frontend', LABEL)],
    ['by another name', toPool('other'), shadow('backend', LABEL)],
    ['that istiod does not know', toPool(), shadow('backend', 'a: b')],
  ])('%s is none', (_, ...texts) => {
    expect(poolWays(meshOf([...base, ...texts]))).toEqual([]);
  });
});
