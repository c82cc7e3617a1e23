import { ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { generateMesh, PortInUseError, startSandbox } from '.';

describe('startSandbox', () => {
  it('refuses a port in use and leaves nothing running', async () => {
    const first = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    try {
      const { port } = new URL(first.apiUrl);
      const again = startSandbox({ apiPort: Number(port), nodePorts: 'free' });
      await expect(again).rejects.toThrow(PortInUseError);
      const offset = startSandbox({
        apiPort: 0,
        objects: [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } },
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name: 'gw', namespace: 'a' },
            spec: {
              type: 'NodePort',
              ports: [{ port: 80, nodePort: Number(port) }],
            },
          },
        ],
      });
      await expect(offset).rejects.toThrow('for the gateway a/gw is in use');
    } finally {
      await first.stop();
    }
  });

  it('listens on loopback only', async () => {
    await expect(
      startSandbox({ apiPort: 0, nodePorts: 'free', gatewayHost: '0.0.0.0' }),
    ).rejects.toThrow(TypeError);
  });

  it('names the ports that really listen in the Services', async () => {
    const sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    try {
      const response = await fetch(
        `${sandbox.apiUrl}/api/v1/namespaces/edge/services/shared-gateway`,
      );
      const { spec } = await response.json();
      expect(sandbox.gateways).toContainEqual({
        service: 'edge/shared-gateway',
        url: `http://127.0.0.1:${spec.ports[0].nodePort}`,
      });
    } finally {
      await sandbox.stop();
    }
  });

  it('serves a synthetic mesh of 1,000 services', async () => {
    const objects = generateMesh({ services: 1000, seed: 7 });
    expect(generateMesh({ services: 1000, seed: 7 })).toEqual(objects);
    expect(generateMesh({ services: 1000, seed: 8 })).not.toEqual(objects);
    const sandbox = await startSandbox({
      apiPort: 0,
      nodePorts: 'free',
      objects,
    });
    try {
      const response = await fetch(`${sandbox.apiUrl}/api/v1/services`);
      const { items } = await response.json();
      expect(items).toHaveLength(1001);
    } finally {
      await sandbox.stop();
    }
  });

  it('mints tokens over HTTP for demo issuers only', async () => {
    const sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    const mint = (body: unknown) =>
      fetch(`${sandbox.apiUrl}/sandbox/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    try {
      const minted = await mint({
        issuer: 'testing@secure.istio.io',
        sub: 'a',
        claims: { foo: 'bar', iss: 'overridden?' },
        expiresInSeconds: null,
      });
      const { token } = await minted.json();
      const claims = JSON.parse(
        Buffer.from(token.split('.')[1], 'base64url').toString(),
      );
      expect(claims).toEqual({
        iss: 'testing@secure.istio.io',
        sub: 'a',
        foo: 'bar',
        iat: expect.any(Number),
      });
      expect((await mint({ issuer: 'https://evil.example' })).status).toBe(400);
      expect((await mint({ issuer: 'a', colour: 'red' })).status).toBe(400);
      const keys = await fetch(
        `${sandbox.apiUrl}/sandbox/issuers/login/jwks.json`,
      );
      const [key] = (await keys.json()).keys;
      expect(Object.keys(key).sort()).toEqual(['e', 'kid', 'kty', 'n', 'use']);
    } finally {
      await sandbox.stop();
    }
  });
});

describe('yarn start', () => {
  const started: ChildProcess[] = [];
  afterEach(() => started.splice(0).forEach(child => child.kill('SIGKILL')));

  const start = (env: Record<string, string>) => {
    const child = spawn(
      process.execPath,
      ['--require', '@backstage/cli/config/nodeTransform.cjs', 'src/main.ts'],
      {
        cwd: join(__dirname, '..'),
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    started.push(child);
    let output = '';
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (output += chunk));
    return {
      child,
      read: () => output,
      ended: new Promise<number | null>(resolve => child.on('exit', resolve)),
      ready: () =>
        new Promise<void>((resolve, reject) => {
          const check = () => /\n/.test(output) && resolve();
          child.stdout.on('data', check);
          child.on('exit', () => reject(new Error(output)));
        }),
    };
  };

  it('says where it listens in one line, and ends cleanly on SIGTERM', async () => {
    const run = start({
      SANDBOX_API_PORT: '0',
      SANDBOX_GATEWAY_PORT_OFFSET: 'free',
    });
    await run.ready();
    expect(run.read()).toMatch(
      /^Sandbox ready: Kubernetes API http:\/\/127\.0\.0\.1:\d+, gateways .*orders\/orders-gateway http:\/\/127\.0\.0\.1:\d+\n$/,
    );
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('says which port is in use and exits with 1', async () => {
    const sandbox = await startSandbox({ apiPort: 0, nodePorts: 'free' });
    try {
      const { port } = new URL(sandbox.apiUrl);
      const run = start({
        SANDBOX_API_PORT: port,
        SANDBOX_GATEWAY_PORT_OFFSET: 'free',
      });
      expect(await run.ended).toBe(1);
      expect(run.read()).toBe(
        `The sandbox did not start: Port 127.0.0.1:${port} for the Kubernetes API is in use. Stop the program that holds it, or choose another port.\n`,
      );
    } finally {
      await sandbox.stop();
    }
  });
});
