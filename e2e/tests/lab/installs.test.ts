import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { run, tryRun } from '../../lab/run.ts';
import { openHarness, type Harness } from './support.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const command = join(root, 'packages/policy-engine/bin/fromSource.mjs');

const workload = (name: string, namespace = 'shop') => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: {app: ${name}}, ports: [{port: 80, name: http, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec: {template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: app}]}}}
---`;
const gateway = (name: string, selector: string, port: string) => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: shop}
spec: {selector: {${selector}}, servers: [{hosts: ["*.example.com"], port: {name: a, ${port}}}]}
---`;
const route = (name: string, gateways: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop}
spec: {hosts: [${name}.example.com], gateways: [${gateways}], http: [{route: [{destination: {host: ${name}}}]}]}
---`;
const tokens = (namespace: string, selector: string, to: string) => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: ${namespace}}
spec: {${selector} jwtRules: [{issuer: https://i.example.com, jwksUri: https://i.example.com/keys}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: jwt, namespace: ${namespace}}
spec: {${selector} action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}]${to}}]}
---`;

/** What stands in a repository beside the IstioOperator; each of its fields decides of some way in. */
const REPOSITORY = [
  `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Namespace
metadata: {name: tagged, labels: {istio.io/rev: prod}}
---`,
  workload('orders'),
  workload('carts', 'tagged'),
  workload('bills'),
  gateway('usual', 'istio: ingressgateway', 'number: 80, protocol: HTTP'),
  gateway('out', 'istio: egressgateway', 'number: 80, protocol: HTTP'),
  gateway('edge', 'istio: public, team: edge', 'number: 443, protocol: HTTP'),
  route('orders', 'usual, edge, out'),
  route('bills', 'usual'),
  tokens(
    'istio-system',
    'selector: {matchLabels: {istio: ingressgateway}},',
    ', to: [{operation: {notPaths: ["/open//*"]}}]',
  ),
  tokens('istio-config', '', ''),
  `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: callers, namespace: shop}
spec:
  selector: {matchLabels: {app: bills}}
  rules:
  - from: [{source: {principals: ["corp.example/ns/istio-system/sa/istio-ingressgateway-service-account"]}}]
  - from: [{source: {remoteIpBlocks: ["10.0.0.0/8"]}}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: authorizer, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  action: CUSTOM
  provider: {name: authorizer}
  rules: [{to: [{operation: {paths: ["/admin"]}}]}]
`,
].join('');

const OPERATORS: [name: string, spec: object][] = [
  ['the default', {}],
  ['the profile demo', { profile: 'demo' }],
  ['the profile ambient', { profile: 'ambient' }],
  [
    'the profile remote',
    {
      profile: 'remote',
      values: { global: { remotePilotAddress: '10.0.0.1' } },
    },
  ],
  [
    'a mesh config of its own, a revision and settings of istiod',
    {
      revision: 'canary',
      tag: '1.24.1',
      meshConfig: {
        rootNamespace: 'istio-config',
        trustDomain: 'other.example',
        pathNormalization: { normalization: 'MERGE_SLASHES' },
        defaultConfig: { gatewayTopology: { numTrustedProxies: 2 } },
        extensionProviders: [
          {
            name: 'authorizer',
            envoyExtAuthzGrpc: { service: 'a.b', port: 1 },
          },
        ],
      },
      values: {
        meshConfig: { trustDomain: 'corp.example' },
        // Without it, namespaces that only ask for injection get none.
        revisionTags: ['default'],
        pilot: { env: { PILOT_ENABLE_GATEWAY_API: 'false' } },
      },
    },
  ],
  [
    'tags of the default revision',
    { values: { revisionTags: ['stable', 'prod'] } },
  ],
  [
    'tags of a revision, and another namespace',
    {
      revision: '1-31',
      values: {
        revisionTags: ['prod'],
        global: { istioNamespace: 'istio-config' },
      },
    },
  ],
  [
    'tags that an operator makes webhooks of',
    {
      values: {
        revisionTags: ['prod'],
        global: { operatorManageWebhooks: true },
      },
    },
  ],
  [
    'an injector that takes only who asks',
    { values: { global: { proxy: { autoInject: 'disabled' } } } },
  ],
  [
    'an injector that never takes some, and one revision',
    {
      revision: 'canary',
      values: {
        revisionTags: ['prod', 'default'],
        sidecarInjectorWebhook: {
          neverInjectSelector: [{ matchLabels: { app: 'orders' } }],
          alwaysInjectSelector: [{ matchLabels: { app: 'carts' } }],
        },
      },
    },
  ],
  [
    'another namespace, and a setting of the container',
    {
      profile: 'demo',
      values: { global: { istioNamespace: 'istio-config' } },
      components: {
        pilot: {
          k8s: {
            env: [{ name: 'PILOT_SCOPE_GATEWAY_TO_NAMESPACE', value: 'true' }],
          },
        },
      },
    },
  ],
  [
    'gateways alone',
    {
      profile: 'empty',
      components: {
        ingressGateways: [
          {
            name: 'public',
            namespace: 'edge',
            enabled: true,
            label: { istio: 'public', team: 'edge' },
            k8s: {
              podAnnotations: {
                'proxy.istio.io/config':
                  '{gatewayTopology: {numTrustedProxies: 1}}',
              },
              service: { ports: [{ name: 'a', port: 443, targetPort: 9443 }] },
            },
          },
          { name: 'closed', enabled: false },
        ],
        egressGateways: [{ name: 'istio-egressgateway', enabled: true }],
      },
    },
  ],
  [
    'a gateway by values, injected, and values that nobody checks',
    {
      profile: 'minimal',
      compatibilityVersion: '1.29',
      unvalidatedValues: { meshConfig: { trustDomain: 'corp.example' } },
      values: {
        gateways: {
          'istio-ingressgateway': {
            enabled: true,
            injectionTemplate: 'gateway',
          },
        },
      },
    },
  ],
];

describe(
  'an IstioOperator counts as what istioctl installs for it:',
  { skip: Boolean(process.env.LAB_KUBECONFIG) },
  () => {
    let h: Harness;
    let folder: string;
    const write = (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const generate = (operator: string) =>
      run(h.lab.state.parts.istioctl, ['manifest', 'generate', '-f', operator]);
    const waysIn = (installed: string) => {
      const repository = write('repository.yaml', REPOSITORY);
      const paths = [repository, installed];
      const { stdout } = tryRun(process.execPath, [
        ...[command, 'audit', ...paths, '--output', 'json'],
      ]);
      const { services, errors } = JSON.parse(stdout);
      assert.deepEqual(errors, []);
      const own = services.filter(({ namespace }: any) =>
        ['shop', 'tagged'].includes(namespace),
      );
      return own.flatMap((service: any) =>
        service.waysIn.map((way: any) => [service.name, way]),
      );
    };

    before(async () => {
      h = await openHarness();
      folder = mkdtempSync(join(tmpdir(), 'installs-'));
    });
    after(() => {
      rmSync(folder, { recursive: true, force: true });
      return h.cleanUp();
    });

    const told = new Set<string>();
    for (const [name, spec] of OPERATORS) {
      test(name, () => {
        const operator = write(
          'operator.yaml',
          stringify({
            apiVersion: 'install.istio.io/v1alpha1',
            kind: 'IstioOperator',
            spec,
          }),
        );
        const manifest = generate(operator);
        const found = waysIn(operator);
        assert.deepEqual(found, waysIn(write('manifest.yaml', manifest)));
        told.add(JSON.stringify(found));
      });
    }

    test('what is installed decides of the ways in', () => {
      assert.ok(told.size >= 7, `${told.size} answers`);
    });
  },
);
