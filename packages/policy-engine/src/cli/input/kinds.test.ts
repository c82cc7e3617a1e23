/** @jest-environment node */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { BACKEND, createFolder, runCli } from '../__testUtils__/runCli';
import { judgeKind } from './kinds';

async function auditErrors(...paths: string[]) {
  const { code, stdout, stderr } = await runCli([
    ...['audit', ...paths],
    ...['--output', 'json'],
  ]);
  const errors: { line: number; message: string }[] = JSON.parse(stdout).errors;
  return { code, stderr, errors };
}

describe('kinds', () => {
  it.each([
    ['securty.istio.io/v1', 'AuthorizationPolicy', /security\.istio\.io, not/],
    ['gateway.networking.k8.io/v1', 'HTTPRoute', /Istio would not read it/],
    ['networkin.istio.io/v1', 'Gateway', /Istio has no API group/],
    ['v1', 'Sevice', /the core group v1 has no kind Sevice/],
    ['extensions.istio.io/v1alpha1', 'WasmPlugn', /has no kind/],
    ['extensions/v1beta1', 'Deployment', /ended with .* belongs to apps$/],
  ])('says that %s %s is a slip', (apiVersion, kind, message) => {
    expect(judgeKind(kind, apiVersion)).toEqual({
      use: 'refuse',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['v1', 'Secret'],
    ['v1', 'Config'],
    ['extensions/v1beta1', 'PodSecurityPolicy'],
    ['v2', 'Anything'],
    ['telemetry.istio.io/v1', 'Telemetry'],
    ['install.istio.io/v1alpha1', 'IstioOperator'],
    ['policy.linkerd.io/v1beta3', 'HTTPRoute'],
    ['policy.linkerd.io/v1alpha1', 'AuthorizationPolicy'],
    ['gateway.solo.io/v1', 'VirtualService'],
    ['appmesh.k8s.aws/v1beta2', 'VirtualService'],
    ['serving.knative.dev/v1', 'Service'],
  ])('leaves %s %s to others', (apiVersion, kind) => {
    expect(judgeKind(kind, apiVersion)).toEqual({ use: 'ignore' });
  });
});

describe('webhooks', () => {
  const webhooks = (more: string, version = 'v1', labels = '') =>
    `apiVersion: admissionregistration.k8s.io/${version}
kind: MutatingWebhookConfiguration
metadata: {name: a, labels: {${labels}}}
webhooks: [{name: ${more}}]
---
`;

  it('of others are left to them', async () => {
    const { path } = createFolder({
      'a.yaml': BACKEND,
      'b.yaml': webhooks('x') + webhooks('y') + webhooks('z', 'v1beta1'),
    });
    expect((await auditErrors(path)).errors).toEqual([]);
  });

  it('of tags are read', async () => {
    const tag = 'istio.io/tag: prod';
    const { path } = createFolder({
      'a.yaml': BACKEND,
      'b.yaml': webhooks('x', 'v1', tag) + webhooks('y', 'v1', tag),
    });
    expect((await auditErrors(path)).errors).toHaveLength(1);
  });
});

describe('paths without anything that Istio reads', () => {
  const widget = 'apiVersion: foo.io/v1\nkind: Widget\nmetadata: {name: w}\n';

  it('is an error of a file that was named, unless others hold some', async () => {
    const { path, add } = createFolder({ 'good.yaml': BACKEND });
    const file = add('widget.yaml', widget);
    const beside = await auditErrors(join(path, 'good.yaml'), file);
    expect(beside.errors).toEqual([]);
    expect(beside.stderr).toContain('no object that Istio reads');
    const named = await auditErrors(file);
    expect(named.code).toBe(2);
    expect(named.errors).toEqual([
      expect.objectContaining({
        line: 0,
        message: 'holds no object that Istio reads',
      }),
    ]);
    const empty = await auditErrors(add('empty.yaml', '# nothing\n'));
    expect(empty.errors).toHaveLength(1);
  });

  it('is said of a folder, and no error', async () => {
    const { path } = createFolder({ 'a.yaml': widget, 'b.yaml': 'x: 1\n' });
    const { code, errors, stderr } = await auditErrors(path);
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(stderr).toBe(`${path}: 2 files read, no object that Istio reads\n`);
  });

  it('is nothing where the same folder is given twice, or a link leads nowhere', async () => {
    const { path } = createFolder({ 'good.yaml': BACKEND });
    symlinkSync('gone', join(path, 'link'));
    expect((await auditErrors(path, path)).errors).toEqual([]);
    symlinkSync('gone', join(path, 'link.yaml'));
    expect((await auditErrors(path)).errors).toHaveLength(1);
  });
});
