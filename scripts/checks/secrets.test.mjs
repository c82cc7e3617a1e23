/** No token, key or password is in the repository, nor was in any commit that a clone brings. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { repoRoot } from '../lib/toolchain.mjs';
import { openCleanObjects } from './secrets/cleanObjects.mjs';
import { findSecrets } from './secrets/findSecrets.mjs';
import { judgeHistory } from './secrets/readHistory.mjs';

/** What looks like a secret and is none: the file, the fingerprint that the check prints, and why. */
const ALLOWED = [
  {
    path: 'plugins/istio-jwt-backend/src/enablement/proposals/proposals.test.ts',
    fingerprint: '9daf05211994478b',
    why: 'user:pass in an address that the backend has to refuse',
  },
  {
    path: 'scripts/checks/secrets.test.mjs',
    fingerprint: '50c845e23c958aeb',
    why: 'digits in order, below, which are no key where no kty is near',
  },
];

it('no secret is in the history', async t => {
  const history = judgeHistory(repoRoot);
  if (history === 'none') {
    t.skip('this is no clone of git: there is no history to look at');
    return;
  }
  const clean = openCleanObjects();
  const known = clean.ids.size;
  const { looked, found, unused } = await findSecrets(repoRoot, {
    allowed: ALLOWED,
    clean: clean.ids,
  });
  clean.keep();
  t.diagnostic(
    `${looked} objects of git looked at, ${known} known from before`,
  );
  assert.deepEqual(found, []);
  if (history === 'shallow') {
    t.diagnostic('a shallow clone: older commits were not looked at');
    return;
  }
  assert.deepEqual(unused, [], 'nothing is found there: take it off the list');
});

describe('what the check finds', () => {
  let repository;
  const git = (...args) =>
    execFileSync('git', args, { cwd: repository, encoding: 'utf8' });
  const commit = (file, text, message = `Add ${file}`) => {
    writeFileSync(join(repository, file), text);
    git('add', file);
    git('commit', '--quiet', '--message', message);
  };
  const encode = value =>
    Buffer.from(
      typeof value === 'string' ? value : JSON.stringify(value),
    ).toString('base64url');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const pem = rsa.export({ type: 'pkcs8', format: 'pem' });
  const makeToken = () => {
    const signed = `${encode({ alg: 'RS256' })}.${encode({ sub: 'someone' })}`;
    const signature = sign('sha256', Buffer.from(signed), rsa);
    return `${signed}.${signature.toString('base64url')}`;
  };

  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'secrets-'));
    git('init', '--quiet');
    git('config', 'user.name', 'Somebody');
    git('config', 'user.email', 'somebody@example.com');
    git('config', 'commit.gpgsign', 'false');
    commit('README.md', 'Nothing.\n');
  });
  afterEach(() => rmSync(repository, { recursive: true, force: true }));

  const planted = {
    'a signed token': () => `const token = '${makeToken()}';\n`,
    'an encrypted token': () =>
      [
        encode({ alg: 'RSA-OAEP', enc: 'A256GCM' }),
        ...[256, 12, 99, 16].map(size =>
          randomBytes(size).toString('base64url'),
        ),
      ].join('.'),
    'a private JWK': () => JSON.stringify(rsa.export({ format: 'jwk' })),
    'a private JWK in a string': () =>
      JSON.stringify({ key: JSON.stringify(rsa.export({ format: 'jwk' })) }),
    'an EC JWK in TypeScript': () => {
      const { d, x, y } = generateKeyPairSync('ec', {
        namedCurve: 'P-256',
      }).privateKey.export({ format: 'jwk' });
      return `const jwk = { kty: 'EC', crv: 'P-256', x: '${x}', y: '${y}', d: '${d}' };`;
    },
    'a symmetric JWK': () =>
      JSON.stringify({ kty: 'oct', k: randomBytes(32).toString('base64url') }),
    'a private key': () => pem,
    "a kubeconfig's client key": () =>
      `users:\n  - user:\n      client-key-data: ${Buffer.from(pem).toString(
        'base64',
      )}\n`,
    // Of hexadecimal digits: secretlint wants a border of a word behind it, and base64 may end in a slash.
    'a key of a cloud': () =>
      `aws_access_key_id = AKIA${'Q7XW2ZN4LM5RT6YV'}\naws_secret_access_key = ${randomBytes(
        20,
      ).toString('hex')}\n`,
    'a key that a comment wants hidden': () => `// secretlint-disable\n${pem}`,
  };
  for (const [what, make] of Object.entries(planted)) {
    it(`finds ${what}, after it was removed, and does not repeat it`, async () => {
      const text = make();
      commit('planted.txt', text);
      commit('planted.txt', 'Removed.\n');
      const { found } = await findSecrets(repository);
      assert.ok(found.length > 0);
      assert.ok(found.every(line => line.startsWith('planted.txt:')));
      for (const word of text.split(/[^\w+/=.-]+/)) {
        if (word.length > 30) assert.ok(!found.join().includes(word));
      }
    });
  }

  it('finds what is staged, and what a commit message says', async () => {
    writeFileSync(join(repository, 'staged.pem'), pem);
    git('add', 'staged.pem');
    const staged = await findSecrets(repository);
    assert.match(staged.found.join(), /^staged\.pem:/);
    git('rm', '--quiet', '--force', 'staged.pem');
    commit('other.txt', 'Text.\n', `Use ${makeToken()}`);
    const { found } = await findSecrets(repository);
    assert.match(found.join(), /^commit /);
  });

  it('finds nothing where nothing is: public keys, made-up tokens, words', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const made = `${encode({ alg: 'RS256' })}.${encode({ iss: 'a' })}`;
    commit(
      'public.txt',
      [
        publicKey.export({ type: 'spki', format: 'pem' }),
        JSON.stringify(publicKey.export({ format: 'jwk' })),
        `${made}.${encode('signature')}`,
        `${made}.`,
      ].join('\n'),
    );
    commit('words.txt', 'd: "0123456789012345678901234567890123456789012345"');
    const { found, looked } = await findSecrets(repository);
    assert.deepEqual(found, []);
    assert.ok(looked >= 6);
  });

  it('lets one text of one file through, and tells of an entry without', async () => {
    commit('key.pem', pem);
    const [line] = (await findSecrets(repository)).found;
    const fingerprint = /fingerprint (\w+)$/.exec(line)[1];
    const allow = path =>
      findSecrets(repository, { allowed: [{ path, fingerprint }] });
    const { found, unused } = await allow('key.pem');
    assert.deepEqual([found, unused], [[], []]);
    const elsewhere = await allow('elsewhere.pem');
    assert.equal(elsewhere.found.length, 1);
    assert.equal(elsewhere.unused.length, 1);
  });

  it('tells a shallow clone from a whole one, and looks at what it has', async () => {
    commit('key.pem', pem);
    const clone = join(repository, 'clone');
    git('clone', '--quiet', '--depth', '1', `file://${repository}`, clone);
    assert.equal(judgeHistory(clone), 'shallow');
    assert.equal(judgeHistory(repository), 'whole');
    assert.equal(judgeHistory(tmpdir()), 'none');
    assert.ok((await findSecrets(clone)).found.length > 0);
  });
});
