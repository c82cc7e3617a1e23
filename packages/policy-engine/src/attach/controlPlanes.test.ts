import { assessService, Mesh } from '..';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT, WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const ELSEWHERE = 'aks-istio-system';

const istiod = ({
  namespace = ELSEWHERE,
  name = 'istiod-0',
  revision = '',
  shared = '',
} = {}) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: istiod${
  revision && `, istio.io/rev: ${revision}`
}}}
spec: {containers: [{name: discovery, image: "istio/pilot:1.31.0", env: [${
  shared && `{name: SHARED_MESH_CONFIG, value: ${shared}}`
}]}]}
`;
const configMap = (
  config: Record<string, unknown>,
  { namespace = ELSEWHERE, name = 'istio' } = {},
) => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: ${namespace}}
data: {mesh: ${JSON.stringify(JSON.stringify(config))}}
`;
const ADMIT_ALL = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: all, namespace: ${ELSEWHERE}}
spec: {rules: [{}]}
`;
const ENFORCED = [WORKLOADS, BACKEND_JWT];

const judge = (mesh: Mesh) => assessService(mesh, BACKEND).waysIn[0];

describe('the root namespace', () => {
  it('is the usual one where an istiod runs there, or none is seen', () => {
    const usual = istiod({ namespace: 'istio-system' });
    const others = istiod({ name: 'istiod-1' });
    expect(judge(meshOf(ENFORCED)).state).toBe('enforced');
    expect(judge(meshOf([...ENFORCED, usual])).state).toBe('enforced');
    expect(judge(meshOf([...ENFORCED, usual, others])).state).toBe('enforced');
  });

  it.each([
    ['a Pod', istiod()],
    [
      'a Service',
      `apiVersion: v1\nkind: Service\nmetadata: {name: istiod, namespace: ${ELSEWHERE}, labels: {app: istiod}}\nspec: {}`,
    ],
  ])('is not known where istiod runs elsewhere: %s', (_, text) => {
    const mesh = meshOf([...ENFORCED, ADMIT_ALL]);
    expect(judge(mesh).state).toBe('enforced');
    applyYaml(mesh, text);
    expect(judge(mesh)).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining(
        `istiod runs in namespace ${ELSEWHERE}, and its mesh config is not among the objects: whether istio-system is the root namespace`,
      ),
    });
  });

  it('is what its mesh config says, wherever that is', () => {
    const mesh = meshOf([
      ...ENFORCED,
      ADMIT_ALL,
      istiod(),
      configMap({ rootNamespace: ELSEWHERE }),
    ]);
    expect(mesh.rootNamespace).toBe(ELSEWHERE);
    expect(judge(mesh).state).toBe('validated-only');
  });

  it('is what a person says', () => {
    const mesh = meshOf([...ENFORCED, ADMIT_ALL, istiod()], {
      rootNamespace: ELSEWHERE,
    });
    expect(judge(mesh).state).toBe('validated-only');
  });

  it('need not be where istiod runs, whose environment counts all the same', () => {
    const set = istiod({ namespace: 'istio-system' }).replace(
      'env: []',
      'env: [{name: PILOT_IGNORE_RESOURCES, value: x}]',
    );
    const config = configMap(
      { rootNamespace: 'config' },
      { namespace: 'istio-system' },
    );
    expect(judge(meshOf([...ENFORCED, set, config])).reason).toContain(
      'istiod has PILOT_IGNORE_RESOURCES',
    );
  });
});

describe('mesh config that istiod reads before its own', () => {
  const SHARED = { name: 'istio-shared' };
  const reads = istiod({ shared: SHARED.name });
  const own = configMap({ rootNamespace: ELSEWHERE, trust_domain: 'own.test' });
  const shared = configMap(
    { trustDomain: 'shared.test', trustDomainAliases: ['alias.test'] },
    SHARED,
  );

  it('counts for what its own does not say', () => {
    const mesh = meshOf([...ENFORCED, reads, own, shared]);
    expect(mesh.trustDomain).toBe('own.test');
    expect(judge(mesh).state).toBe('enforced');
    applyYaml(mesh, configMap({ rootNamespace: ELSEWHERE }));
    expect(mesh.trustDomain).toBe('shared.test');
    applyYaml(mesh, configMap({ trustDomain: 'changed.test' }, SHARED));
    expect(mesh.trustDomain).toBe('changed.test');
  });

  it('adds providers, and settings of proxies, to those of its own', () => {
    const provider = (name: string) => ({
      name,
      envoyExtAuthzHttp: { service: 'a.example', port: 80 },
    });
    const custom = (name: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, action: CUSTOM, provider: {name: ${name}}, rules: [{}]}
`;
    const reasonWith = (name: string, base: object, over: object) =>
      judge(
        meshOf([
          ...ENFORCED,
          reads,
          configMap({ rootNamespace: ELSEWHERE, ...over }),
          configMap({ ...base }, SHARED),
          custom(name),
        ]),
      ).reason;
    for (const name of ['first', 'second']) {
      expect(
        reasonWith(
          name,
          { extensionProviders: [provider('first')] },
          { extensionProviders: [provider('second')] },
        ),
      ).toContain(`the external authorizer ${name} decides`);
    }
    expect(
      reasonWith(
        'first',
        { defaultConfig: { connectionSettings: { profile: 'X' } } },
        { defaultConfig: { tracing: {} } },
      ),
    ).toContain('connectionSettings.profile');
  });

  it.each([
    ['it is not among the objects', [reads, own], `${ELSEWHERE}/istio-shared`],
    ['its own is not', [reads, shared], `${ELSEWHERE}/istio, which`],
    [
      'istiods differ',
      [reads, istiod({ name: 'other' }), own, shared],
      'differ in SHARED_MESH_CONFIG',
    ],
    [
      'revisions have others of each',
      [
        reads,
        istiod({ name: 'other', revision: 'next', shared: 'istio-more' }),
        own,
        shared,
        configMap({ rootNamespace: ELSEWHERE }, { name: 'istio-next' }),
        configMap({ trustDomain: 'next.test' }, { name: 'istio-more' }),
      ],
      'differ in trustDomain',
    ],
  ])('leaves it unknown where %s', (_, texts, why) => {
    expect(judge(meshOf([...ENFORCED, ...texts]))).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining(why),
    });
  });
});
