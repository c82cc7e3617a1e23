/** @jest-environment node */
import { chmodSync, mkdirSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { BACKEND, createFolder, runCli } from '../__testUtils__/runCli';

interface Reported {
  file: string;
  line: number;
  message: string;
  kind: string;
}

async function auditFolder(path: string) {
  const { code, stdout } = await runCli(['audit', path, '--output', 'json']);
  const report = JSON.parse(stdout);
  return { code, ...report } as {
    code: number;
    services: unknown[];
    findings: unknown[];
    errors: Reported[];
  };
}

/** Audits a good mesh with something bad beside it: the good one is audited all the same. */
async function auditBeside(files: Record<string, string | Buffer>) {
  const { path } = createFolder({ 'good.yaml': BACKEND, ...files });
  const report = await auditFolder(path);
  expect(report.services).toHaveLength(1);
  expect(report.findings).not.toHaveLength(0);
  expect(report.code).toBe(2);
  return {
    path,
    errors: report.errors.map(({ file, line, message }) => ({
      file: file.slice(path.length + 1),
      line,
      message,
    })),
  };
}

function bomb(levels: number): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i <= levels; i++) {
    const aliases = Array(9)
      .fill(`*a${i - 1}`)
      .join(', ');
    lines.push(`a${i}: &a${i} [${aliases}]`);
  }
  return lines.join('\n');
}

describe('bad input', () => {
  it('names file and line of broken YAML, and reads the documents around it', async () => {
    const { errors } = await auditBeside({
      'broken.yaml': `apiVersion: v1
kind: Namespace
metadata: {name: first}
---
kind: [
---
apiVersion: v1
kind: Service
metadata: {name: s, namespace: shop
---
apiVersion: v1
kind: Namespace
metadata: {name: last}
`,
    });
    expect(errors.map(({ file }) => file)).toEqual([
      'broken.yaml',
      'broken.yaml',
    ]);
    expect(errors[0].line).toBe(5);
    expect(errors[1].line).toBeGreaterThanOrEqual(8);
    expect(errors[1].line).toBeLessThanOrEqual(9);
  });

  it('reads broken JSON as far as to say where it is broken', async () => {
    const { errors } = await auditBeside({
      'a.json': '{\n  "kind": "Service",\n  "apiVersion": \n}',
    });
    expect(errors).toEqual([
      {
        file: 'a.json',
        line: 4,
        message: expect.stringMatching(/^is no JSON/),
      },
    ]);
  });

  it('does not expand alias bombs', async () => {
    const { errors } = await auditBeside({ 'bomb.yaml': bomb(20) });
    expect(errors).toEqual([
      { file: 'bomb.yaml', line: 1, message: expect.stringMatching(/alias/) },
    ]);
  });

  it('resolves ordinary anchors and merge keys, as kubectl does', async () => {
    const { path } = createFolder({
      'a.yaml': BACKEND.replace(
        'labels: {app: backend}',
        'labels: &l {app: backend}',
      )
        .replace(
          '{name: backend-0,',
          '{name: "backend-0", annotations: {<<: *none},',
        )
        .replace('annotations: {<<: *none}, ', ''),
    });
    expect(await auditFolder(path)).toMatchObject({ code: 1, errors: [] });
  });

  it('refuses files over the limit, and says the limit', async () => {
    const { path, add } = createFolder({ 'good.yaml': BACKEND });
    truncateSync(add('huge.yaml', ''), 50 * 1024 * 1024);
    const report = await auditFolder(path);
    expect(report.services).toHaveLength(1);
    expect(report.errors).toEqual([
      {
        kind: 'unreadable',
        file: `${path}/huge.yaml`,
        line: 0,
        message: 'is 50 MiB, over the limit of 32 MiB; not read',
      },
    ]);
  });

  it('refuses deep nesting', async () => {
    const { errors } = await auditBeside({
      'deep.yaml': `kind: ${'['.repeat(50_000)}`,
      'deep.json': `{"kind": "Service", "apiVersion": "v1", "spec": ${'['.repeat(
        100_000,
      )}${']'.repeat(100_000)}}`,
    });
    expect(errors.map(({ file, message }) => [file, message])).toEqual([
      ['deep.json', expect.stringMatching(/nested/)],
      ['deep.yaml', expect.stringMatching(/nested/)],
    ]);
  });

  it.each([
    ['security.istio.io/v9', 'RequestAuthentication', /has no version/],
    ['security.istio.io/v1', 'AuthorisationPolicy', /has no kind/],
    ['v1', 'AuthorizationPolicy', /belongs to security\.istio\.io/],
    ['rbac.istio.io/v1alpha1', 'ServiceRole', /ended with Istio 1\.6/],
  ])('says that no API server takes %s %s', async (apiVersion, kind, why) => {
    const { errors } = await auditBeside({
      'a.yaml': `\n\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x, namespace: shop}\n`,
    });
    expect(errors).toEqual([
      { file: 'a.yaml', line: 3, message: expect.stringMatching(why) },
    ]);
    expect(errors[0].message).toContain('the API server would refuse it');
  });

  it('says what the API server would refuse, with the line', async () => {
    const { errors } = await auditBeside({
      'a.yaml': `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: x, namespace: shop}
spec:
  action: PERMIT
`,
    });
    expect(errors).toEqual([
      {
        file: 'a.yaml',
        line: 5,
        message: expect.stringMatching(
          /^the API server would refuse it: spec\.action: must be one of/,
        ),
      },
    ]);
  });

  it('leaves out what is not about Istio, and files of others', async () => {
    const { path } = createFolder({
      'good.yaml': BACKEND,
      'values.yaml': 'replicas: 3\n',
      'package.json': '{"name": "x"}',
      'cert.yaml':
        'apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c}\n',
      'knative.yaml':
        'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: k}\n',
      '.git/a.yaml': 'kind: [',
      'node_modules/a/a.yaml': 'kind: [',
    });
    expect(await auditFolder(path)).toMatchObject({ code: 1, errors: [] });
    const named = await auditFolder(join(path, 'values.yaml'));
    expect(named.errors).toHaveLength(1);
  });

  it('says that a folder is empty, and that a path is not there', async () => {
    const { path } = createFolder();
    const empty = await auditFolder(path);
    expect(empty).toMatchObject({ code: 2, services: [], findings: [] });
    expect(empty.errors[0].message).toMatch(/holds no YAML or JSON file/);
    const missing = await auditFolder(join(path, 'nowhere'));
    expect(missing.errors[0].message).toMatch(/no such file or folder/);
  });

  it('ends in loops of links, and names them', async () => {
    const { path } = createFolder({ 'good.yaml': BACKEND });
    mkdirSync(join(path, 'deep'));
    symlinkSync(path, join(path, 'deep', 'up'));
    symlinkSync('b.yaml', join(path, 'a.yaml'));
    symlinkSync('a.yaml', join(path, 'b.yaml'));
    symlinkSync('good.yaml', join(path, 'same.yaml'));
    const { services, errors } = await auditFolder(path);
    expect(services).toHaveLength(1);
    expect(
      errors.map(({ file, message }) => [file.slice(path.length + 1), message]),
    ).toEqual([
      ['a.yaml', 'cannot be read: too many links, or a loop of links'],
      ['b.yaml', 'cannot be read: too many links, or a loop of links'],
      ['deep/up', 'leads back to a folder above it; not followed'],
    ]);
  });

  it('names the line of what is no UTF-8', async () => {
    const { errors } = await auditBeside({
      'latin.yaml': Buffer.from('kind: Service\n# caf\xe9\n', 'latin1'),
    });
    expect(errors).toEqual([
      { file: 'latin.yaml', line: 2, message: 'is no UTF-8 text; not read' },
    ]);
  });

  it('reads a byte order mark, Windows line ends, directives and document ends', async () => {
    const { path } = createFolder({
      'a.yaml': `\ufeff${BACKEND.replace(/\n/g, '\r\n')}`,
      'b.yaml':
        '%YAML 1.2\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n...\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n',
    });
    const report = await auditFolder(path);
    expect(report).toMatchObject({ code: 1, errors: [] });
    expect(report.services).toHaveLength(1);
  });

  it('says that an object is given twice with different content', async () => {
    const { errors } = await auditBeside({
      'x.yaml': BACKEND.replace('audiences: [shop]', 'audiences: [other]'),
      'z.yaml': BACKEND.replace('audiences: [shop]', 'audiences: [other]'),
    });
    expect(errors).toEqual([
      {
        file: 'x.yaml',
        line: 14,
        message: expect.stringMatching(
          /RequestAuthentication shop\/backend is also in .*good\.yaml:14/,
        ),
      },
    ]);
  });

  it('says of a file that it may not read', async () => {
    const { path, add } = createFolder({ 'good.yaml': BACKEND });
    chmodSync(add('secret.yaml', BACKEND), 0);
    const { errors, services } = await auditFolder(path);
    expect(services).toHaveLength(1);
    // Root may read everything.
    const expected =
      process.getuid?.() === 0 ? [] : ['cannot be read: permission denied'];
    expect(errors.map(({ message }) => message)).toEqual(expected);
  });

  it('reads thousands of files', async () => {
    const files = Array.from({ length: 3000 }, (_, i) => [
      `${i % 50}/ns-${i}.yaml`,
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: ns-${i}}\n`,
    ]);
    const { path } = createFolder({
      ...Object.fromEntries(files),
      'good.yaml': BACKEND,
    });
    const { services, errors } = await auditFolder(path);
    expect(services).toHaveLength(1);
    expect(errors).toEqual([]);
  });
});
