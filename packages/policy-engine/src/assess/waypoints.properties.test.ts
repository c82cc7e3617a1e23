import fc from 'fast-check';
import { assessService, Mesh, parseYaml, Resource } from '..';
import {
  BY_SERVICE,
  namespaceYaml,
  ONLY_WAYPOINT,
  podYaml,
  policies,
  REPORTS,
  serviceYaml,
  USE,
  waypointYaml,
} from '../__testUtils__/ambient';

const other = (labels: string, port: string) =>
  serviceYaml(labels)
    .replace('name: reports', 'name: other')
    .replace('name: http', `name: ${port}`);
const route = (spec: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: r, namespace: ambient}
spec: {${spec}}
`;
const entry = (labels: string, spec: string) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: alt, namespace: ambient, labels: {${labels}}}
spec: {hosts: [alt.example.com], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}], ${spec}}
`;
const HERE = 'route: [{destination: {host: reports}}]';

/** What ways in through waypoints depend on, each in several forms of one object. */
const POOL: Resource[] = [
  namespaceYaml(),
  namespaceYaml(`, ${USE}`),
  podYaml(),
  podYaml(`, ${USE}`),
  podYaml(', istio.io/use-waypoint: none'),
  serviceYaml(),
  serviceYaml(USE),
  serviceYaml(USE).replace('spec: {', 'spec: {clusterIP: None, '),
  other(USE, 'http'),
  other(USE, 'tcp'),
  other('', 'http'),
  waypointYaml(),
  waypointYaml('istio.io/waypoint-for: all'),
  waypointYaml('istio.io/waypoint-for: workload'),
  waypointYaml('', '', 'ambient', 'status: {addresses: []}'),
  waypointYaml('', ', allowedRoutes: {namespaces: {from: Selector}}'),
  route(`hosts: [other], http: [{${HERE}}]`),
  route(`hosts: [other], tcp: [{${HERE}}]`),
  route(`hosts: ["*.ambient.svc.cluster.local"], http: [{${HERE}}]`),
  route(`hosts: [alt.example.com], http: [{${HERE}}]`),
  entry('', 'workloadSelector: {labels: {app: reports}}'),
  entry(USE, 'workloadSelector: {labels: {app: reports}}'),
  entry(USE, ''),
  policies(BY_SERVICE),
  policies(
    'targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: waypoint}]',
  ),
  policies(
    'targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: alt}]',
  ),
  ONLY_WAYPOINT,
].flatMap(text => parseYaml(text).resources);

const keyOf = ({ kind, metadata }: Resource) =>
  [kind, metadata.namespace, metadata.name].join(' ');

const steps = fc.array(
  fc.record({
    resource: fc.constantFrom(...POOL),
    action: fc.constantFrom('apply', 'apply', 'apply', 'remove'),
    asks: fc.boolean(),
  }),
  { maxLength: 25 },
);

describe('a mesh whose waypoints change', () => {
  it('says what one made anew says', () => {
    fc.assert(
      fc.property(steps, changes => {
        const mesh = new Mesh();
        const objects = new Map<string, Resource>();
        for (const { resource, action, asks } of changes) {
          if (action === 'remove') {
            const { kind, apiVersion, metadata } = resource;
            const { namespace, name } = metadata;
            mesh.remove({ kind, apiVersion, namespace, name });
            objects.delete(keyOf(resource));
          } else {
            mesh.apply(resource);
            objects.set(keyOf(resource), resource);
          }
          if (asks) assessService(mesh, REPORTS);
        }
        const fresh = new Mesh();
        for (const resource of objects.values()) fresh.apply(resource);
        expect(assessService(mesh, REPORTS)).toEqual(
          assessService(fresh, REPORTS),
        );
      }),
      { numRuns: 300 },
    );
  });
});
