/* eslint-disable no-console */
import {
  compileProxy,
  decide,
  Mesh,
  parseYaml,
  Program,
  ProxyRequest,
  RequestToken,
} from '../src';

/**
 * Prints how many decisions a second one core takes on a typical shared gateway: two issuers, twenty
 * policies, most of them about one host.
 * Run: node --require @backstage/cli/config/nodeTransform.cjs bench/decisions.ts [seconds per line]
 */
const seconds = Number(process.argv[2] ?? 1);
const ISSUERS = ['https://idp.example.com/', 'https://partners.example.com/'];

function policy(name: string, spec: string): string {
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: istio-system}
spec: {selector: {matchLabels: {istio: ingressgateway}}, ${spec}}
---`;
}

/** Pattern C of an enablement: the host requires a token, but for its health path. */
function requireToken(host: string): string {
  return policy(
    `require-${host.split('.')[0]}`,
    `action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["${ISSUERS[0]}*", "${ISSUERS[0]}/*"]}}], to: [{operation: {hosts: ["${host}", "${host}:*"], ports: ["8080"], notPaths: ["/healthz"]}}]}]`,
  );
}

function typicalGateway(): Program {
  const hosts = Array.from({ length: 14 }, (_, i) => `app${i}.example.com`);
  const texts = [
    `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: issuers, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  jwtRules:
  - {issuer: "${ISSUERS[0]}", jwksUri: "https://idp.example.com/jwks", forwardOriginalToken: true, audiences: [apps]}
  - {issuer: "${ISSUERS[1]}", jwksUri: "https://partners.example.com/jwks", forwardOriginalToken: true}
---`,
    ...hosts.map(requireToken),
    policy(
      'no-trace',
      'action: DENY, rules: [{to: [{operation: {methods: [TRACE, TRACK]}}]}]',
    ),
    policy(
      'no-admin',
      'action: DENY, rules: [{from: [{source: {notRemoteIpBlocks: ["10.0.0.0/8"]}}], to: [{operation: {paths: ["/admin*", "/internal/*"]}}]}]',
    ),
    policy(
      'roles',
      `action: DENY, rules: [{to: [{operation: {hosts: ["app3.example.com"], paths: ["/reports/*"]}}], when: [{key: "request.auth.claims[roles]", notValues: [auditor]}]}]`,
    ),
    policy(
      'old',
      'action: AUDIT, rules: [{to: [{operation: {paths: ["/v1/*"]}}]}]',
    ),
    policy('rest', 'action: ALLOW, rules: [{}]'),
    policy(
      'partners',
      `action: ALLOW, rules: [{from: [{source: {requestPrincipals: ["${ISSUERS[1]}/*"]}}]}]`,
    ),
  ];
  const mesh = new Mesh();
  const { resources, errors } = parseYaml(texts.join('\n'));
  if (errors.length > 0) throw new Error(JSON.stringify(errors[0]));
  resources.forEach(resource => mesh.apply(resource));
  return compileProxy(mesh, {
    kind: 'gateway',
    namespace: 'istio-system',
    name: 'istio-ingressgateway',
    labels: { istio: 'ingressgateway' },
  });
}

function token(validity: RequestToken['validity'], iss = ISSUERS[0]) {
  const claims = { iss, sub: 'user-7', aud: 'apps', roles: ['auditor', 'dev'] };
  return { in: 'header' as const, validity, claims };
}

const HEADERS = {
  'user-agent': 'Mozilla/5.0',
  accept: 'application/json',
  'accept-encoding': 'gzip, br',
  'x-request-id': '4a1c6f0e-1d4b-4f58-8d7e-0a6f4d3b2c1a',
  origin: 'https://app3.example.com',
};

const source = { ip: '198.51.100.7' };

function mixOf(variants: Partial<ProxyRequest>[]): ProxyRequest[] {
  const paths = ['/', '/api/orders/17', '/reports/2026?page=2', '/v1/items'];
  return variants.flatMap(variant =>
    Array.from({ length: 16 }, (_, i) => ({
      port: 8080,
      method: i % 5 === 0 ? 'POST' : 'GET',
      host: `app${i}.example.com${i % 4 === 0 ? ':8080' : ''}`,
      path: paths[i % paths.length],
      source,
      ...variant,
    })),
  );
}

const MIXES: Record<string, ProxyRequest[]> = {
  'without a token': mixOf([{}]),
  'without a token, five headers': mixOf([{ headers: HEADERS }]),
  'with a valid token': mixOf([{ tokens: [token('valid')] }]),
  'with a bad token': mixOf([{ tokens: [token('expired')] }]),
  'all of these': mixOf([
    {},
    { headers: HEADERS },
    { tokens: [token('valid')] },
    { tokens: [token('expired')] },
  ]),
};

function measure(program: Program, requests: ProxyRequest[]): string {
  const counts = new Map<unknown, number>();
  let decided = 0;
  const run = (until: number) => {
    const start = process.cpuUsage();
    for (;;) {
      for (let round = 0; round < 500; round++) {
        for (const request of requests) {
          const { status } = decide(program, request, { trace: false });
          if (decided < requests.length) {
            counts.set(status, (counts.get(status) ?? 0) + 1);
          }
          decided += 1;
        }
      }
      const { user, system } = process.cpuUsage(start);
      // Processor time, so that a busy machine does not change the figures.
      if (user + system > until) return (user + system) / 1e6;
    }
  };
  run(3e5);
  decided = requests.length;
  const spent = run(seconds * 1e6);
  const rate = Math.round((decided - requests.length) / spent);
  const answers = [...counts].map(([status, n]) => `${status}: ${n}`);
  return `${rate.toLocaleString('en')} decisions/s (${answers.join(', ')})`;
}

const program = typicalGateway();
for (const [name, requests] of Object.entries(MIXES)) {
  console.log(`${name}: ${measure(program, requests)}`);
}
