import { assessService } from '..';
import { BACKEND_JWT } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

/** Whether the Pods of a Deployment get a sidecar, by the verdict of the only way in. */
const judge = ({
  place = 'default',
  namespace,
  labels = '',
  annotations = '',
  spec = '',
  more = [],
}: {
  place?: string;
  /** Labels of the Namespace; without one where undefined. */
  namespace?: string;
  labels?: string;
  annotations?: string;
  spec?: string;
  more?: string[];
}) => {
  const texts = [
    `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: ${place}}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
`,
    `
apiVersion: apps/v1
kind: Deployment
metadata: {name: backend, namespace: ${place}}
spec: {template: {metadata: {labels: {app: backend, ${labels}}, annotations: {${annotations}}}, spec: {containers: [{name: app}], ${spec}}}}
`,
    BACKEND_JWT.replaceAll('namespace: default', `namespace: ${place}`),
    ...(namespace === undefined
      ? []
      : [
          `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${place}, labels: {${namespace}}}`,
        ]),
    ...more,
  ];
  const mesh = meshOf(texts);
  const assess = () =>
    assessService(mesh, { namespace: place, name: 'backend' }).waysIn[0];
  return { mesh, assess, ...assess() };
};

const ENABLED = 'istio-injection: enabled';
const TRUE = 'sidecar.istio.io/inject: "true"';
const istiod = (revision: string, kind = 'Pod') => `
apiVersion: ${kind === 'Pod' ? 'v1' : 'apps/v1'}
kind: ${kind}
metadata: {name: istiod-${revision}, namespace: istio-system, labels: {app: istiod, istio.io/rev: ${revision}}}
spec: {containers: [{name: discovery}]}
`;

const tag = (name: string, revision: string) => `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: istio-revision-tag-${name}, labels: {istio.io/tag: ${name}, istio.io/rev: ${revision}}}
`;

const injector = (config: string, name = 'istio-sidecar-injector') => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: istio-system}
data: {config: '{${config}}'}
`;
const DISABLED = injector('policy: disabled');
const NEVER = injector(
  'policy: enabled, neverInjectSelector: [{matchExpressions: [{key: job, operator: Exists}]}, {}]',
);

describe('the injector', () => {
  it.each<[string, Parameters<typeof judge>[0]]>([
    [
      'Pods on the network of their node',
      { namespace: ENABLED, labels: TRUE, spec: 'hostNetwork: true' },
    ],
    ...[
      'kube-system',
      'kube-public',
      'kube-node-lease',
      'local-path-storage',
    ].map((place): [string, Parameters<typeof judge>[0]] => [
      `Pods of ${place}`,
      { place, namespace: ENABLED, labels: TRUE },
    ]),
    ['Pods that ask by annotation alone', { namespace: '', annotations: TRUE }],
    [
      'Pods of a namespace with another value',
      { namespace: 'istio-injection: "true"', labels: TRUE },
    ],
    [
      'Pods of a namespace that is disabled, with a revision',
      { namespace: 'istio-injection: disabled, istio.io/rev: default' },
    ],
    [
      'Pods that refuse by annotation',
      { namespace: ENABLED, annotations: 'sidecar.istio.io/inject: "false"' },
    ],
    [
      'Pods of a revision that refuse by label',
      {
        namespace: 'istio.io/rev: default',
        labels: 'sidecar.istio.io/inject: "false"',
      },
    ],
  ])('leaves alone %s', (_, parts) => {
    expect(judge(parts).state).toBe('open');
  });

  it.each<[string, Parameters<typeof judge>[0]]>([
    ['who does not ask', { namespace: ENABLED, more: [DISABLED] }],
    [
      'who has a label that is never taken',
      { namespace: ENABLED, labels: 'job: a', more: [NEVER] },
    ],
    [
      'everybody, by a policy that is none',
      {
        namespace: ENABLED,
        labels: TRUE,
        more: [injector('policy: on-demand')],
      },
    ],
  ])('leaves alone by its config %s', (_, parts) => {
    expect(judge(parts).state).toBe('open');
  });

  it.each<[string, Parameters<typeof judge>[0]]>([
    [
      'differ',
      {
        namespace: ENABLED,
        more: [
          DISABLED,
          injector('policy: enabled', 'istio-sidecar-injector-b'),
        ],
      },
    ],
    [
      'have no config',
      {
        namespace: ENABLED,
        more: [DISABLED.replace(/^data: .*/m, 'data: {values: "{}"}')],
      },
    ],
    ['cannot be read', { namespace: ENABLED, more: [injector('policy: [')] }],
    [
      'have an operator that is none',
      {
        namespace: ENABLED,
        more: [
          injector(
            'policy: enabled, neverInjectSelector: [{matchExpressions: [{key: a, operator: Is}]}]',
          ),
        ],
      },
    ],
  ])('is not known where its ConfigMaps %s', (_, parts) => {
    const { state, reason } = judge(parts);
    expect(state).toBe('unknown');
    expect(reason).toContain('istio-sidecar-injector');
  });

  it.each<[string, Parameters<typeof judge>[0]]>([
    [
      'who asks, where it takes nobody else',
      { namespace: ENABLED, labels: TRUE, more: [DISABLED] },
    ],
    [
      'who has a label that it takes',
      {
        namespace: ENABLED,
        labels: 'job: a',
        more: [
          injector(
            'policy: disabled, alwaysInjectSelector: [{matchLabels: {job: a}}]',
          ),
        ],
      },
    ],
    [
      'who asks, though their label is never taken',
      { namespace: ENABLED, labels: `job: a, ${TRUE}`, more: [NEVER] },
    ],
    ['others than it never takes', { namespace: ENABLED, more: [NEVER] }],
    ['Pods of a namespace that is enabled', { namespace: ENABLED }],
    [
      'Pods of a namespace that is enabled, whatever revision it has',
      { namespace: `${ENABLED}, istio.io/rev: nosuch` },
    ],
    ['Pods that ask by label', { namespace: '', labels: TRUE }],
    [
      'Pods whose label overrides their annotation',
      {
        namespace: ENABLED,
        labels: TRUE,
        annotations: 'sidecar.istio.io/inject: "false"',
      },
    ],
    [
      'Pods of a revision whose istiod is there',
      { namespace: 'istio.io/rev: canary', more: [istiod('canary')] },
    ],
    [
      'Pods of a revision whose Deployment is there',
      {
        namespace: '',
        labels: 'istio.io/rev: canary',
        more: [istiod('canary', 'Deployment')],
      },
    ],
    [
      'Pods of a tag of a revision whose istiod is there',
      {
        namespace: 'istio.io/rev: canary',
        more: [istiod('1-31'), tag('canary', '1-31')],
      },
    ],
    [
      'Pods of a namespace that is enabled, beside another revision',
      { namespace: ENABLED, more: [istiod('1-31'), istiod('default')] },
    ],
    [
      'Pods of a namespace that is enabled, by the tag default',
      { namespace: ENABLED, more: [istiod('1-31'), tag('default', '1-31')] },
    ],
    [
      'Pods of a namespace that is enabled, by an istiod without a label',
      {
        namespace: ENABLED,
        more: [istiod('1-31').replace(', istio.io/rev: 1-31', '')],
      },
    ],
    [
      'Pods of a tag of the default revision',
      { namespace: 'istio.io/rev: canary', more: [tag('canary', 'default')] },
    ],
  ])('takes %s', (_, parts) => {
    expect(judge(parts).state).toBe('enforced');
  });

  it.each<[string, Parameters<typeof judge>[0]]>([
    ['without a tag', { namespace: ENABLED, more: [istiod('1-31')] }],
    [
      'of Pods that ask by label',
      { namespace: '', labels: TRUE, more: [istiod('1-31')] },
    ],
    [
      'and the tag leads nowhere',
      { namespace: ENABLED, more: [istiod('1-31'), tag('default', '1-30')] },
    ],
  ])(
    'is not known where no istiod is of the default revision: %s',
    (_, parts) => {
      const { state, reason } = judge(parts);
      expect(state).toBe('unknown');
      expect(reason).toContain('revision default of the control plane');
    },
  );

  it.each<[string, Parameters<typeof judge>[0]]>([
    ['of the namespace', { namespace: 'istio.io/rev: canary' }],
    [
      'of the Pods, which goes before their label',
      { namespace: '', labels: `${TRUE}, istio.io/rev: canary` },
    ],
    [
      'that may be a tag',
      { namespace: 'istio.io/rev: canary', more: [istiod('1-31')] },
    ],
    [
      'a tag of a revision that is not there',
      {
        namespace: 'istio.io/rev: canary',
        more: [istiod('1-31'), tag('canary', '1-30')],
      },
    ],
    [
      'beside a tag of another name',
      {
        namespace: 'istio.io/rev: canary',
        more: [istiod('1-31'), tag('stable', '1-31')],
      },
    ],
    [
      'of the namespace, which goes before that of its Pods',
      {
        namespace: 'istio.io/rev: canary',
        labels: 'istio.io/rev: default',
      },
    ],
  ])('is not known for a revision that is not there: %s', (_, parts) => {
    const { state, reason } = judge(parts);
    expect(state).toBe('unknown');
    expect(reason).toContain('revision canary of the control plane');
  });

  it('follows tags that are set and removed', () => {
    const { mesh, assess } = judge({
      namespace: 'istio.io/rev: canary',
      more: [istiod('1-31')],
    });
    applyYaml(mesh, tag('canary', '1-31'));
    expect(assess().state).toBe('enforced');
    applyYaml(mesh, tag('canary', '1-30'));
    expect(assess().state).toBe('unknown');
  });

  it('is not known without the Namespace', () => {
    const { state, reason } = judge({});
    expect(state).toBe('unknown');
    expect(reason).toContain('Namespace default is not among the objects');
  });

  it('follows istiods that come and go', () => {
    const { mesh, assess } = judge({ namespace: 'istio.io/rev: canary' });
    expect(assess().state).toBe('unknown');
    applyYaml(mesh, istiod('canary'));
    expect(assess().state).toBe('enforced');
    mesh.remove({
      kind: 'Pod',
      namespace: 'istio-system',
      name: 'istiod-canary',
    });
    expect(assess().state).toBe('unknown');
  });
});
