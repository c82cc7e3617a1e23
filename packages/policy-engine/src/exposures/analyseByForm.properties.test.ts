import fc from 'fast-check';
import { assessService, Mesh, parseYaml, Resource } from '..';
import {
  authentication,
  policyFor,
  Target,
} from '../__testUtils__/arbitraries';
import { ISSUER } from '../__testUtils__/mesh';
import { waysInOf } from '../attach/waysIn';
import { programForHost } from '../compile/programForHost';
import { analyseByForm } from './analyseByForm';
import { analyseWayIn } from './analyseWayIn';
import { formOf } from './forms';

/** More runs for a longer search: `PROPERTY_RUNS=2000 yarn test properties`. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 40);

const SHARED = `
apiVersion: v1
kind: Pod
metadata: {name: gw-0, namespace: istio-system, labels: {istio: ingressgateway}}
spec: {serviceAccountName: gw, containers: [{name: istio-proxy, args: [proxy, router]}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}
  - {port: {number: 8443, name: https, protocol: HTTPS}, hosts: ["*.example.com"], tls: {mode: SIMPLE}}
  - {port: {number: 9000, name: tcp, protocol: TCP}, hosts: ["*"]}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: default}
spec: {selector: {app: other}, ports: [{name: http, port: 80}]}
`;

/** Policies that compare no hosts: those that do keep most ways in from having a form. */
const hostless = (
  where: Target,
  actions = ['ALLOW', 'DENY'],
): fc.Arbitrary<Resource> =>
  policyFor(fc.constant(where), actions).map(resource =>
    JSON.parse(
      JSON.stringify(resource)
        .replace(/"hosts":\[[^\]]*\]/g, '"paths":["/api/*"]')
        .replace(/"notHosts":\[[^\]]*\]/g, '"notPaths":["/healthz"]'),
    ),
  );
const anyPolicy = (where: Target, actions?: string[]) =>
  fc.oneof(
    { weight: 4, arbitrary: hostless(where, actions) },
    { weight: 1, arbitrary: policyFor(fc.constant(where), actions) },
  );

/** Everything of one Service; `ME` stands for its name. */
interface Design {
  route: string;
  port: string;
  sidecar: boolean;
  mode: string;
  host: string;
  resources: Resource[];
  /** Policies of the gateway about hosts of the Service. */
  ofHost: Resource[];
}

const TO_ME = 'route: [{destination: {host: ME, port: {number: 80}}}]';
const TO_OTHER = 'route: [{destination: {host: other, port: {number: 80}}}]';

const design: fc.Arbitrary<Design> = fc.record({
  route: fc.constantFrom(
    `{${TO_ME}}`,
    `{${TO_OTHER}}`,
    `{match: [{uri: {prefix: /api/}}], ${TO_ME}}, {${TO_OTHER}}`,
    `{match: [{uri: {prefix: /api/}}], ${TO_OTHER}}, {${TO_ME}}`,
    `{match: [{uri: {exact: /healthz}, method: {exact: GET}}], ${TO_ME}}, {${TO_OTHER}}`,
    `{match: [{uri: {exact: /healthz}, method: {exact: GET}}], ${TO_OTHER}}, {${TO_ME}}`,
    `{match: [{headers: {x-a: {exact: a}}}], rewrite: {uri: /healthz}, ${TO_ME}}`,
    `{match: [{authority: {exact: ME.example.com}}], ${TO_ME}}`,
    `{match: [{uri: {regex: "/a.*"}}], ${TO_ME}}, {${TO_OTHER}}`,
    `{match: [{headers: {"@request.auth.claims.role": {exact: a}}}], ${TO_ME}}`,
    `{rewrite: {uri: /api/, authority: h.example.com}, ${TO_ME}}`,
    `{match: [{uri: {prefix: /old}}], redirect: {uri: /new}}, {headers: {request: {set: {x-a: a}}}, ${TO_ME}}`,
    `{route: [{destination: {host: ME, port: {number: 80}}, weight: 1}, {destination: {host: other, port: {number: 80}}, weight: 99}]}`,
  ),
  port: fc.constantFrom('http', 'http', 'tcp', 'web'),
  sidecar: fc.constantFrom(true, true, true, false),
  mode: fc.constantFrom('PERMISSIVE', 'STRICT', 'DISABLE'),
  host: fc.constantFrom(
    'ME.example.com',
    'ME.example.com',
    'ME.example.org',
    'ME7',
    '*.ME.example.com',
    'h.example.com',
  ),
  ofHost: fc.array(policyFor(fc.constant('gateway')), { maxLength: 2 }),
  resources: fc
    .tuple(
      fc.array(
        anyPolicy('sidecar', [
          'ALLOW',
          'ALLOW',
          'ALLOW',
          'DENY',
          'DENY',
          'DENY',
          'AUDIT',
          'CUSTOM',
        ]),
        { maxLength: 3 },
      ),
      fc.array(authentication, { maxLength: 2 }),
    )
    .map(([policies, authentications]) => [
      ...policies,
      ...authentications.filter(
        ({ metadata }) => metadata.namespace === 'default',
      ),
    ]),
});

function build(name: string, made: Design): Resource[] {
  const yaml = `
apiVersion: v1
kind: Service
metadata: {name: ME, namespace: default}
spec: {selector: {app: ME}, ports: [{name: ${
    made.port
  }, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: ME-0, namespace: default, labels: {app: ME}}
spec: {serviceAccountName: ME, containers: [{name: ${
    made.sidecar ? 'istio-proxy' : 'app'
  }}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: ME, namespace: default}
spec: {selector: {matchLabels: {app: ME}}, mtls: {mode: ${made.mode}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ME, namespace: default}
spec:
  hosts: ["${made.host}"]
  gateways: [istio-system/gw]
  http: [${made.route}]
  tcp: [{route: [{destination: {host: ME, port: {number: 80}}}]}]
`;
  const { resources } = parseYaml(yaml.replaceAll('ME', name));
  const own = made.resources.map(resource => ({
    ...resource,
    metadata: {
      ...resource.metadata,
      name: `${resource.metadata.name}-${name}`,
    },
    spec: {
      ...(resource.spec as object),
      selector: { matchLabels: { app: name } },
    },
  }));
  const ofHost = made.ofHost.map((resource, index) => ({
    ...resource,
    metadata: { ...resource.metadata, name: `${index}-${name}` },
    spec: JSON.parse(
      JSON.stringify(resource.spec).replaceAll(
        'h.example.com',
        `${name}.example.com`,
      ),
    ),
  }));
  return [...resources, ...own, ...ofHost];
}

const NAMES = ['orders', 'payments', 'x', 'zz9x', 'h'];
/** Small changes of policies, each of something else that is compared. */
const TWEAKS: ((text: string) => string)[] = [
  text =>
    text.replace(
      /"not([A-Z])(\w+)"/,
      (_, first, rest) => `"${first.toLowerCase()}${rest}"`,
    ),
  text =>
    text.replace(
      /"(requestPrincipals|paths|methods)"/,
      (_, name) => `"not${name[0].toUpperCase()}${name.slice(1)}"`,
    ),
  text => text.replace('"DENY"', '"ALLOW"'),
  text => text.replace('"issuer":"other"', '"issuer":"third"'),
  text => text.replace(`"issuer":"${ISSUER}"`, '"issuer":"third"'),
  text => text.replace('"RequestAuthentication"', '"None"'),
  text => text.replace('"/healthz"', '"/ready"'),
  text => text.replace('"x-token"', '"x-other"'),
];

/** Designs that differ in one thing, as what a form forgets shows only there. */
const siblings = fc
  .tuple(
    design,
    design,
    fc.constantFrom<keyof Design>('route', 'port', 'sidecar', 'mode', 'host'),
    fc.constantFrom(undefined, ...TWEAKS),
  )
  .map(([one, other, field, tweak]): Design[] => [
    one,
    tweak
      ? JSON.parse(tweak(JSON.stringify(one)))
      : { ...one, [field]: other[field] },
  ]);

const mesh = fc
  .tuple(
    siblings,
    fc.array(fc.nat(), { minLength: NAMES.length, maxLength: NAMES.length }),
    fc.array(anyPolicy('gateway'), { maxLength: 2 }),
    fc.array(authentication, { maxLength: 2 }),
  )
  .map(([designs, choices, policies, authentications]) => [
    ...parseYaml(SHARED).resources,
    ...NAMES.flatMap((name, index) =>
      build(name, designs[choices[index] % designs.length]),
    ),
    ...policies,
    ...authentications.filter(
      ({ metadata }) => metadata.namespace === 'istio-system',
    ),
  ]);

function meshOf(resources: readonly Resource[]): Mesh {
  const made = new Mesh();
  resources.forEach(resource => made.apply(resource));
  return made;
}

const ways = (made: Mesh, name: string) =>
  waysInOf(made, { namespace: 'default', name }).map(({ wayIn }) => ({
    wayIn,
    programs: wayIn.hops.map(({ proxy, protocol }) =>
      programForHost(made, proxy, wayIn.host, protocol),
    ),
  }));

jest.setTimeout(120_000 + numRuns * 500);

describe('ways in of one form', () => {
  it('are analysed as if each were alone', () => {
    fc.assert(
      fc.property(mesh, resources => {
        const made = meshOf(resources);
        for (const name of NAMES) {
          for (const { wayIn, programs } of ways(made, name)) {
            const shared = analyseByForm(made, wayIn, programs);
            expect(shared).toEqual(analyseWayIn(made, wayIn, programs));
          }
        }
      }),
      { numRuns },
    );
  });

  it('give each Service the assessment of a mesh where it is the first', () => {
    fc.assert(
      fc.property(mesh, resources => {
        const made = meshOf(resources);
        for (const name of NAMES) {
          const service = { namespace: 'default', name };
          expect(assessService(made, service)).toEqual(
            assessService(meshOf(resources), service),
          );
        }
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  it('follow a change of one of them', () => {
    fc.assert(
      fc.property(mesh, design, (resources, other) => {
        const made = meshOf(resources);
        NAMES.forEach(name =>
          assessService(made, { namespace: 'default', name }),
        );
        const changed = build(NAMES[0], other);
        changed.forEach(resource => made.apply(resource));
        const fresh = meshOf([...resources, ...changed]);
        for (const name of NAMES) {
          const service = { namespace: 'default', name };
          expect(assessService(made, service)).toEqual(
            assessService(fresh, service),
          );
        }
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  const RULED = parseYaml(`
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: default}
spec:
  action: ALLOW
  rules: [{from: [{source: {requestPrincipals: ["${ISSUER}/*"]}}], to: [{operation: {paths: [/a]}}]}]
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: r, namespace: default}
spec: {jwtRules: [{issuer: "${ISSUER}", audiences: [a], jwksUri: "https://keys.example"}]}
`).resources;
  const ruled: Design = {
    route: `{${TO_ME}}`,
    port: 'http',
    sidecar: true,
    mode: 'PERMISSIVE',
    host: 'ME.example.com',
    resources: RULED,
    ofHost: [],
  };
  const edit = (from: string, to: string): Design => ({
    ...ruled,
    resources: JSON.parse(JSON.stringify(RULED).replace(from, to)),
  });

  it.each<[string, Design]>([
    ['the issuer', edit(`"issuer":"${ISSUER}"`, '"issuer":"other"')],
    ['the audience', edit('["a"]', '["b"]')],
    [
      'where the token stands',
      edit('"jwksUri"', '"fromParams":["t"],"jwksUri"'),
    ],
    ['forwarding', edit('"jwksUri"', '"forwardOriginalToken":true,"jwksUri"')],
    ['the action', edit('"ALLOW"', '"DENY"')],
    ['a negation', edit('"paths"', '"notPaths"')],
    ['a pattern', edit('"/a"', '"/b"')],
    ['the principal', edit(`${ISSUER}/*`, `${ISSUER}/x`)],
    ['a policy more', edit('"RequestAuthentication"', '"None"')],
    ['mutual TLS', { ...ruled, mode: 'STRICT' }],
    ['the protocol', { ...ruled, port: 'tcp' }],
    ['the sidecar', { ...ruled, sidecar: false }],
  ])('have not the form of others that differ by %s', (_, other) => {
    const made = meshOf([
      ...parseYaml(SHARED).resources,
      ...build('a', ruled),
      ...build('b', ruled),
      ...build('c', other),
    ]);
    const formsOf = (name: string) =>
      ways(made, name)
        .filter(({ wayIn }) => wayIn.kind === 'in-mesh')
        .map(({ wayIn, programs }) => formOf(made, wayIn, programs));
    expect(formsOf('a')).toEqual(formsOf('b'));
    expect(formsOf('a')).toEqual([expect.any(String)]);
    expect(formsOf('c')).not.toEqual(formsOf('a'));
  });

  it('are found where only names differ, and nowhere else', () => {
    const plain: Design = {
      route: `{${TO_ME}}`,
      port: 'http',
      sidecar: true,
      mode: 'PERMISSIVE',
      host: 'ME.example.com',
      resources: parseYaml(`
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: default}
spec: {rules: [{to: [{operation: {paths: [/healthz]}}]}]}
`).resources,
      ofHost: [],
    };
    const closed = { ...plain, resources: [] };
    const made = meshOf([
      ...parseYaml(SHARED).resources,
      ...build('a', plain),
      ...build('b', plain),
      ...build('c', closed),
      ...build('d', { ...plain, host: '*.ME.example.com' }),
    ]);
    const formsOf = (name: string) =>
      ways(made, name)
        .filter(({ wayIn }) => wayIn.protocol === 'http')
        .map(({ wayIn, programs }) => formOf(made, wayIn, programs));
    expect(formsOf('a')).toEqual(formsOf('b'));
    expect(formsOf('a')).toEqual([expect.any(String), expect.any(String)]);
    expect(formsOf('c')).not.toEqual(formsOf('a'));
    // Under a wildcard other names may lead elsewhere.
    expect(formsOf('d')[0]).toBeUndefined();
  });
});
