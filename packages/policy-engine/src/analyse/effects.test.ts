import {
  assessService,
  compileProxy,
  decide,
  decideWayIn,
  Mesh,
  ProxyRequest,
  RequestToken,
  Resource,
} from '..';
import { meshOf, SIDECAR, token } from '../__testUtils__/mesh';
import { applyPatch } from './__testUtils__/applyPatch';
import { authentication, authenticationAtGateway } from './__testUtils__/build';
import { BASE, FIXTURES } from './__testUtils__/fixtures';

/** What findings say of requests is held to what the engine decides, which is held to Envoy. */

const BACKEND = { namespace: 'default', name: 'backend' };
const FRONTEND = { principal: 'cluster.local/ns/default/sa/frontend' };
const IDP = 'https://idp.example';

function atSidecar(mesh: Mesh, request: Partial<ProxyRequest>) {
  return decide(compileProxy(mesh, SIDECAR), {
    port: 8080,
    host: 'backend',
    source: FRONTEND,
    ...request,
  }).status;
}

function byGateway(mesh: Mesh, request: Partial<ProxyRequest>) {
  const [wayIn] = assessService(mesh, BACKEND).waysIn.filter(
    ({ kind }) => kind === 'gateway',
  );
  return decideWayIn(mesh, wayIn, { port: 8080, ...request }).status;
}

function tokens(
  claims?: Record<string, unknown>,
  more: Partial<RequestToken> = {},
) {
  return { tokens: [{ ...token(claims), ...more }] };
}

/** Applies the finding's own patch. */
function mend(mesh: Mesh, id: string): void {
  const { patch } = assessService(mesh, BACKEND).findings.find(
    finding => finding.id === id && finding.patch,
  )!;
  const object = mesh.get(patch!.target) as Resource;
  mesh.apply(applyPatch(object, patch!.operations));
}

describe('what a patch mends', () => {
  it.each<[string, Partial<ProxyRequest>, number, number]>([
    ['host-port', { host: 'h.example.com:1' }, 200, 403],
    ['method-case', { method: 'DELETE' }, 200, 403],
    ['path-never-matches', { path: '/admin/x' }, 200, 403],
    ['host-never-matches', { host: 'H.example.com' }, 200, 403],
    ['port-never-matches', {}, 200, 403],
    ['principal-format', {}, 403, 200],
    ['suffix-host', { host: 'evilexample.com' }, 200, 403],
    ['wildcard-inside', { path: '/api/7/admin' }, 200, 403],
    [
      'claim-path-dot',
      tokens({ realm_access: { roles: ['admin'] } }),
      403,
      200,
    ],
    ['deny-good-tokens', tokens(), 403, 200],
    ['deny-good-tokens', {}, 200, 403],
    ['negation-admits-anonymous', {}, 200, 403],
    ['negation-admits-anonymous', tokens({ tier: 'gold' }), 200, 200],
    ['authorization-prefix', tokens(), 401, 200],
    [
      'query-token',
      tokens({}, { in: 'query', validity: 'malformed' }),
      401,
      200,
    ],
    ['issuer-mismatch', tokens(), 403, 200],
    ['principal-never-matches', tokens({ iss: IDP }), 403, 200],
  ])('%s: %j gets %s, then %s', (id, request, before, after) => {
    const mesh = meshOf([BASE, ...FIXTURES[id].bad[0]]);
    expect(atSidecar(mesh, request)).toBe(before);
    mend(mesh, id);
    expect(atSidecar(mesh, request)).toBe(after);
  });

  it('token-stripped: a good token gets through', () => {
    const mesh = meshOf([BASE, ...FIXTURES['token-stripped'].bad[0]]);
    expect(byGateway(mesh, tokens())).toBe(403);
    mend(mesh, 'token-stripped');
    expect(byGateway(mesh, tokens())).toBe(200);
  });
});

describe('by a gateway that ends TLS and reads TCP', () => {
  const TCP = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: tcp, namespace: default}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 443, name: tls, protocol: TLS}, hosts: ["*"], tls: {mode: SIMPLE, credentialName: c}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: tcp, namespace: default}
spec: {hosts: ["*"], gateways: [tcp], tcp: [{route: [{destination: {host: backend, port: {number: 80}}}]}]}
`;
  const { findings } = assessService(
    meshOf([BASE, TCP, authentication(), authenticationAtGateway()]),
    BACKEND,
  );
  const about = (id: string, part: string) =>
    findings.find(each => each.id === id && each.message.includes(part));

  it('validated-not-required names what looks at tokens', () => {
    expect(
      about('validated-not-required', "the gateway's *:443")?.resource,
    ).toMatchObject({ namespace: 'default', name: 'backend-jwt' });
  });

  it('what is trusted is what looks at tokens', () => {
    const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: require, namespace: default}
spec:
  selector: {matchLabels: {app: backend}}
  rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]
`;
    const { waysIn } = assessService(
      meshOf([BASE, TCP, authentication(), authenticationAtGateway(), policy]),
      BACKEND,
    );
    const way = waysIn.find(({ port }) => port === 443);
    expect(way).toMatchObject({
      state: 'enforced',
      reason: expect.stringContaining('checked at sidecar backend'),
    });
    expect(way?.issuers.map(each => each.requestAuthentication.name)).toEqual([
      'backend-jwt',
    ]);
  });

  it('validated-not-required says nothing where nothing does', () => {
    const { waysIn, findings: others } = assessService(
      meshOf([BASE, TCP, authenticationAtGateway()]),
      BACKEND,
    );
    expect(waysIn.map(({ state }) => state)).toEqual(['open', 'open']);
    expect(others.map(({ id }) => id)).not.toContain('validated-not-required');
  });

  it('not-http is for the Gateway to mend', () => {
    expect(about('not-http', "the gateway's *:443")).toMatchObject({
      resource: { kind: 'Gateway', name: 'tcp' },
      fix: expect.stringContaining('`HTTPS`'),
    });
  });
});

describe('mutual-tls-mismatch', () => {
  const at = (texts: string[]) => {
    const mesh = meshOf([BASE, ...texts]);
    const finding = assessService(mesh, BACKEND).findings.find(
      ({ id }) => id === 'mutual-tls-mismatch',
    )!;
    return {
      mesh,
      finding,
      status: () => byGateway(mesh, { host: 'h.example.com' }),
    };
  };
  const { bad } = FIXTURES['mutual-tls-mismatch'];

  it.each([[bad[0]], [bad[1]]])('is mended by its patch: %s', texts => {
    const { mesh, status } = at(texts);
    expect(status()).toBe('closed');
    mend(mesh, 'mutual-tls-mismatch');
    expect(status()).toBe(200);
  });

  it('gives no patch that would change more than the Service', () => {
    expect(at(bad[2]).finding.patch).toBeUndefined();
    expect(at(bad[3]).finding.patch).toBeUndefined();
    expect(at(bad[3]).finding.resource?.kind).toBe('DestinationRule');
  });

  it('names the PeerAuthentication of the port, and what else says how to connect', () => {
    expect(at(bad[4]).finding.message).toMatch(
      /takes none, as PeerAuthentication default\/backend says/,
    );
    expect(at(bad[5]).finding).toMatchObject({
      resource: { kind: 'PeerAuthentication' },
      message: expect.stringContaining('enableAutoMtls of the mesh config'),
    });
  });
});

describe('what a finding warns of', () => {
  it.each<[string, Partial<ProxyRequest>, number]>([
    ['claim-type', tokens({ email_verified: true }), 403],
    ['path-normalization', { path: '//admin' }, 200],
    ['exempt-path-wide', { path: '/health-admin' }, 200],
    ['scope-with-space', tokens({ scope: 'read write' }), 403],
    ['header-trusted', { headers: { 'x-user': 'a' } }, 200],
    ['issuer-twice', tokens({ aud: 'other' }), 200],
    ['any-issuer', tokens({ iss: 'https://tenant.example' }), 200],
    ['issuer-empty', tokens({ iss: 'anybody' }), 200],
    ['header-only', tokens({}, { validity: 'expired' }), 200],
    ['allow-empty', tokens(), 403],
    ['validated-not-required', {}, 200],
    ['required-not-validated', tokens(), 403],
    ['sibling-allow', {}, 200],
  ])('%s: %j gets %s', (id, request, status) => {
    const mesh = meshOf([BASE, ...FIXTURES[id].bad[0]]);
    expect(atSidecar(mesh, request)).toBe(status);
  });

  it.each<[string, Partial<ProxyRequest>, number]>([
    ['host-dot', { host: 'h.example.com.' }, 200],
    ['host-dot', { host: 'h.example.com' }, 403],
    ['options-exempt', { host: 'h.example.com', method: 'OPTIONS' }, 200],
    [
      'foreign-tokens',
      { host: 'h.example.com', ...tokens({ iss: 'https://tenant.example' }) },
      401,
    ],
    [
      'preflight-blocked',
      {
        host: 'h.example.com',
        method: 'OPTIONS',
        headers: {
          origin: 'https://app.example',
          'access-control-request-method': 'GET',
        },
      },
      403,
    ],
    ['locks-other-hosts', { host: 'other.example.com' }, 403],
  ])('%s: by the gateway %j gets %s', (id, request, status) => {
    const mesh = meshOf([BASE, ...FIXTURES[id].bad[0]]);
    expect(byGateway(mesh, request)).toBe(status);
  });

  it('principal-without-mtls: a caller without certificate passes', () => {
    const mesh = meshOf([BASE, ...FIXTURES['principal-without-mtls'].bad[0]]);
    expect(atSidecar(mesh, { source: {} })).toBe(200);
  });

  it('deny-widens: every connection is closed', () => {
    const mesh = meshOf([BASE, ...FIXTURES['deny-widens'].bad[0]]);
    expect(atSidecar(mesh, { protocol: 'tcp' })).toBe('closed');
  });
});
