import { fork } from 'node:child_process';
import type { MeshServerLoad } from './MeshServer';
import type { MeshServerRequest } from './runMeshServer';

/** The API server in a process of its own. */
export interface MeshServerProcess {
  url: string;
  ask(request: MeshServerRequest): Promise<any>;
  readLoad(): Promise<MeshServerLoad & { rss: number; cpu: NodeJS.CpuUsage }>;
  stop(): void;
}

export async function startMeshServer(shape: {
  services: number;
  podsPerService: number;
  seed?: number;
}): Promise<MeshServerProcess> {
  const child = fork(`${__dirname}/runMeshServer.ts`, {
    execArgv: [
      '--max-old-space-size=8192',
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
    ],
  });
  let nextId = 0;
  const ask = (request: MeshServerRequest) => {
    const id = nextId++;
    return new Promise<any>((resolve, reject) => {
      const onMessage = (message: any) => {
        // Backstage's transform tells its parent which files it reads.
        if (message?.id === id && 'benchAnswer' in message) {
          child.off('message', onMessage);
          resolve(message.benchAnswer);
        }
      };
      child.on('message', onMessage);
      child.once('exit', () => reject(new Error('The API server ended')));
      child.send({ id, request });
    });
  };
  child.setMaxListeners(0);
  const url = await ask({ kind: 'start', seed: 1, ...shape });
  return {
    url,
    ask,
    readLoad: () => ask({ kind: 'load' }),
    stop: () => child.kill(),
  };
}
