/** @jest-environment node */
import { createFolder, runCli } from '../__testUtils__/runCli';

const policy = (name: string, namespace: string, spec: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
const deny = (source: string) =>
  `{action: DENY, rules: [{from: [{source: {${source}}}]}]}`;
const WAYPOINT = `
apiVersion: v1
kind: Namespace
metadata: {name: mesh, labels: {istio.io/use-waypoint: way, istio.io/dataplane-mode: ambient}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: way, namespace: mesh}
spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}
---
apiVersion: v1
kind: Service
metadata: {name: closed, namespace: mesh}
spec: {selector: {app: closed}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: open, namespace: mesh}
spec: {selector: {app: open}, ports: [{port: 80}]}
`;
const { path } = createFolder({
  'mesh.yaml': [
    WAYPOINT,
    policy(
      'closed',
      'mesh',
      '{targetRefs: [{kind: Service, group: "", name: closed}], rules: []}',
    ),
    policy('evil', 'by-namespace', deny('namespaces: [evil]')),
    policy(
      'evil',
      'by-account',
      deny('principals: ["cluster.local/ns/evil/sa/bad"]'),
    ),
    policy(
      'host',
      'by-host',
      '{action: DENY, rules: [{to: [{operation: {hosts: ["a.com"]}}]}]}',
    ),
    `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: token, namespace: tokens}
spec: {jwtRules: [{issuer: me, jwksUri: "https://me/keys", fromHeaders: [{name: x-token, prefix: "Token "}]}]}
`,
  ].join('---'),
});

async function decideLines(...lines: unknown[]) {
  const text = lines
    .map(line => (typeof line === 'string' ? line : JSON.stringify(line)))
    .join('\n');
  const { stdout, code } = await runCli(['decide', path], [text]);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  return { code, answers };
}

const at = (namespace: string, more = {}) => ({
  proxy: { kind: 'sidecar', namespace, labels: {} },
  port: 80,
  host: 'b.com',
  ...more,
});

describe('what a request leaves out', () => {
  it('takes a namespace for any account of it', async () => {
    const source = { namespace: 'evil' };
    const { answers } = await decideLines(
      at('by-namespace', { source }),
      at('by-namespace', { source: { namespace: 'good' } }),
      at('by-account', { source }),
      at('by-account', { source: { namespace: 'good' } }),
    );
    expect(answers.map(({ status }) => status)).toEqual([
      403,
      200,
      'unknown',
      200,
    ]);
    expect(answers[2].why[0]).toMatch(/source\.principal left out/);
  });

  it('refuses a namespace that is not that of the principal', async () => {
    const principal = 'spiffe://cluster.local/ns/evil/sa/bad';
    const { answers } = await decideLines(
      at('by-account', { source: { principal, namespace: 'good' } }),
      at('by-account', { source: { principal, namespace: 'evil' } }),
    );
    expect(answers[0].error).toMatch(/not that of source\.principal/);
    expect(answers[1].status).toBe(403);
  });

  it('does not guess a host that policies compare', async () => {
    const { answers } = await decideLines(
      at('by-host', { host: undefined }),
      at('by-host'),
      at('by-host', { host: 'a.com' }),
      at('by-namespace', { host: undefined }),
    );
    expect(answers.map(({ status }) => status)).toEqual([
      'unknown',
      200,
      403,
      200,
    ]);
  });

  it('asks which Service a waypoint has the request for', async () => {
    const proxy = { kind: 'waypoint', namespace: 'mesh', name: 'way' };
    const service = (name: string) => ({
      ...proxy,
      service: { namespace: 'mesh', name },
    });
    const host = 'closed.mesh.svc.cluster.local:80';
    const { answers } = await decideLines(
      { proxy, port: 80 },
      { proxy, port: 80, host },
      { proxy: service('closed'), port: 80 },
      { proxy: service('open'), port: 80 },
      { proxy: service('gone'), port: 80 },
      { proxy: { ...proxy, name: undefined }, port: 80 },
    );
    expect(answers.map(({ status }) => status)).toEqual([
      'unknown',
      403,
      403,
      200,
      'unknown',
      'unknown',
    ]);
    expect(answers[0].why[0]).toMatch(/^proxy\.service is missing/);
    expect(answers[4].error).toMatch(/no Service mesh\/gone/);
    expect(answers[5].error).toMatch(/proxy\.name must be set/);
  });
});

describe('what a request has too much, or wrong', () => {
  it('names fields that nothing reads, wherever they stand', async () => {
    const { answers } = await decideLines(
      at('by-host', {
        proxy: {
          ...{ kind: 'sidecar', namespace: 'by-host', lables: {} },
          service: { namespace: 'mesh', name: 'open', port: 1 },
        },
        source: { princpal: 'x' },
        tokens: [{ in: 'header', validity: 'valid', claim: {} }],
      }),
    );
    expect(answers[0].why.join(' ')).toMatch(
      /proxy\.lables .*proxy\.service\.port .*source\.princpal .*tokens\[0\]\.claim /,
    );
  });

  it('goes on behind an id that is nested too deeply', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const { answers, code } = await decideLines(
      `{"id": ${deep}}`,
      at('by-host', { id: 'after' }),
    );
    expect(code).toBe(2);
    expect(answers[0].error).toMatch(/line 1: is nested more than 100 deep/);
    expect(answers[1]).toMatchObject({ id: 'after', status: 200 });
  });

  it('says what is wrong with a value, and where', async () => {
    const { answers } = await decideLines(
      '',
      '{"id": 1,',
      at('by-host', { source: { ip: '10.0.0.0/8' } }),
      at('by-host', { tokens: [{ in: 'cookie', validity: 'valid' }] }),
    );
    expect(answers.map(({ error }) => error)).toEqual([
      expect.stringMatching(/^line 2: is no JSON: ./),
      expect.stringMatching(/source\.ip is no IP address$/),
      expect.stringMatching(/tokens\[0\]\.name must be set/),
    ]);
  });

  it('says behind which prefix the proxy looks', async () => {
    const token = { in: 'header', name: 'x-token', validity: 'expired' };
    const { answers } = await decideLines(
      at('tokens', { tokens: [token] }),
      at('tokens', { tokens: [{ ...token, prefix: 'Token ' }] }),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 401]);
    expect(answers[0].why.at(-1)).toMatch(
      /behind no prefix, and the proxy looks behind the prefix "Token "/,
    );
    expect(answers[1].why.join()).not.toMatch(/looks behind/);
  });

  it('prints errors of the mesh with their kind and the line of the field', async () => {
    const { path: broken } = createFolder({
      'a.yaml': policy('a', 'shop', '\n  action: PERMIT'),
    });
    const { stderr } = await runCli(['decide', broken]);
    expect(stderr).toBe(
      `${broken}/a.yaml:6: refused: the API server would refuse it: spec.action: must be one of ALLOW, DENY, AUDIT, CUSTOM\n`,
    );
  });
});
