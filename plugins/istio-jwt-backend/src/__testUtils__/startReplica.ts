import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A backend in a process of its own. */
export interface Replica {
  process: ChildProcess;
  /** Of the backend. */
  url: string;
  notifications: NotificationSendOptions[];
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Starts a backend of `runReplica.ts` and waits until it is ready. */
export async function startReplica(settings: object): Promise<Replica> {
  const child = spawn(
    process.execPath,
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      'src/__testUtils__/runReplica.ts',
    ],
    {
      cwd: resolvePackagePath('backstage-plugin-istio-jwt-backend'),
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        NODE_ENV: 'test',
        REPLICA: JSON.stringify(settings),
      },
    },
  );
  const exit = once(child, 'exit');
  const notifications: NotificationSendOptions[] = [];
  const ready = new Promise<string>(resolve => {
    createInterface({ input: child.stdout }).on('line', line => {
      if (line.startsWith('ready ')) {
        resolve(`http://127.0.0.1:${line.slice('ready '.length)}`);
      } else if (line.startsWith('{"recipients"')) {
        notifications.push(JSON.parse(line));
      }
    });
  });
  const url = await Promise.race([
    ready,
    exit.then(([code]) => {
      throw new Error(`The replica ended with code ${code}`);
    }),
  ]);
  return {
    process: child,
    url,
    notifications,
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
