/** @jest-environment node */
import { PassThrough } from 'node:stream';
import {
  BACKEND,
  createFolder,
  REQUIRE_TOKEN,
  runCli,
} from '../__testUtils__/runCli';
import { run } from '../run';

const encode = (value: unknown) =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
const { path } = createFolder({
  'mesh/backend.yaml': BACKEND,
  'mesh/policy.yaml': REQUIRE_TOKEN,
  'cookie/backend.yaml': BACKEND.replace(
    'fromHeaders: [{name: Authorization, prefix: "Bearer "}]',
    'fromCookies: [session]',
  ),
  'token.jwt': `${encode({ alg: 'RS256', kid: 'k' })}.${encode({
    iss: 'https://idp.example.com',
    sub: 'me',
    aud: 'shop',
  })}.c2ln`,
});
const mesh = `${path}/mesh`;
const token = `${path}/token.jwt`;

/** Runs the command at a terminal, where somebody writes an answer when asked. */
async function runAtTerminal(args: string[], answers: (string | null)[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stdout = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = new PassThrough();
  let seen = '';
  let errors = '';
  const left = [...answers];
  stdout.on('data', chunk => {
    seen += chunk;
    // A question ends with a space, an answer's echo with a new line.
    if (!/: $/.test(seen) || left.length === 0) return;
    const answer = left.shift();
    seen += '|';
    if (answer === null) stdin.end();
    else stdin.write(`${answer}\n`);
  });
  stderr.on('data', chunk => {
    errors += chunk;
  });
  const code = await run(args, { stdin, stdout, stderr } as never);
  return { code, stdout: seen, stderr: errors, left };
}

describe('istio-jwt explain at a terminal', () => {
  it('asks nothing where everything was said', async () => {
    const { code, stdout } = await runAtTerminal(
      [
        ...['explain', mesh, '--service', 'shop/backend', '--path', '/orders'],
        ...['--status', '401', '--body', 'Jwt is expired'],
        ...['--token-file', token],
      ],
      [],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Request: GET /);
  });

  it('asks again for what it cannot read', async () => {
    const { code, stdout, left } = await runAtTerminal(
      ['explain', mesh, '--service', 'shop/backend', '--path', '/'],
      ['4o1', '401', 'Jwt is missing', ''],
    );
    expect(left).toEqual([]);
    expect(stdout).toContain('That is no HTTP status');
    expect(code).toBe(0);
  });

  it('ends quietly where the person leaves', async () => {
    const { code, stderr } = await runAtTerminal(
      ['explain', mesh, '--service', 'shop/backend'],
      [null],
    );
    expect(code).toBe(130);
    expect(stderr).toBe('\n');
  });
});

describe('what explain is told of a token', () => {
  const explain = (folder: string, ...more: string[]) =>
    runCli(['explain', `${path}/${folder}`, '--service', 'backend', ...more]);

  it('goes where the proxy looks, and is said to', async () => {
    const { stdout } = await explain('cookie', '--token-file', token);
    expect(stdout).toContain('put where the proxy looks: cookie session');
    expect(stdout).toContain('valid');
    const elsewhere = await explain(
      'cookie',
      ...['--token-file', token, '--token-in', 'query:jwt'],
    );
    expect(elsewhere.stdout).toContain('does not look there: cookie session');
  });

  it.each([
    [['--validity', 'expired'], '--validity needs --token-file'],
    [['--token-file', token, '--token-in', 'body:x'], '--token-in must be'],
  ])('is refused where it makes no sense: %j', async (args, message) => {
    const { code, stderr } = await explain('mesh', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('says which of what was said fits nothing', async () => {
    const none = await runCli(['explain', mesh, '--service', 'shop/frontend']);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain(
      'there is no Service shop/frontend; there is shop/backend',
    );
    expect((await explain('mesh', '--way-in', 'x')).stderr).toContain(
      'there is no way in x; there is mesh.80',
    );
    expect((await explain('mesh', '--host', 'x.org')).stderr).toContain(
      'no way in has the host x.org; there is backend.shop.svc.cluster.local',
    );
  });
});
