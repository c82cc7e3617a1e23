import {
  assessService,
  Finding,
  findingCatalogue,
  findingsOfPolicies,
  FindingSeverity,
  Mesh,
  Resource,
} from '..';
import { applyYaml, meshOf } from '../__testUtils__/mesh';
import { applyPatch } from './__testUtils__/applyPatch';
import { authentication } from './__testUtils__/build';
import { BASE, FIXTURES } from './__testUtils__/fixtures';

const BACKEND = { namespace: 'default', name: 'backend' };

function findingsIn(mesh: Mesh): Finding[] {
  return assessService(mesh, BACKEND).findings;
}

function findings(texts: string[]): Finding[] {
  return findingsIn(meshOf([BASE, ...texts]));
}

/** Told from observations alone, and tested with them. */
const BY_FACTS = ['jwks-unreachable'];

describe.each(
  findingCatalogue.map(({ id }) => id).filter(id => !BY_FACTS.includes(id)),
)('%s', id => {
  it('is found', () => {
    expect(FIXTURES[id].bad.length).toBeGreaterThan(0);
    for (const texts of FIXTURES[id].bad) {
      const found = findings(texts).filter(finding => finding.id === id);
      expect([texts.join('---'), found.length]).not.toEqual([
        texts.join('---'),
        0,
      ]);
      expect(found[0].message).toMatch(/^\S.*\.$/);
      expect(found[0].fix).not.toBe('');
    }
  });

  it('is not found where it is not', () => {
    expect(FIXTURES[id].good.length).toBeGreaterThan(0);
    for (const texts of FIXTURES[id].good) {
      expect(findings(texts).filter(finding => finding.id === id)).toEqual([]);
    }
  });
});

describe('patches', () => {
  const RANK: Record<FindingSeverity, number> = {
    error: 0,
    warning: 1,
    info: 2,
  };
  const patchedBy = (id: string) =>
    FIXTURES[id].bad.flatMap(texts =>
      findings(texts)
        .filter(finding => finding.id === id && finding.patch)
        .map(finding => ({ texts, finding })),
    );
  const PATCHED = [
    'authorization-prefix',
    'claim-path-dot',
    'deny-good-tokens',
    'host-never-matches',
    'host-port',
    'issuer-mismatch',
    'method-case',
    'mutual-tls-mismatch',
    'negation-admits-anonymous',
    'not-read',
    'path-never-matches',
    'port-never-matches',
    'principal-format',
    'principal-never-matches',
    'query-token',
    'suffix-host',
    'token-stripped',
    'wildcard-inside',
  ];

  it('are given where one object is the whole fix', () => {
    expect(
      Object.keys(FIXTURES)
        .filter(id => patchedBy(id).length > 0)
        .sort(),
    ).toEqual(PATCHED);
  });

  it.each(PATCHED)('of %s mend it and bring nothing worse', id => {
    for (const { texts, finding } of patchedBy(id)) {
      const mesh = meshOf([BASE, ...texts]);
      const { target, operations } = finding.patch!;
      const before = mesh.get(target) as Resource;
      expect(target.apiVersion).toBe(before.apiVersion);
      const known = findingsIn(mesh);
      const sameMessage = (other: Finding) =>
        other.id === id && other.path === finding.path;
      mesh.apply(applyPatch(before, operations));
      const after = findingsIn(mesh);
      expect(after.filter(sameMessage)).toEqual([]);
      const worse = after.filter(
        other =>
          RANK[other.severity] < RANK[finding.severity] &&
          !known.some(old => old.id === other.id),
      );
      expect(worse).toEqual([]);
      expect(after.map(item => item.id)).not.toContain('malformed');
    }
  });
});

describe('findings', () => {
  it('come worst first and each once', () => {
    const found = findings([
      ...FIXTURES['sibling-allow'].bad[0],
      ...FIXTURES['dry-run'].bad[0],
    ]);
    const severities = found.map(({ severity }) => severity);
    const order = ['error', 'warning', 'info'];
    expect(severities).toEqual(
      [...severities].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
    );
    expect(new Set(found.map(item => JSON.stringify(item))).size).toBe(
      found.length,
    );
  });

  it('sibling-allow names the frontend', () => {
    const [found] = findings(FIXTURES['sibling-allow'].bad[0]);
    expect(found).toMatchObject({
      id: 'sibling-allow',
      resource: { name: 'backend-allow-frontend' },
    });
    expect(found.message).toContain('cluster.local/ns/default/sa/frontend');
  });

  it('selects-nothing says where such workloads are', () => {
    const found = findings(FIXTURES['selects-nothing'].bad[1]);
    expect(found.find(({ id }) => id === 'selects-nothing')?.fix).toContain(
      'istio-system',
    );
  });

  it('selects-nothing is not said of workloads that files need not hold', () => {
    const policyFor = (namespace: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: jwt, namespace: ${namespace}}
spec: {selector: {matchLabels: {istio: ingressgateway}}, rules: [{}]}
`;
    const workload = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec: {template: {metadata: {labels: {app: orders}}, spec: {containers: [{name: app}]}}}
`;
    const found = (...texts: string[]) =>
      findingsOfPolicies(meshOf(texts)).map(({ id }) => id);
    // The gateway is installed from elsewhere.
    expect(found(policyFor('istio-system'), workload)).toEqual([]);
    expect(found(policyFor('shop'))).toEqual([]);
    const istiod = workload
      .replaceAll('orders', 'istiod')
      .replace('namespace: shop', 'namespace: istio-system');
    expect(found(policyFor('istio-system'), istiod)).toEqual([]);
    expect(found(policyFor('shop'), workload)).toEqual(['selects-nothing']);
  });

  it('follow a change of what they were found in', () => {
    const mesh = meshOf([BASE, ...FIXTURES['method-case'].bad[0]]);
    expect(findingsIn(mesh).map(({ id }) => id)).toContain('method-case');
    for (const text of FIXTURES['method-case'].good[0]) {
      meshOf([text])
        .list('AuthorizationPolicy')
        .forEach(resource => mesh.apply(resource));
    }
    expect(findingsIn(mesh).map(({ id }) => id)).not.toContain('method-case');
  });

  it('follow a change of the route', () => {
    const [cors, plain] = FIXTURES['preflight-blocked'].bad;
    const mesh = meshOf([BASE, ...plain]);
    const severity = () =>
      findingsIn(mesh).find(({ id }) => id === 'preflight-blocked')?.severity;
    expect(severity()).toBe('info');
    cors.forEach(text => applyYaml(mesh, text));
    expect(severity()).toBe('warning');
    plain.forEach(text => applyYaml(mesh, text));
    expect(severity()).toBe('info');
  });

  it.each([
    ['https://accounts.google.com', 'warning'],
    ['accounts.google.com', 'warning'],
    ['https://cloud.google.com/iap', 'warning'],
    ['https://token.actions.githubusercontent.com', 'warning'],
    ['https://gitlab.example', 'info'],
    ['https://accounts.google.com.example', 'info'],
  ])(
    'weigh an audience that is missing by whose tokens %s gives out',
    (issuer, severity) => {
      const rule = (more: string) =>
        authentication(
          `[{issuer: "${issuer}", jwksUri: "https://keys.example"${more}}]`,
        );
      const audienceOf = (text: string) =>
        findings([text]).find(({ id }) => id === 'no-audience');
      expect(audienceOf(rule(''))?.severity).toBe(severity);
      expect(audienceOf(rule(', audiences: [backend]'))).toBeUndefined();
    },
  );

  it('of a plain, sound configuration are none worse than a hint', () => {
    const sound = findings([
      `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: backend, namespace: default}
spec:
  selector: {matchLabels: {app: backend}}
  jwtRules:
  - issuer: https://idp.example
    jwksUri: https://idp.example/keys
    audiences: [backend]
    fromHeaders: [{name: Authorization, prefix: "Bearer "}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: backend, namespace: default}
spec:
  selector: {matchLabels: {app: backend}}
  rules: [{from: [{source: {requestPrincipals: ["https://idp.example/*"]}}]}]
`,
    ]);
    expect(sound).toEqual([]);
  });
});
