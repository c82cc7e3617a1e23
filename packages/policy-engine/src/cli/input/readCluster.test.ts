/** @jest-environment node */
import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createFolder, runCli } from '../__testUtils__/runCli';

const ROOT = resolve(__dirname, '../../../../..');
let sandbox: ChildProcess;
let server = '';

function kubeconfig(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
    clusters: [
      { name: 'c', cluster: { server: url, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'u', user: { token: 'very-secret-token' } }],
  });
}

beforeAll(async () => {
  sandbox = spawn(
    process.execPath,
    [
      ...['--require', '@backstage/cli/config/nodeTransform.cjs'],
      'packages/sandbox/src/main.ts',
    ],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        SANDBOX_API_PORT: '0',
        SANDBOX_GATEWAY_PORT_OFFSET: 'free',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  for await (const line of createInterface({ input: sandbox.stdout! })) {
    server = /Kubernetes API (\S+),/.exec(line)?.[1] ?? '';
    if (server) break;
  }
});

afterAll(async () => {
  const ended = once(sandbox, 'exit');
  sandbox.kill();
  await ended;
});

// The first load of client-node is slow on a busy machine.

describe('reading a cluster', () => {
  it('finds the services and findings that are in it', async () => {
    const { path } = createFolder({ config: kubeconfig(server) });
    const { stdout, code } = await runCli([
      ...['audit', '--kubeconfig', `${path}/config`, '--output', 'json'],
    ]);
    const { services, findings, errors } = JSON.parse(stdout);
    expect(errors).toEqual([]);
    expect(code).toBe(1);
    const states = Object.fromEntries(
      services.map(({ namespace, name, state }: Record<string, string>) => [
        `${namespace}/${name}`,
        state,
      ]),
    );
    expect(states).toMatchObject({
      'reviews/reviews': 'validated-only',
      'inventory/inventory': 'partial',
      'payments/payments': 'enforced',
    });
    expect(findings[0]).toMatchObject({ file: null, line: null });
  });

  it('takes files on top of what the cluster has', async () => {
    const { path } = createFolder({
      config: kubeconfig(server),
      'deny.yaml': `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: close, namespace: reviews}
spec: {}
`,
    });
    const { stdout } = await runCli([
      ...['audit', `${path}/deny.yaml`, '--output', 'json'],
      ...['--kubeconfig', `${path}/config`],
    ]);
    const { services } = JSON.parse(stdout);
    expect(services).toContainEqual(
      expect.objectContaining({ name: 'reviews', state: 'over-blocked' }),
    );
  });

  it('reads the mesh config where istiod runs', async () => {
    const namespace = 'aks-istio-system';
    const change = async (path: string, object?: object) => {
      const { status } = await fetch(`${server}${path}`, {
        method: object ? 'POST' : 'DELETE',
        headers: { 'content-type': 'application/json' },
        ...(object ? { body: JSON.stringify(object) } : {}),
      });
      expect(status).toBeLessThan(300);
    };
    const at = (group: string, plural: string) =>
      `${group}/namespaces/${namespace}/${plural}`;
    const pods = at('/api/v1', 'pods');
    const configMaps = at('/api/v1', 'configmaps');
    const policies = at('/apis/security.istio.io/v1', 'authorizationpolicies');
    const metadata = (name: string) => ({ name, namespace });
    const stateOf = async (wanted: string) => {
      const { path } = createFolder({ config: kubeconfig(server) });
      const { stdout } = await runCli([
        ...['audit', '--kubeconfig', `${path}/config`, '--output', 'json'],
      ]);
      const { services, errors } = JSON.parse(stdout);
      expect(errors).toEqual([]);
      const { state, reason } = services.find(
        ({ name }: { name: string }) => name === wanted,
      );
      return `${state}: ${reason}`;
    };
    await change('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    await change(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata('istiod'), labels: { app: 'istiod' } },
      spec: { containers: [{ name: 'discovery' }] },
    });
    await change(policies, {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: metadata('admit'),
      spec: { rules: [{}] },
    });
    expect(await stateOf('payments')).toMatch(
      /^unknown: .*whether istio-system is the root namespace/,
    );
    await change(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('istio'),
      data: { mesh: `rootNamespace: ${namespace}` },
    });
    expect(await stateOf('payments')).toMatch(/^validated-only/);
    await change(`${configMaps}/istio`);
    await change(`${policies}/admit`);
    await change(`${pods}/istiod`);
    expect(await stateOf('payments')).toMatch(/^enforced/);
  });

  it('says why it cannot read, and never a credential', async () => {
    const { path } = createFolder({
      config: kubeconfig(server),
      down: kubeconfig('http://127.0.0.1:1'),
      odd: kubeconfig('file:///etc/passwd'),
      broken: '{',
    });
    const ask = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli([
        ...['audit', '--output', 'json', '--kubeconfig', ...args],
      ]);
      expect(code).toBe(2);
      expect(stdout + stderr).not.toContain('very-secret-token');
      return JSON.parse(stdout).errors.map(
        ({ message }: { message: string }) => message,
      );
    };
    expect(await ask(`${path}/config`, '--context', 'x')).toEqual([
      'has no context x; it has main',
    ]);
    expect(await ask(`${path}/down`)).toEqual([
      expect.stringMatching(/cannot be reached: ECONNREFUSED/),
    ]);
    expect(await ask(`${path}/odd`)).toEqual([
      'names no cluster for its context',
    ]);
    expect(await ask(`${path}/broken`)).toEqual([
      'is no kubeconfig that can be read',
    ]);
    expect(await ask(`${path}/nowhere`)).toHaveLength(1);
  });
});
