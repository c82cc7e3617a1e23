import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Parts } from './builds.ts';
import { runDir, statePath } from './paths.ts';

/** What a run has chosen. Kept over `up` after a crash, so that the parts find each other again. */
export interface LabState {
  istioLine: string;
  parts: Parts;
  /** First three octets of the bridge's network, such as `10.251.77`. */
  subnet: string;
  ports: {
    etcdClient: number;
    etcdPeer: number;
    apiserver: number;
    kubelet: number;
    istiodXds: number;
    istiodSecure: number;
    istiodHttp: number;
    istiodMonitoring: number;
    jwks: number;
  };
  nodePorts: Record<string, number>;
  /** Bearer token of the cluster's administrator. The file is for its owner only. */
  adminToken: string;
}

export function readState(): LabState | undefined {
  if (!existsSync(statePath)) return undefined;
  return JSON.parse(readFileSync(statePath, 'utf8'));
}

export function writeState(state: LabState): void {
  mkdirSync(runDir, { recursive: true, mode: 0o755 });
  writeFileSync(statePath, JSON.stringify(state, null, 2), { mode: 0o600 });
}

function tryListen(port: number): Promise<number | undefined> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => {
      const address = server.address();
      const chosen = typeof address === 'object' ? address?.port : undefined;
      server.close(() => resolve(chosen));
    });
  });
}

export async function isPortFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== undefined;
}

/** A port that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const port = await tryListen(0);
  if (port === undefined) throw new Error('No free port');
  return port;
}

/** A port in the range that Kubernetes gives to NodePort Services. */
export async function findFreeNodePort(taken: Set<number>): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 30000 + Math.floor(Math.random() * 2768);
    if (!taken.has(port) && (await isPortFree(port))) {
      taken.add(port);
      return port;
    }
  }
  throw new Error('No free port between 30000 and 32767');
}
