import { PolicyView, WayInStatus } from 'backstage-plugin-istio-jwt-common';
import {
  assessService,
  decideWayIn,
  Mesh,
  parseYaml,
  pathUnder,
  RequestToken,
  Resource,
  traitsOf,
} from 'istio-jwt-policy-engine';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeRequest } from './composeRequest';
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
        const { opaque, defaultDeny } = traitsOf(mesh, hop.proxy);
        return {
          ...hop,
          ...(opaque.length > 0 ? { opaque: [...opaque] } : {}),
          ...(defaultDeny ? { defaultDeny } : {}),
        };
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

const edgePolicy = (name: string, spec: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: edge}
spec: {selector: {matchLabels: {istio: shared-gateway}}, ${spec}}
`;

/** Policies beside those of the sandbox. */
const MESHES: [string, string[]][] = [
  ['as it is', []],
  [
    'with an ALLOW of another host',
    [edgePolicy('other', 'rules: [{to: [{operation: {hosts: [x.example]}}]}]')],
  ],
  [
    'with ALLOW and DENY of own hosts',
    [
      edgePolicy(
        'own',
        'rules: [{to: [{operation: {hosts: [reviews.example.com], methods: [GET]}}]}]',
      ),
      edgePolicy(
        'deny',
        'action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {hosts: [payments.example.com], notPaths: ["/healthz"]}}]}]',
      ),
    ],
  ],
];

/** How often the page decides, and each answer that is not the whole mesh's. */
function compareWithWhole(mesh: Mesh) {
  let decided = 0;
  let undecided = 0;
  const wrong: string[] = [];
  const ask = (
    wayIn: WayInStatus,
    basis: Basis,
    ...parameters: [
      { method: string; path: string },
      DecodedToken,
      RequestToken['validity'],
    ]
  ) => {
    const request = composeRequest(wayIn, ...parameters);
    const told = decideLocally(wayIn, basis, request);
    if (told.kind === 'undecided') {
      undecided += 1;
      return;
    }
    decided += 1;
    const { status, body } = decideWayIn(mesh, wayIn, request);
    if (told.status !== status || told.body !== body) {
      wrong.push(
        `${wayIn.id} ${JSON.stringify(parameters)}: here ${told.status} ${
          told.body
        }, whole ${status} ${body}`,
      );
    }
  };
  const tokens = listTokens(mesh);
  for (const service of mesh.services()) {
    const { waysIn, basis } = toStatus(mesh, service);
    for (const wayIn of waysIn) {
      const paths = [pathUnder(wayIn), '/healthz', '/a//b%2fc'];
      for (const token of tokens) {
        for (const path of paths) {
          ask(wayIn, basis, { method: 'GET', path }, token, 'valid');
          ask(wayIn, basis, { method: 'POST', path }, token, 'expired');
        }
        ask(wayIn, basis, { method: 'GET', path: '/' }, token, 'bad-signature');
      }
    }
  }
  return { decided, undecided, wrong };
}

describe('decideLocally', () => {
  it.each(MESHES)(
    'never says anything else than the engine does with the whole mesh, %s',
    (_, extra) => {
      const { decided, undecided, wrong } = compareWithWhole(readMesh(extra));
      expect(wrong).toEqual([]);
      // It is worth something only where it decides most of them.
      expect(decided).toBeGreaterThan(500);
      expect(decided).toBeGreaterThan(undecided);
    },
  );

  it('says that ALLOW policies of other hosts shut a host out', () => {
    const mesh = readMesh(MESHES[1][1]);
    const { waysIn, basis } = toStatus(mesh, {
      namespace: 'reviews',
      name: 'reviews',
    });
    const [wayIn] = waysIn.filter(({ kind }) => kind === 'gateway');
    const request = composeRequest(
      wayIn,
      { method: 'GET', path: '/' },
      NONE,
      'valid',
    );
    expect(decideLocally(wayIn, basis, request)).toMatchObject({
      status: 403,
      summary: expect.stringContaining('for other hosts'),
    });
    expect(
      explainLocally(wayIn, basis, request, {
        status: 403,
        body: 'RBAC: access denied',
      }),
    ).toMatchObject({ explanation: { kind: 'matches', origin: 'rbac' } });
    expect(
      explainLocally(wayIn, basis, request, { status: 200 }),
    ).toMatchObject({ kind: 'undecided' });
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
