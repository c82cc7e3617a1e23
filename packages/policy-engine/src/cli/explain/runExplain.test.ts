/** @jest-environment node */
import {
  BACKEND,
  createFolder,
  REQUIRE_TOKEN,
  runCli,
} from '../__testUtils__/runCli';

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function compact(claims: Record<string, unknown>, signature: string): string {
  return `${encode({ alg: 'RS256', kid: 'k' })}.${encode(claims)}.${signature}`;
}

const SIGNATURE = 'c2lnbmF0dXJlLW9mLXRoZS10b2tlbg';
const ISSUER = 'https://idp.example.com';
const folder = createFolder({
  'mesh/backend.yaml': BACKEND,
  'mesh/policy.yaml': REQUIRE_TOKEN,
  'expired.jwt': compact(
    { iss: ISSUER, sub: 'me', aud: 'shop', exp: 1_600_000_000 },
    SIGNATURE,
  ),
  'bad.jwt': 'not-a-token',
});
const mesh = `${folder.path}/mesh`;

describe('istio-jwt explain', () => {
  it('says what the configuration answers, and what to do', async () => {
    const { code, stdout } = await runCli([
      ...['explain', mesh, '--service', 'shop/backend', '--path', '/x'],
      ...['--principal', 'cluster.local/ns/shop/sa/frontend'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('Answer by the configuration: 403 RBAC: access');
    expect(stdout).toContain('AuthorizationPolicy shop/backend');
    expect(stdout).toMatch(/Fix: Send a valid token/);
  });

  it('leads from an answer that was seen to the rule and the fix', async () => {
    const { code, stdout } = await runCli([
      ...['explain', mesh, '--host', 'backend.shop.svc.cluster.local'],
      ...['--status', '401', '--body', 'Jwt is expired'],
      ...['--token-file', `${folder.path}/expired.jwt`],
      ...['--principal', 'cluster.local/ns/shop/sa/frontend'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('Token: expired.');
    expect(stdout).toContain('exp: 1600000000 (2020-09-13T12:26:40.000Z)');
    expect(stdout).toContain('Rule: RequestAuthentication shop/backend');
    expect(stdout).toContain('Fix: Get a fresh token.');
  });

  it('takes exp: 0 for no end, as Envoy does', async () => {
    const { stdout } = await runCli(
      ['explain', mesh, '--service', 'backend', '--token-file', '-'],
      [compact({ iss: ISSUER, sub: 'me', exp: 0 }, SIGNATURE)],
    );
    expect(stdout).toContain('Token: valid');
  });

  it('prints no part of a token but its claims', async () => {
    const text = compact({ iss: ISSUER, note: '\u001b[2Jx' }, SIGNATURE);
    const { stdout, stderr } = await runCli(
      ['explain', mesh, '--service', 'backend', '--token-file', '-'],
      [`Bearer ${text}\n`],
    );
    expect(stdout).toContain('iss: "https://idp.example.com"');
    for (const part of text.split('.')) {
      expect(stdout + stderr).not.toContain(part);
    }
    expect(stdout).not.toContain('\u001b');
    const bad = await runCli([
      ...['explain', mesh, '--service', 'backend'],
      ...['--token-file', `${folder.path}/bad.jwt`],
    ]);
    expect(bad.stdout).toContain('Token: malformed');
    expect(bad.stdout + bad.stderr).not.toContain('not-a-token');
  });

  it('does not take a token on the command line', async () => {
    const header = 'Authorization: Bearer a.b.c';
    const args = ['explain', mesh, '--service', 'backend', '--header', header];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stderr).toContain('--token-file');
    expect(stderr).not.toContain('a.b.c');
  });

  it('lists the ways in where it cannot tell which was meant', async () => {
    const { path } = createFolder({
      'a.yaml': BACKEND,
      'b.yaml': BACKEND.replace(/shop/g, 'other'),
    });
    const { code, stderr, stdout } = await runCli(['explain', path]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('shop/backend by the mesh');
    expect(stderr).toContain('other/backend by the mesh');
    const none = await runCli(['explain', path, '--service', 'x/y']);
    expect(none).toMatchObject({ code: 2, stdout: '' });
  });
});
