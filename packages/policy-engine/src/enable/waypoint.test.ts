import { assessService, EnablementPlan, Mesh, planEnablement } from '..';
import {
  namespaceYaml,
  ONLY_WAYPOINT,
  podYaml,
  REPORTS,
  serviceYaml,
  STRICT,
  USE,
  waypointYaml,
} from '../__testUtils__/ambient';
import { ISSUER, meshOf } from '../__testUtils__/mesh';

const BEHIND = [namespaceYaml(), podYaml(), serviceYaml(USE), waypointYaml()];

const plan = (mesh: Mesh, waysIn: string[]): EnablementPlan =>
  planEnablement(mesh, {
    service: REPORTS,
    waysIn,
    issuer: {
      issuer: ISSUER,
      jwksUri: 'https://issuer.example.com/keys',
      audiences: [],
    },
    exemptPaths: [],
    preflights: 'refuse',
    naming: { name: 'ours', labels: { 'istio-jwt/by': 'us' } },
  });

const statesOf = (mesh: Mesh) =>
  Object.fromEntries(
    assessService(mesh, REPORTS).waysIn.map(({ id, state }) => [id, state]),
  );

describe('planEnablement behind a waypoint', () => {
  it('names the Service, for a waypoint ignores selectors', () => {
    const mesh = meshOf(BEHIND);
    const result = plan(mesh, ['mesh.80']);
    if (result.kind !== 'planned') throw new Error(JSON.stringify(result));
    expect(result.pattern).toBe('waypoint');
    expect(result.considered[0]).toMatchObject({
      pattern: 'workload',
      verdict: 'not-applicable',
      reason: expect.stringContaining('a policy with a selector is ignored'),
    });
    for (const { resource } of result.changes) {
      expect(resource).toMatchObject({
        metadata: { namespace: 'ambient' },
        spec: {
          targetRefs: [{ group: '', kind: 'Service', name: 'reports' }],
        },
      });
    }
    expect(result.warnings).toContainEqual(
      expect.stringContaining('pass by the waypoint'),
    );
    result.changes.forEach(({ resource }) => mesh.apply(resource));
    expect(statesOf(mesh)).toEqual({
      'mesh.80': 'enforced',
      'mesh.80.direct': 'open',
    });
  });

  it('says nothing of a way past it where the workload admits the waypoint alone', () => {
    const result = plan(meshOf([...BEHIND, STRICT, ONLY_WAYPOINT]), [
      'mesh.80',
    ]);
    expect(result).toMatchObject({ kind: 'planned', pattern: 'waypoint' });
    expect(JSON.stringify(result)).not.toContain('pass by the waypoint');
  });

  it('refuses the way of callers that address a Pod, where policies for the Service do not apply', () => {
    const mesh = meshOf([
      namespaceYaml(`, ${USE}`),
      podYaml(),
      serviceYaml(),
      waypointYaml('istio.io/waypoint-for: all'),
    ]);
    expect(plan(mesh, ['mesh.80', 'mesh.80.pods'])).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('On way in mesh.80.pods the waypoint'),
    });
  });

  it('refuses the way past it, and ambient mode without one', () => {
    expect(plan(meshOf(BEHIND), ['mesh.80.direct'])).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('passes by the waypoint'),
      alternatives: expect.arrayContaining([
        expect.stringContaining('admit the waypoint alone'),
      ]),
    });
    const without = meshOf([namespaceYaml(), podYaml(), serviceYaml()]);
    expect(plan(without, ['mesh.80'])).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('ztunnel knows connections only'),
      alternatives: expect.arrayContaining([
        expect.stringContaining('istio.io/use-waypoint'),
      ]),
    });
  });
});
