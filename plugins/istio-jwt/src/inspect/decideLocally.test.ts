import { PolicyView, WayInStatus } from 'backstage-plugin-istio-jwt-common';
import {
  assessService,
  compileProxy,
  decideWayIn,
  Mesh,
  parseYaml,
  RequestToken,
  Resource,
} from 'istio-jwt-policy-engine';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeRequest, suggestPath } from './composeRequest';
import { Basis, decideLocally, explainLocally } from './decideLocally';
import { DecodedToken } from './decodeToken';

const DATA = join(__dirname, '../../../../packages/sandbox/data');

/** A mesh with everything, as the backend has it. */
function readMesh(extra: string[] = []): Mesh {
  const mesh = new Mesh();
  const texts = readdirSync(DATA)
    .filter(name => name.endsWith('.yaml'))
    .map(name => readFileSync(join(DATA, name), 'utf8'));
  for (const text of [...texts, ...extra]) {
    parseYaml(text).resources.forEach(resource => mesh.apply(resource));
  }
  return mesh;
}

/** What the status has of a way in: the policies of its hops, and no more of the mesh. */
function toStatus(mesh: Mesh, service: { namespace: string; name: string }) {
  const policies = new Map<string, PolicyView>();
  const waysIn = assessService(mesh, service).waysIn.map(
    (wayIn): WayInStatus => ({
      ...wayIn,
      verdict: wayIn.state,
      hops: wayIn.hops.map(hop => {
        for (const { ref } of hop.policies) {
          const { apiVersion, kind, metadata, spec } = mesh.get(
            ref,
          ) as Resource;
          const { name, namespace, annotations } = metadata;
          policies.set(JSON.stringify(ref), {
            cluster: 'main',
            ref,
            yaml: JSON.stringify({
              apiVersion,
              kind,
              metadata: { name, namespace, annotations },
              spec,
            }),
          });
        }
        const { opaque } = compileProxy(mesh, hop.proxy);
        return opaque.length > 0 ? { ...hop, opaque: [...opaque] } : hop;
      }),
    }),
  );
  const basis: Basis = {
    policies: [...policies.values()],
    freshness: { state: { kind: 'synced' }, missingKinds: [] },
  };
  return { waysIn, basis };
}

const ISSUERS = [
  'testing@secure.istio.io',
  'testing@secure.istio.io/',
  'https://issuer.sandbox.example',
  'https://other.example',
];
const NONE: DecodedToken = { kind: 'none' };

function tokenOf(claims: Record<string, unknown>): DecodedToken {
  return { kind: 'decoded', text: 'x.y.z', header: { alg: 'RS256' }, claims };
}

function listTokens(mesh: Mesh): DecodedToken[] {
  const issuers = new Set([
    ...ISSUERS,
    ...mesh
      .list('RequestAuthentication')
      .flatMap(({ spec }) => (spec as any)?.jwtRules ?? [])
      .map(rule => rule.issuer as string),
  ]);
  return [
    NONE,
    { kind: 'not-a-jwt', text: 'opaque', reason: '' },
    { kind: 'not-a-jwt', text: 'a.b.c', reason: '' },
    ...[...issuers].flatMap(iss => [
      tokenOf({ iss, sub: iss }),
      tokenOf({ iss, sub: 'someone', aud: 'shop' }),
      tokenOf({ iss }),
      tokenOf({ iss, sub: 7 }),
    ]),
  ];
}

const VALIDITIES: RequestToken['validity'][] = [
  'valid',
  'expired',
  'bad-signature',
  'unknown-key',
];

describe('decideLocally', () => {
  it('never says anything else than the engine does with the whole mesh', () => {
    const mesh = readMesh();
    let decided = 0;
    let undecided = 0;
    for (const service of mesh.services()) {
      const { waysIn, basis } = toStatus(mesh, service);
      for (const wayIn of waysIn) {
        const paths = [suggestPath(wayIn), '/healthz', '/api/x', '/a//b%2fc'];
        for (const token of listTokens(mesh)) {
          for (const validity of VALIDITIES) {
            for (const path of paths) {
              for (const method of ['GET', 'POST']) {
                const request = composeRequest(
                  wayIn,
                  { method, path },
                  token,
                  validity,
                );
                const told = decideLocally(wayIn, basis, request);
                if (told.kind === 'undecided') {
                  undecided += 1;
                  continue;
                }
                decided += 1;
                const { status, body } = decideWayIn(mesh, wayIn, request);
                if (told.status !== status || told.body !== body) {
                  throw new Error(
                    `${service.name} ${
                      wayIn.id
                    } ${method} ${path} ${JSON.stringify(
                      token,
                    )} ${validity}: here ${told.status} ${
                      told.body
                    }, whole ${status} ${body}`,
                  );
                }
              }
            }
          }
        }
      }
    }
    // It is worth something only where it decides most of them.
    expect(decided).toBeGreaterThan(1000);
    expect(decided).toBeGreaterThan(undecided);
  });

  const BACKEND = { namespace: 'default', name: 'backend' };
  const policyOf = (rules: string, more = '') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: asks, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  ${more}
  rules: ${rules}
`;
  const inspect = (extra: string[], path = '/', token = NONE) => {
    const mesh = readMesh(extra);
    const { waysIn, basis } = toStatus(mesh, BACKEND);
    const wayIn = waysIn.find(({ kind }) => kind === 'gateway') as WayInStatus;
    return {
      wayIn,
      basis,
      told: decideLocally(
        wayIn,
        basis,
        composeRequest(wayIn, { method: 'GET', path }, token, 'valid'),
      ),
    };
  };

  it.each<[string, string[], string, RegExp]>([
    [
      'a header',
      [policyOf('[{when: [{key: "request.headers[x-a]", values: [b]}]}]')],
      '/',
      /request\.headers\[x-a\], which this page does not know/,
    ],
    [
      'an address',
      [policyOf('[{from: [{source: {remoteIpBlocks: ["10.0.0.0/8"]}}]}]')],
      '/',
      /remoteIpBlocks/,
    ],
    [
      'a path that is normalised',
      [policyOf('[{to: [{operation: {paths: ["/a"]}}]}]', 'action: DENY')],
      '/a//b',
      /normalises/,
    ],
    [
      'an external authorizer',
      [
        policyOf(
          '[{to: [{operation: {paths: ["/a"]}}]}]',
          'action: CUSTOM\n  provider: {name: opa}',
        ),
      ],
      '/',
      /external authorizer/,
    ],
    [
      'an EnvoyFilter',
      [
        `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: extra, namespace: istio-system}
spec: {configPatches: [{applyTo: HTTP_FILTER, match: {context: GATEWAY}, patch: {operation: INSERT_FIRST}}]}
`,
      ],
      '/',
      /EnvoyFilter istio-system\/extra/,
    ],
  ])('says that it cannot tell because of %s', (_, extra, path, why) => {
    const { told } = inspect(extra, path);
    expect(told.kind).toBe('undecided');
    expect(told.kind === 'undecided' && told.reasons.join(' ')).toMatch(why);
  });

  it('does not decide with a policy missing', () => {
    const { wayIn, basis } = inspect([]);
    const told = decideLocally(
      wayIn,
      { ...basis, policies: basis.policies.slice(1) },
      composeRequest(wayIn, { method: 'GET', path: '/' }, NONE, 'valid'),
    );
    expect(told.kind === 'undecided' && told.reasons[0]).toMatch(
      /This page has no/,
    );
  });

  it.each<[Basis['freshness'], RegExp]>([
    [undefined, /Nothing is known/],
    [{ state: { kind: 'syncing' }, missingKinds: [] }, /to the end/],
    [
      {
        state: { kind: 'synced' },
        missingKinds: [{ kind: 'EnvoyFilter', reason: 'forbidden', fix: '' }],
      },
      /EnvoyFilter cannot be read/,
    ],
  ])('does not decide from half of a cluster: %j', (freshness, why) => {
    const { wayIn, basis } = inspect([]);
    const told = decideLocally(
      wayIn,
      { ...basis, freshness },
      composeRequest(wayIn, { method: 'GET', path: '/' }, NONE, 'valid'),
    );
    expect(told.kind === 'undecided' && told.reasons[0]).toMatch(why);
  });

  it('explains a 403 without a token by the rule', () => {
    const { wayIn, basis } = inspect([]);
    const told = explainLocally(
      wayIn,
      basis,
      composeRequest(wayIn, { method: 'GET', path: '/' }, NONE, 'valid'),
      { status: 403, body: 'RBAC: access denied' },
    );
    expect(told).toMatchObject({
      kind: 'explained',
      explanation: {
        kind: 'matches',
        origin: 'rbac',
        rule: { resource: { name: 'ingress-jwt-policy' } },
      },
    });
  });
});
