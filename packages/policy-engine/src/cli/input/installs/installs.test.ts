/** @jest-environment node */
import { createFolder, runCli } from '../../__testUtils__/runCli';

const SERVICE = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 80, name: http}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec: {template: {metadata: {labels: {app: orders}}, spec: {containers: [{name: app}]}}}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec:
  selector: {istio: public}
  servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: orders, namespace: shop}
spec:
  hosts: [shop.example.com]
  gateways: [public]
  http: [{route: [{destination: {host: orders}}]}]
`;

/** Requires a token, by policies that stand in a namespace. */
const tokensIn = (namespace: string, selector = '') => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: ${namespace}}
spec: {${selector} jwtRules: [{issuer: https://i.example.com, jwksUri: https://i.example.com/keys}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: jwt, namespace: ${namespace}}
spec: {${selector} action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}]}]}
`;
const AT_GATEWAY = 'selector: {matchLabels: {istio: public}},';

interface WayIn {
  kind: string;
  state: string;
  reason: string;
}

async function audit(files: Record<string, string>) {
  const { path } = createFolder({ 'service.yaml': SERVICE, ...files });
  const { stdout, stderr } = await runCli(['audit', path, '--output', 'json']);
  const { services, errors } = JSON.parse(stdout);
  const orders = services.find(({ name }: any) => name === 'orders');
  const stateOf = (kind: string) =>
    orders.waysIn.find((way: WayIn) => way.kind === kind)?.state;
  return {
    gateway: stateOf('gateway'),
    mesh: stateOf('in-mesh'),
    errors: errors as { message: string; line: number }[],
    stderr,
  };
}

const operator = (spec: string) => `apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {namespace: istio-system}
spec: ${spec}
`;
const release = (chart: string, values: string, more = '') => `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: public, namespace: flux-system}
spec:
  releaseName: public
  targetNamespace: edge
  chart: {spec: {chart: ${chart}, version: 1.31.0, sourceRef: {kind: HelmRepository, name: istio}}}
  values: ${values}
  ${more}
`;
const application = (helm: string, repo = 'istio-release.example.com') => `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: public, namespace: argocd}
spec:
  destination: {namespace: edge}
  source: {chart: gateway, repoURL: "https://${repo}/charts", targetRevision: 1.31.0, helm: ${helm}}
`;

const applicationSet = (chart: string) => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: public, namespace: argocd}
spec:
  generators: [{clusters: {}}]
  template:
    metadata: {name: public}
    spec:
      destination: {namespace: edge}
      source: {chart: ${chart}, repoURL: "https://istio-release.example.com/charts", targetRevision: 1.31.0}
`;

describe('a gateway that is installed by', () => {
  it.each([
    [
      'an IstioOperator',
      operator(
        '{components: {ingressGateways: [{name: a, namespace: edge, label: {istio: public}}]}}',
      ),
    ],
    ['a HelmRelease, named by its release', release('gateway', '{}')],
    [
      'a HelmRelease, named by values',
      release('gateway', '{name: a, labels: {istio: public}}'),
    ],
    ['an Application', application('{}')],
    [
      'an Application with values as a text',
      application('{releaseName: a, values: "labels: {istio: public}"}'),
    ],
    [
      'an Application with parameters',
      application(
        '{valuesObject: {labels: {istio: a}}, parameters: [{name: labels.istio, value: public}]}',
      ),
    ],
  ])('%s has the policies of its namespace', async (_, installs) => {
    const policies = tokensIn('edge', AT_GATEWAY);
    const found = await audit({
      'a.yaml': installs,
      'policies.yaml': policies,
    });
    expect(found).toMatchObject({ gateway: 'enforced', errors: [] });
    const elsewhere = await audit({
      'a.yaml': installs,
      'policies.yaml': tokensIn('shop', AT_GATEWAY),
    });
    expect(elsewhere.gateway).not.toBe('enforced');
  });

  it('an IstioOperator counts with overlays that decide no request', async () => {
    const patched = (path: string) =>
      operator(
        `{components: {ingressGateways: [{name: a, namespace: edge, label: {istio: public}, k8s: {overlays: [{kind: Deployment, name: a, patches: [{path: "${path}", value: 1}]}]}}]}}`,
      );
    const stateWith = async (path: string) => {
      const policies = tokensIn('edge', AT_GATEWAY);
      const files = { 'a.yaml': patched(path), 'policies.yaml': policies };
      return (await audit(files)).gateway;
    };
    for (const path of [
      'spec.template.spec.containers[name:istio-proxy].lifecycle',
      'spec.template.spec.containers.[name:istio-proxy].volumeMounts.[name:a]',
      'spec.template.spec.volumes[-1]',
      'metadata.annotations.a',
    ]) {
      expect([path, await stateWith(path)]).toEqual([path, 'enforced']);
    }
    for (const path of [
      'spec.template.metadata.labels.istio',
      'spec.template.metadata.labels.type',
      'spec.template.metadata.annotations.resources',
      'spec.template.spec.serviceAccountName',
      '',
    ]) {
      expect([path, await stateWith(path)]).toEqual([path, 'unknown']);
    }
  });

  it('nobody is not known', async () => {
    const policies = tokensIn('edge', AT_GATEWAY);
    for (const installs of [
      '',
      operator('{profile: minimal}'),
      operator('{components: {ingressGateways: [{name: a, enabled: false}]}}'),
      release('other', '{}'),
      application('{}', 'charts.example.com'),
    ]) {
      const found = await audit({
        'a.yaml': installs,
        'policies.yaml': policies,
      });
      expect(found).toMatchObject({ gateway: 'unknown', errors: [] });
    }
  });

  it.each([
    [
      'values from elsewhere',
      release('gateway', '{}', 'valuesFrom: [{kind: ConfigMap, name: a}]'),
      'takes values of Istio',
    ],
    [
      'value files',
      application('{valueFiles: [a.yaml]}'),
      'takes values of Istio',
    ],
    [
      'parameters of lists',
      application('{parameters: [{name: "a[0]", value: b}]}'),
      'takes values of Istio',
    ],
    [
      'overlays',
      operator(
        '{components: {ingressGateways: [{name: a, namespace: edge, label: {istio: public}, k8s: {overlays: [{kind: Deployment, name: a, patches: [{path: spec.template}]}]}}]}}',
      ),
      'changes Deployment a by overlays',
    ],
    ['a set of Applications', applicationSet('gateway'), 'makes Applications'],
    [
      'a set of Applications of charts that it fills in',
      applicationSet("'{{.chart}}'"),
      'makes Applications',
    ],
    ['a profile of somebody', operator('{profile: ours}'), 'not known here'],
  ])('%s does not count, and a note says so', async (_, installs, note) => {
    const found = await audit({
      'a.yaml': installs,
      'policies.yaml': tokensIn('edge', AT_GATEWAY),
    });
    expect(found).toMatchObject({ gateway: 'unknown', errors: [] });
    expect(found.stderr).toContain(note);
  });
});

describe('a tag of a revision', () => {
  const service = SERVICE.replace(
    'istio-injection: enabled',
    'istio.io/rev: prod',
  );
  const sail = (kind: string, name: string, spec: string) =>
    `apiVersion: sailoperator.io/v1
kind: ${kind}
metadata: {name: ${name}}
spec: ${spec}
---
`;
  const sailTag = (kind: string, name: string) =>
    sail(
      'IstioRevisionTag',
      'prod',
      `{targetRef: {kind: ${kind}, name: ${name}}}`,
    );
  const tagged = (more: string) =>
    operator(`{revision: 1-31, values: {revisionTags: [prod]${more}}}`);

  it.each([
    ['an IstioOperator', tagged('')],
    [
      'a HelmRelease',
      release('istiod', '{revision: 1-31, revisionTags: [prod]}'),
    ],
    [
      'an IstioRevisionTag of the Sail operator',
      sail('Istio', 'mine', '{version: v1.31.0}') + sailTag('Istio', 'mine'),
    ],
    [
      'an IstioRevisionTag of one revision of many',
      sail(
        'Istio',
        'mine',
        '{version: v1.31.0, updateStrategy: {type: RevisionBased}}',
      ) + sailTag('IstioRevision', 'mine-v1-31-0'),
    ],
    [
      'webhooks',
      `${operator('{revision: 1-31}')}---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: istio-revision-tag-prod, labels: {istio.io/tag: prod, istio.io/rev: 1-31}}
webhooks: []
`,
    ],
  ])('counts by %s', async (_, installs) => {
    const files = { 'service.yaml': service, 'p.yaml': tokensIn('shop') };
    const found = await audit({ ...files, 'a.yaml': installs });
    expect(found).toMatchObject({ mesh: 'enforced', errors: [] });
  });

  it.each([
    ['of nobody', operator('{revision: 1-31}')],
    [
      'whose webhooks an operator makes',
      tagged(', global: {operatorManageWebhooks: true}'),
    ],
    [
      'of an Istio with a revision for each version',
      sail(
        'Istio',
        'mine',
        '{version: v1.31.0, updateStrategy: {type: RevisionBased}}',
      ) + sailTag('Istio', 'mine'),
    ],
    [
      'of an Istio that is not there',
      sail('Istio', 'mine', '{}') + sailTag('Istio', 'other'),
    ],
    [
      'without a target',
      sail('Istio', 'mine', '{}') + sail('IstioRevisionTag', 'prod', '{}'),
    ],
    ['without webhooks', tagged(', global: {resourceScope: namespace}')],
  ])('%s leaves unknown who is in the mesh', async (_, installs) => {
    const files = { 'service.yaml': service, 'p.yaml': tokensIn('shop') };
    const found = await audit({ ...files, 'a.yaml': installs });
    expect(found).toMatchObject({ mesh: 'unknown', errors: [] });
  });
});

describe('an injector', () => {
  it.each([
    ['that takes only who asks', '{global: {proxy: {autoInject: disabled}}}'],
    [
      'that never takes some labels',
      '{sidecarInjectorWebhook: {neverInjectSelector: [{matchLabels: {app: orders}}]}}',
    ],
  ])('%s leaves the others out of the mesh', async (_, values) => {
    const found = await audit({
      'a.yaml': operator(`{values: ${values}}`),
      'p.yaml': tokensIn('shop'),
    });
    expect(found).toMatchObject({ mesh: 'open', errors: [] });
  });
});

describe('the mesh config that is installed by', () => {
  it.each([
    [
      'an IstioOperator',
      operator('{meshConfig: {rootNamespace: istio-config}}'),
    ],
    [
      'values of an IstioOperator, which count more',
      operator(
        '{meshConfig: {rootNamespace: a}, values: {meshConfig: {rootNamespace: istio-config}}}',
      ),
    ],
    [
      'an IstioOperator in another namespace',
      operator('{values: {global: {istioNamespace: istio-config}}}'),
    ],
    [
      'an Istio of the Sail operator',
      `apiVersion: sailoperator.io/v1
kind: Istio
metadata: {name: default}
spec: {version: v1.28.0, namespace: istio-config}
`,
    ],
    [
      'a HelmRelease',
      release('istiod', '{meshConfig: {rootNamespace: istio-config}}'),
    ],
  ])('%s counts', async (_, installs) => {
    const policies = tokensIn('istio-config');
    const found = await audit({
      'a.yaml': installs,
      'policies.yaml': policies,
    });
    expect(found).toMatchObject({ mesh: 'enforced', errors: [] });
    const without = await audit({ 'policies.yaml': policies });
    expect(without.mesh).toBe('open');
  });

  it('an IstioOperator says less than a ConfigMap, wherever it stands', async () => {
    const installs = operator('{meshConfig: {rootNamespace: a}}');
    const config = `apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "rootNamespace: istio-config"}
`;
    const policies = tokensIn('istio-config');
    for (const files of [
      { 'a.yaml': installs, 'b.yaml': config },
      { 'a.yaml': config, 'b.yaml': installs },
    ]) {
      const found = await audit({ ...files, 'policies.yaml': policies });
      expect(found).toMatchObject({ mesh: 'enforced', errors: [] });
    }
  });

  it('two that differ is an error of the second', async () => {
    const { errors } = await audit({
      'a.yaml': operator('{meshConfig: {rootNamespace: a}}'),
      'b.yaml': operator('{meshConfig: {rootNamespace: b}}'),
    });
    expect(errors).toEqual([
      expect.objectContaining({
        line: 1,
        message: expect.stringMatching(
          /^IstioOperator installs ConfigMap istio-system\/istio, which is also installed by .*a\.yaml:1, with another content; this one counts$/,
        ),
      }),
    ]);
  });

  it('two that differ in nothing that decides are one', async () => {
    const found = await audit({
      'a.yaml': operator('{meshConfig: {rootNamespace: istio-config}}'),
      'b.yaml': operator(
        '{meshConfig: {rootNamespace: istio-config, accessLogFile: /dev/stdout}}',
      ),
      'policies.yaml': tokensIn('istio-config'),
    });
    expect(found).toMatchObject({ mesh: 'enforced', errors: [] });
  });

  it('an IstioOperator is checked as a ConfigMap is', async () => {
    const { errors } = await audit({
      'a.yaml': operator(
        '{meshConfig: {pathNormalization: {normalization: A}}}',
      ),
    });
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('pathNormalization.normalization'),
      }),
    ]);
  });

  it('an IstioOperator that is malformed anywhere breaks nothing', async () => {
    for (const spec of [
      '[]',
      'null',
      '{components: [], values: a}',
      '{components: {pilot: {enabled: {toString: x}}}}',
      '{values: {pilot: {env: {A: {toString: x}}}}}',
    ]) {
      const found = await audit({ 'a.yaml': operator(spec) });
      expect(found.errors).toEqual([]);
    }
    for (const spec of [
      '{components: {ingressGateways: [null, 1, {name: {}}]}}',
      '{values: {meshConfig: []}, tag: []}',
    ]) {
      const found = await audit({ 'a.yaml': operator(spec) });
      expect(found.gateway).toBe('unknown');
    }
  });
});
