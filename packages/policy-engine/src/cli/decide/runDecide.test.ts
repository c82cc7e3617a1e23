/** @jest-environment node */
import {
  BACKEND,
  createFolder,
  REQUIRE_TOKEN,
  runCli,
} from '../__testUtils__/runCli';

const { path } = createFolder({
  'mesh.yaml': `${BACKEND}---${REQUIRE_TOKEN}`,
});
const proxy = {
  kind: 'sidecar',
  namespace: 'shop',
  labels: { app: 'backend' },
};
const source = { principal: 'cluster.local/ns/shop/sa/frontend' };

function token(validity: string, claims = {}) {
  const iss = 'https://idp.example.com';
  return {
    in: 'header',
    validity,
    claims: { iss, sub: 'me', aud: 'shop', ...claims },
  };
}

async function decideLines(lines: unknown[]) {
  const text = lines
    .map(line => (typeof line === 'string' ? line : JSON.stringify(line)))
    .join('\n');
  const { code, stdout, stderr } = await runCli(['decide', path], [text]);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  return { code, answers, stderr };
}

describe('istio-jwt decide', () => {
  it('answers every line in order, as the proxy would', async () => {
    const base = { proxy, port: 8080, protocol: 'http', source, path: '/' };
    const { code, answers, stderr } = await decideLines([
      { id: 'none', ...base },
      { id: 2, ...base, tokens: [token('valid')] },
      { id: { any: 'form' }, ...base, tokens: [token('expired')] },
      { ...base, tokens: [token('valid', { aud: 'other' })] },
      { id: 'last', ...base, method: 'POST', headers: { a: ['1', '2'] } },
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(answers).toEqual([
      {
        id: 'none',
        status: 403,
        body: 'RBAC: access denied',
        details: 'rbac_access_denied_matched_policy[none]',
        why: expect.arrayContaining([expect.stringContaining('shop/backend')]),
      },
      { id: 2, status: 200, why: expect.any(Array) },
      {
        id: { any: 'form' },
        status: 401,
        body: 'Jwt is expired',
        details: 'jwt_authn_access_denied{Jwt_is_expired}',
        why: expect.any(Array),
      },
      {
        id: null,
        status: 403,
        body: 'Audiences in Jwt are not allowed',
        details: expect.any(String),
        why: expect.any(Array),
      },
      expect.objectContaining({ id: 'last', status: 403 }),
    ]);
    for (const { why } of answers) {
      expect(why.length).toBeGreaterThan(1);
      expect(why.every((line: unknown) => typeof line === 'string')).toBe(true);
    }
  });

  it('answers a line that is no request with what is wrong, and goes on', async () => {
    const { code, answers } = await decideLines([
      'no json',
      { id: 1, proxy: { kind: 'router', namespace: 'shop' }, port: 8080 },
      { id: 2, proxy, port: '8080' },
      { id: 3, proxy, port: 8080, tokens: [{ in: 'body' }] },
      { id: 4, proxy, port: 8080, pth: '/' },
    ]);
    expect(code).toBe(2);
    expect(answers.map(({ id, status }) => [id, status])).toEqual([
      [null, 'unknown'],
      [1, 'unknown'],
      [2, 'unknown'],
      [3, 'unknown'],
      [4, 403],
    ]);
    expect(answers[1].error).toMatch(/proxy\.kind must be one of/);
    expect(answers[2].error).toMatch(/port must be an integer/);
    expect(answers[3].error).toMatch(/tokens\[0\]\.validity must be set/);
    expect(answers[4].why.at(-1)).toMatch(/pth is not known/);
  });

  it('keeps the order and the count over chunks that cut lines and characters', async () => {
    const lines = Array.from({ length: 200 }, (_, i) =>
      JSON.stringify({ id: `é${i}`, proxy, port: 8080 }),
    );
    const bytes = Buffer.from(`${lines.join('\n\n')}\n`);
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 7) {
      chunks.push(bytes.subarray(at, at + 7));
    }
    const { stdout } = await runCli(['decide', path], chunks);
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).id);
    expect(ids).toEqual(lines.map((_, i) => `é${i}`));
  });

  it('answers a line of many megabytes without keeping it', async () => {
    const long = Array.from({ length: 40 }, () => 'x'.repeat(100_000));
    const { code, stdout } = await runCli(
      ['decide', path],
      [...long, '\n', JSON.stringify({ id: 'after', proxy, port: 8080 })],
    );
    expect(code).toBe(2);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(answers[0].error).toMatch(/over 1048576 characters/);
    expect(answers[1]).toMatchObject({ id: 'after', status: 403 });
  });

  it('says on the error stream what of the mesh was not read', async () => {
    const { path: broken } = createFolder({
      'mesh.yaml': BACKEND,
      'b.yaml': 'kind: [',
    });
    const line = JSON.stringify({ proxy, port: 8080 });
    const outcome = await runCli(['decide', broken], [line]);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('b.yaml:1: ');
    expect(JSON.parse(outcome.stdout).status).toBe(200);
  });
});
