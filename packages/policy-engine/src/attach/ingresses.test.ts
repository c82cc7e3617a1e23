import { assessService } from '..';
import { BACKEND, gatewayWays } from '../__testUtils__/gateways';
import { BACKEND_JWT, WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const ingress = (spec: string, metadata = '') => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: default, ${metadata}}
spec: {${spec}}
`;
const ingressClass = (controller: string, metadata = '') => `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: mesh, ${metadata}}
spec: {controller: ${controller}}
`;
const to = (name: string) =>
  `backend: {service: {name: ${name}, port: {number: 80}}}`;
const BY_PATH = `rules: [{host: h, http: {paths: [{path: /, pathType: Prefix, ${to(
  'backend',
)}}]}}]`;
const ANNOTATED = 'annotations: {kubernetes.io/ingress.class: istio}';
const ISTIOS = ingressClass('istio.io/ingress-controller');
const DEFAULT =
  'annotations: {ingressclass.kubernetes.io/is-default-class: "true"}';

describe('a Kubernetes Ingress', () => {
  it.each<[string, string[], number]>([
    ['of the class istio', [ingress(`ingressClassName: istio, ${BY_PATH}`)], 1],
    ['annotated so', [ingress(BY_PATH, ANNOTATED)], 1],
    [
      'annotated otherwise',
      [ingress(BY_PATH, ANNOTATED.replace('istio}', 'nginx}'))],
      0,
    ],
    ['of another class', [ingress(`ingressClassName: nginx, ${BY_PATH}`)], 0],
    [
      'of a class of Istio’s',
      [ISTIOS, ingress(`ingressClassName: mesh, ${BY_PATH}`)],
      1,
    ],
    [
      'of a class of somebody else’s',
      [
        ingressClass('nginx.org/ingress-controller'),
        ingress(`ingressClassName: mesh, ${BY_PATH}`),
      ],
      0,
    ],
    ['of no class', [ISTIOS, ingress(BY_PATH)], 0],
    [
      'of no class, where Istio’s is the default',
      [ingressClass('istio.io/ingress-controller', DEFAULT), ingress(BY_PATH)],
      1,
    ],
    [
      'with nothing but a default',
      [
        ingress(
          'defaultBackend: {service: {name: backend, port: {number: 80}}}',
          ANNOTATED,
        ),
      ],
      1,
    ],
    [
      'to another Service',
      [ingress(BY_PATH.replace('backend,', 'other,'), ANNOTATED)],
      0,
    ],
    [
      'of another namespace',
      [ingress(BY_PATH, ANNOTATED).replace('default,', 'other,')],
      0,
    ],
    ['that cannot be read', [ingress('rules: 3', ANNOTATED)], 0],
  ])('%s', (_, texts, count) => {
    expect(gatewayWays(meshOf([WORKLOADS, ...texts]))).toHaveLength(count);
  });

  it('is a way in of which nothing is known, and says so', () => {
    const mesh = meshOf([WORKLOADS, BACKEND_JWT]);
    expect(assessService(mesh, BACKEND).state).toBe('enforced');
    applyYaml(mesh, ingress(BY_PATH, ANNOTATED));
    expect(assessService(mesh, BACKEND)).toMatchObject({
      state: 'unknown',
      reason: expect.stringMatching(
        /Ingress default\/front leads here through Istio's ingress gateway/,
      ),
    });
    mesh.remove({ kind: 'Ingress', namespace: 'default', name: 'front' });
    expect(assessService(mesh, BACKEND).state).toBe('enforced');
  });
});
