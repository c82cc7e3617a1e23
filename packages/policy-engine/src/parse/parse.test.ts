import fc from 'fast-check';
import { parseObjects, parseYaml } from '..';

const policy = (kind: string, spec: string) => `
apiVersion: security.istio.io/v1
kind: ${kind}
metadata: {name: p, namespace: n}
spec: {${spec}}
`;

describe('parseYaml', () => {
  it('reads many documents with file and line, and goes on after a broken one', () => {
    const text = `# comment
apiVersion: v1
kind: Namespace
metadata: {name: a}
---
kind: [
---
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {unknownField: kept}
`;
    const { resources, errors } = parseYaml(text, { file: 'mesh.yaml' });
    expect(resources.map(({ kind, origin }) => [kind, origin])).toEqual([
      ['Namespace', { file: 'mesh.yaml', line: 2 }],
      ['Service', { file: 'mesh.yaml', line: 8 }],
    ]);
    expect(resources[1].metadata.namespace).toBe('default');
    expect(resources[1].spec).toEqual({ unknownField: 'kept' });
    expect(errors[0].origin).toMatchObject({ file: 'mesh.yaml' });
    expect(errors[0].origin?.line).toBeGreaterThanOrEqual(6);
  });

  it('limits aliases and size', () => {
    const levels = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh']) {
      levels.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(',')}]`);
    }
    expect(parseYaml(levels.join('\n')).errors[0].message).toMatch(/alias/i);
    expect(parseYaml('#'.repeat(17 * 1024 * 1024)).errors).toHaveLength(1);
  });

  it('opens lists, typed ones too', () => {
    const item = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'n' },
    };
    const { kind, apiVersion, ...bare } = item;
    const lists = [
      { kind: 'List', apiVersion: 'v1', items: [item] },
      { kind: 'PodList', apiVersion: 'v1', items: [bare] },
    ];
    expect(
      parseObjects(lists).resources.map(resource => resource.kind),
    ).toEqual([kind, kind]);
    expect(parseObjects(lists).resources[1].apiVersion).toBe(apiVersion);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(parseYaml(text)).toHaveProperty('errors');
      }),
    );
    const kinds = fc.constantFrom(
      'AuthorizationPolicy',
      'RequestAuthentication',
      'PeerAuthentication',
    );
    fc.assert(
      fc.property(kinds, fc.object({ maxDepth: 4 }), (kind, spec) => {
        const object = {
          kind,
          apiVersion: 'security.istio.io/v1',
          metadata: { name: 'x' },
          spec,
        };
        expect(parseObjects([object]).resources).toHaveLength(1);
      }),
    );
    expect(parseObjects([null, 1, 'x', [], {}]).errors.length).toBeGreaterThan(
      4,
    );
  });
});

describe('what the API server would refuse', () => {
  it.each([
    [
      'RequestAuthentication',
      'selector: {matchLabels: {a: b}}, targetRefs: [{kind: Gateway, name: g}]',
      'spec',
    ],
    [
      'RequestAuthentication',
      'jwtRules: [{audiences: [a]}]',
      'spec.jwtRules[0].issuer',
    ],
    [
      'RequestAuthentication',
      'jwtRules: [{issuer: i, jwksUri: "https://a", jwks: "{\\"keys\\": []}"}]',
      'spec.jwtRules[0].jwks',
    ],
    [
      'RequestAuthentication',
      'jwtRules: [{issuer: i, jwksUri: "ftp://a"}]',
      'spec.jwtRules[0].jwksUri',
    ],
    [
      'RequestAuthentication',
      'jwtRules: [{issuer: i, jwks: "no"}]',
      'spec.jwtRules[0].jwks',
    ],
    [
      'RequestAuthentication',
      'jwtRules: [{issuer: i, fromHeaders: [{prefix: x}]}]',
      'spec.jwtRules[0].fromHeaders[0].name',
    ],
    ['RequestAuthentication', 'jwtRules: nope', 'spec.jwtRules'],
    ['AuthorizationPolicy', 'action: PERMIT', 'spec.action'],
    ['AuthorizationPolicy', 'action: CUSTOM', 'spec.provider.name'],
    ['AuthorizationPolicy', 'provider: {name: x}', 'spec.provider'],
    [
      'AuthorizationPolicy',
      'rules: [{when: [{key: source.ip}]}]',
      'spec.rules[0].when[0]',
    ],
    [
      'AuthorizationPolicy',
      'rules: [{when: [{key: nope, values: [x]}]}]',
      'spec.rules[0].when[0].key',
    ],
    ['AuthorizationPolicy', 'rules: [{from: []}]', 'spec.rules[0].from'],
    [
      'AuthorizationPolicy',
      'rules: [{from: [{}]}]',
      'spec.rules[0].from[0].source',
    ],
    [
      'AuthorizationPolicy',
      'rules: [{from: [{source: {}}]}]',
      'spec.rules[0].from[0].source',
    ],
    [
      'AuthorizationPolicy',
      'rules: [{from: [{source: {ipBlocks: [x]}}]}]',
      'spec.rules[0].from[0].source.ipBlocks[0]',
    ],
    [
      'AuthorizationPolicy',
      'rules: [{to: [{operation: {ports: [http]}}]}]',
      'spec.rules[0].to[0].operation.ports[0]',
    ],
    [
      'AuthorizationPolicy',
      'rules: [{to: [{operation: {paths: ["/{**}/{*}"]}}]}]',
      'spec.rules[0].to[0].operation.paths[0]',
    ],
    [
      'AuthorizationPolicy',
      'rules: [{to: [{operation: {path: ["/x"]}}]}]',
      'spec.rules[0].to[0].operation.path',
    ],
    [
      'AuthorizationPolicy',
      'selector: {matchLabels: {app: "a*"}}',
      'spec.selector.matchLabels.app',
    ],
    ['PeerAuthentication', 'mtls: {mode: strict}', 'spec.mtls.mode'],
    [
      'PeerAuthentication',
      'portLevelMtls: {80: {mode: STRICT}}',
      'spec.portLevelMtls',
    ],
  ])('%s {%s}: %s', (kind, spec, path) => {
    const { resources, errors } = parseYaml(policy(kind, spec));
    expect(resources).toHaveLength(1);
    expect(errors.map(error => error.path)).toContain(path);
    expect(errors[0].resource).toEqual({ kind, namespace: 'n', name: 'p' });
  });

  it.each([
    [
      'RequestAuthentication',
      'jwtRules: [{jwksUri: "https://a.example/keys"}]',
    ],
    ['RequestAuthentication', 'jwtRules: [{issuer: i}]'],
    ['AuthorizationPolicy', 'rules: [{}]'],
    [
      'AuthorizationPolicy',
      'rules: [{to: [{operation: {paths: ["/a/{*}/b/{**}"]}}]}]',
    ],
    [
      'AuthorizationPolicy',
      'rules: [{when: [{key: "request.auth.claims[a][b]", values: [x]}]}]',
    ],
  ])('%s {%s} is fine', (kind, spec) => {
    expect(parseYaml(policy(kind, spec)).errors).toEqual([]);
  });
});
