import { assessService } from '..';
import {
  BY_SERVICE,
  namespaceYaml,
  ONLY_WAYPOINT,
  podYaml,
  policies,
  REPORTS,
  serviceYaml,
  STRICT,
  USE,
  waypointYaml,
} from '../__testUtils__/ambient';
import { meshOf } from '../__testUtils__/mesh';

const entry = (spec: string, labels = USE) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: alt, namespace: ambient, labels: {${labels}}}
spec: {hosts: [alt.internal], location: MESH_INTERNAL, addresses: [240.0.0.9], ports: [{number: 81, name: http, protocol: HTTP, targetPort: 8080}, {number: 82, name: admin, protocol: HTTP}], ${spec}}
`;
const SELECTING =
  'resolution: STATIC, workloadSelector: {labels: {app: reports}}';

function waysIn(...texts: string[]) {
  const mesh = meshOf([
    namespaceYaml(),
    podYaml(),
    serviceYaml(USE),
    waypointYaml(),
    policies(BY_SERVICE),
    STRICT,
    ONLY_WAYPOINT,
    ...texts,
  ]);
  return assessService(mesh, REPORTS).waysIn;
}

describe('a ServiceEntry with a waypoint', () => {
  it.each<[string, string, Record<string, string>]>([
    [
      'in front of the Pods passes by the policies for the Service',
      entry(SELECTING),
      { 'mesh.entry.ambient.alt.81.80': 'open' },
    ],
    [
      'has none by its label',
      entry(SELECTING, 'istio.io/use-waypoint: none'),
      {},
    ],
    ['has none', entry(SELECTING, ''), {}],
    [
      "in front of other Pods is none of the Service's business",
      entry('resolution: STATIC, workloadSelector: {labels: {app: x}}'),
      {},
    ],
    [
      'that resolves otherwise is unknown',
      entry('workloadSelector: {labels: {app: reports}}'),
      { 'mesh.entry.ambient.alt': 'unknown' },
    ],
    [
      'with the Service as its endpoint is unknown',
      entry(
        'resolution: DNS, endpoints: [{address: reports.ambient.svc.cluster.local}]',
      ),
      { 'mesh.entry.ambient.alt': 'unknown' },
    ],
  ])('%s', (_, text, expected) => {
    const [own, ...others] = waysIn(text).map(({ id, state }) => [id, state]);
    expect(own).toEqual(['mesh.80', 'enforced']);
    expect(Object.fromEntries(others)).toEqual(expected);
  });

  it('is told of with its own host and port', () => {
    expect(waysIn(entry(SELECTING))[1]).toMatchObject({
      kind: 'in-mesh',
      host: 'alt.internal',
      port: 81,
      hops: [
        { port: 81, protocol: 'http', proxy: { kind: 'waypoint' } },
        { port: 8080, protocol: 'tcp', proxy: { kind: 'ztunnel' } },
      ],
      destination: { ...REPORTS, port: 80 },
      callerIdentity: 'required',
    });
  });

  it('is named where it is not followed', () => {
    const text = entry('workloadSelector: {labels: {app: reports}}');
    expect(waysIn(text)[1].reason).toContain('ServiceEntry ambient/alt leads');
  });
});
