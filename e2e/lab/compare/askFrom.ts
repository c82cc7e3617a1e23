import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { namespaceOf } from '../network.ts';
import type { Question } from './askFromPod.ts';
import type { Seen } from './bench.ts';

/** Asks from the network of a pod, or of the lab's `host`; gives what was seen, in order. */
export function askFrom(pod: string, requests: Question[]): Promise<Seen[]> {
  const script = join(import.meta.dirname, 'askFromPod.ts');
  const command = pod === 'host' ? process.execPath : 'ip';
  const enter = ['netns', 'exec', namespaceOf(pod), process.execPath];
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...(pod === 'host' ? [] : enter), script],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        error ? reject(new Error(stderr)) : resolve(JSON.parse(stdout)),
    );
    child.stdin!.end(JSON.stringify(requests));
  });
}
