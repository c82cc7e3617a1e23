import { assessService, Mesh } from '..';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT, WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const entry = (labels: string, { own = '', namespace = 'default' } = {}) => `
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: machine, namespace: ${namespace}, labels: {${own}}}
spec: {address: 192.0.2.7, labels: {${labels}}}
`;

const judge = (mesh: Mesh) => {
  const { state, waysIn } = assessService(mesh, BACKEND);
  return {
    state,
    reasons: waysIn
      .filter(way => way.state === 'unknown')
      .map(({ reason }) => reason),
  };
};

describe('a machine outside of the cluster', () => {
  it.each([
    ['by its labels', entry('app: backend')],
    ['by those of the object', entry('', { own: 'app: backend' })],
  ])('is an endpoint %s', (_, text) => {
    const mesh = meshOf([WORKLOADS, BACKEND_JWT]);
    expect(judge(mesh)).toEqual({ state: 'enforced', reasons: [] });
    applyYaml(mesh, text);
    const { state, reasons } = judge(mesh);
    expect(state).toBe('unknown');
    expect(reasons.join()).toContain('WorkloadEntry default/machine');
    mesh.remove({
      kind: 'WorkloadEntry',
      namespace: 'default',
      name: 'machine',
    });
    expect(judge(mesh).state).toBe('enforced');
  });

  it.each([
    ['with other labels', entry('app: other')],
    [
      'whose object has other labels',
      entry('app: backend', { own: 'app: other' }),
    ],
    ['of another namespace', entry('app: backend', { namespace: 'other' })],
  ])('is none %s', (_, text) => {
    expect(judge(meshOf([WORKLOADS, BACKEND_JWT, text])).state).toBe(
      'enforced',
    );
  });
});
