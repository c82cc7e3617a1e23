import { assessService } from '..';
import {
  namespaceYaml,
  podYaml,
  REPORTS,
  serviceYaml,
} from '../__testUtils__/ambient';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const WORKLOAD = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: default, labels: {app: backend}}
spec: {containers: [{name: app}, {name: istio-proxy}]}
`;
const peer = (
  spec: string,
  { name = 'p', namespace = 'default', created = '2026-01-01T00:00:00Z' } = {},
) => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: ${name}, namespace: ${namespace}${
  created && `, creationTimestamp: "${created}"`
}}
spec: {${spec}}
`;
const UNTIMED = { created: '' };
const ROOT = { namespace: 'istio-system' };
const mode = (value: string) => `mtls: {mode: ${value}}`;
const OWN = 'selector: {matchLabels: {app: backend}}';

const identity = (...texts: string[]) =>
  assessService(meshOf([WORKLOAD, ...texts]), BACKEND).waysIn[0].callerIdentity;

describe('a sidecar that listens for HBONE', () => {
  const tunnelling = WORKLOAD.replace(
    'labels: {app: backend}',
    'labels: {app: backend, networking.istio.io/tunnel: http}',
  );
  const FRONTEND = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: frontend, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, rules: [{from: [{source: {principals: [cluster.local/ns/default/sa/frontend]}}]}]}
`;

  it.each([
    ['DISABLE', 'optional'],
    ['PERMISSIVE', 'optional'],
    ['STRICT', 'required'],
  ])('with %s: %s', (value, callers) => {
    const mesh = meshOf([tunnelling, peer(mode(value)), BACKEND_JWT, FRONTEND]);
    const [way] = assessService(mesh, BACKEND).waysIn;
    expect(way.callerIdentity).toBe(callers);
    expect(way.state).toBe('partial');
    expect(way.exposures[0].witness.source?.principal).toBe(
      'cluster.local/ns/default/sa/frontend',
    );
  });

  it('leaves other sidecars of the namespace without identities', () => {
    const other = WORKLOAD.replaceAll('backend', 'other');
    const mesh = meshOf([tunnelling, other, peer(mode('DISABLE'))]);
    const of = (name: string) =>
      assessService(mesh, { namespace: 'default', name }).waysIn[0];
    expect(of('backend').callerIdentity).toBe('optional');
    expect(of('other').callerIdentity).toBe('none');
  });
});

describe('the identity of callers of a sidecar', () => {
  it.each<[string, string, string[]]>([
    ['nothing', 'optional', []],
    ['STRICT of the root namespace', 'required', [peer(mode('STRICT'), ROOT)]],
    ['DISABLE of the root namespace', 'none', [peer(mode('DISABLE'), ROOT)]],
    [
      'its namespace before the root namespace',
      'none',
      [peer(mode('DISABLE')), peer(mode('STRICT'), ROOT)],
    ],
    [
      'UNSET, which inherits',
      'required',
      [peer(mode('UNSET')), peer(mode('STRICT'), ROOT)],
    ],
    [
      'no mode, which inherits',
      'required',
      [peer(''), peer(mode('STRICT'), ROOT)],
    ],
    [
      'its own before its namespace',
      'required',
      [
        peer(`${OWN}, ${mode('STRICT')}`, { name: 'own' }),
        peer(mode('DISABLE')),
      ],
    ],
    [
      'one that selects others',
      'none',
      [
        peer(`selector: {matchLabels: {app: other}}, ${mode('STRICT')}`, {
          name: 'other',
        }),
        peer(mode('DISABLE')),
      ],
    ],
    [
      'a selector in the root namespace, which is ignored',
      'optional',
      [peer(`${OWN}, ${mode('STRICT')}`, ROOT)],
    ],
    [
      'the older of two',
      'required',
      [
        peer(mode('DISABLE'), { name: 'a', created: '2026-02-01T00:00:00Z' }),
        peer(mode('STRICT'), { name: 'b' }),
      ],
    ],
    [
      'the first by name of two as old',
      'none',
      [
        peer(mode('STRICT'), { name: 'b' }),
        peer(mode('DISABLE'), { name: 'a' }),
      ],
    ],
    [
      'two of which nobody knows which is older',
      'optional',
      [
        peer(mode('STRICT'), { name: 'a', ...UNTIMED }),
        peer(mode('DISABLE'), { name: 'b' }),
      ],
    ],
    [
      'two that say the same, whichever is older',
      'required',
      [
        peer(mode('STRICT'), { name: 'a', ...UNTIMED }),
        peer(mode('STRICT'), { name: 'b', ...UNTIMED }),
      ],
    ],
    [
      'two of its own of which nobody knows which is older',
      'optional',
      [
        peer(`${OWN}, ${mode('STRICT')}`, { name: 'a', ...UNTIMED }),
        peer(
          `${OWN}, ${mode('STRICT')}, portLevelMtls: {8080: {mode: DISABLE}}`,
          { name: 'b', ...UNTIMED },
        ),
      ],
    ],
    [
      'its port',
      'required',
      [
        peer(
          `${OWN}, ${mode('DISABLE')}, portLevelMtls: {8080: {mode: STRICT}}`,
        ),
      ],
    ],
    [
      'another port',
      'none',
      [peer(`${OWN}, ${mode('DISABLE')}, portLevelMtls: {80: {mode: STRICT}}`)],
    ],
    [
      'UNSET for its port',
      'required',
      [peer(`${OWN}, ${mode('STRICT')}, portLevelMtls: {8080: {mode: UNSET}}`)],
    ],
    [
      'its port in a policy without a selector, which is malformed',
      'optional',
      [peer(`${mode('DISABLE')}, portLevelMtls: {8080: {mode: STRICT}}`)],
    ],
    ['a mode that is none', 'optional', [peer(mode('ODD'))]],
  ])('by %s: %s', (_, expected, texts) => {
    expect(identity(...texts)).toBe(expected);
  });

  it('is one for each workload of a namespace in which one is selected', () => {
    const other = WORKLOAD.replaceAll('backend', 'other');
    const mesh = meshOf([
      WORKLOAD,
      other,
      peer(mode('DISABLE')),
      peer(`${OWN}, ${mode('STRICT')}`, { name: 'own' }),
    ]);
    const of = (name: string) =>
      assessService(mesh, { namespace: 'default', name }).waysIn[0]
        .callerIdentity;
    expect([of('other'), of('backend')]).toEqual(['none', 'required']);
  });

  it('follows a policy that changes', () => {
    const mesh = meshOf([WORKLOAD, peer(mode('STRICT'))]);
    const seen = () => assessService(mesh, BACKEND).waysIn[0].callerIdentity;
    expect(seen()).toBe('required');
    applyYaml(mesh, peer(mode('DISABLE')));
    expect(seen()).toBe('none');
    applyYaml(
      mesh,
      peer(`${OWN}, portLevelMtls: {8080: {mode: STRICT}}`, { name: 'own' }),
    );
    expect(seen()).toBe('required');
    applyYaml(
      mesh,
      peer(`${OWN}, portLevelMtls: {8080: {mode: PERMISSIVE}}`, {
        name: 'own',
      }),
    );
    expect(seen()).toBe('optional');
  });

  it('is that of its own namespace', () => {
    const other = WORKLOAD.replaceAll('namespace: default', 'namespace: other');
    const mesh = meshOf([
      WORKLOAD,
      other,
      peer(mode('STRICT')),
      peer(mode('DISABLE'), { namespace: 'other' }),
    ]);
    const seen = (namespace: string) =>
      assessService(mesh, { namespace, name: 'backend' }).waysIn[0]
        .callerIdentity;
    expect(seen('default')).toBe('required');
    expect(seen('other')).toBe('none');
  });

  it('is still optional for ztunnel, where it is switched off', () => {
    const at = { namespace: 'ambient' };
    const seen = (spec: string) =>
      assessService(
        meshOf([namespaceYaml(), podYaml(), serviceYaml(), peer(spec, at)]),
        REPORTS,
      ).waysIn[0].callerIdentity;
    expect(seen(mode('DISABLE'))).toBe('optional');
    expect(seen(mode('STRICT'))).toBe('required');
    const own = 'selector: {matchLabels: {app: reports}}';
    expect(
      seen(`${own}, ${mode('STRICT')}, portLevelMtls: {8080: {mode: DISABLE}}`),
    ).toBe('optional');
  });
});
