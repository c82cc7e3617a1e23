import { Hop, Mesh, parseObjects, WayIn } from 'istio-jwt-policy-engine';
import { selectRelevantPolicies } from './relevantPolicies';

function select(
  policies: { name: string; action: string; rules?: object[] }[],
  host = 'shop.example.com',
  kind: WayIn['kind'] = 'gateway',
) {
  const mesh = new Mesh();
  for (const { name, ...spec } of policies) {
    parseObjects([
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata: { name, namespace: 'edge' },
        spec,
      },
    ]).resources.forEach(resource => mesh.apply(resource));
  }
  const hop = {
    policies: policies.map(({ name, action }) => ({
      ref: { kind: 'AuthorizationPolicy', namespace: 'edge', name },
      by: 'selector',
      action,
    })),
  } as Hop;
  return selectRelevantPolicies(mesh, { kind, host } as WayIn, hop).map(
    ({ ref }) => ref.name,
  );
}

const to = (...hosts: string[]) => [{ to: [{ operation: { hosts } }] }];

describe('selectRelevantPolicies', () => {
  it('leaves out what is scoped to other hosts', () => {
    expect(
      select([
        { name: 'own', action: 'DENY', rules: to('Shop.example.com') },
        { name: 'port', action: 'DENY', rules: to('shop.example.com:*') },
        { name: 'suffix', action: 'DENY', rules: to('*.example.com') },
        { name: 'prefix', action: 'DENY', rules: to('shop.*') },
        { name: 'any', action: 'DENY', rules: to('*') },
        { name: 'foreign', action: 'DENY', rules: to('other.example.com') },
        { name: 'mixed', action: 'DENY', rules: [...to('other'), {}] },
        { name: 'everything', action: 'DENY', rules: [{}] },
        { name: 'nothing', action: 'ALLOW' },
      ]),
    ).toEqual([
      'own',
      'port',
      'suffix',
      'prefix',
      'any',
      'mixed',
      'everything',
      'nothing',
    ]);
  });

  it('keeps a few ALLOW policies of other hosts: they make the gateway refuse', () => {
    const foreign = Array.from({ length: 20 }, (_, index) => ({
      name: `allow-${index}`,
      action: 'ALLOW',
      rules: to(`h${index}.example.com`),
    }));
    expect(select(foreign)).toHaveLength(5);
  });

  it.each([
    ['*', 'gateway'],
    ['*.example.com', 'gateway'],
    ['shop.example.com', 'in-mesh'],
  ] as const)('leaves nothing out for %s %s', (host, kind) => {
    expect(
      select(
        [{ name: 'foreign', action: 'DENY', rules: to('other.example.com') }],
        host,
        kind,
      ),
    ).toEqual(['foreign']);
  });
});
