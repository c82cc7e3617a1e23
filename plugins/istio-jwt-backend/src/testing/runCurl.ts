import { spawn, spawnSync } from 'node:child_process';
import { ExecAnswer, ExecCall } from './FakePods';

/** Whether this machine has what a prober's container has. */
export const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** More than any client reads: then it closes the stream, and curl's next write fails. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/**
 * Runs the curl of this machine as a container would, but that every connection leads to one port
 * here, whatever its name.
 */
export function runCurl({ argv, stdin }: ExecCall, port: number) {
  return new Promise<ExecAnswer>(resolve => {
    const [command, ...rest] = argv;
    const child = spawn(command, [
      ...rest,
      '--connect-to',
      `::127.0.0.1:${port}`,
    ]);
    const out: Buffer[] = [];
    let err = '';
    let size = 0;
    child.stdout.on('data', data => {
      out.push(data);
      size += data.length;
      if (size > MAX_OUTPUT_BYTES) child.stdout.destroy();
    });
    child.stderr.on('data', data => (err += data));
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    child.on('close', code =>
      resolve({ stdout: Buffer.concat(out), stderr: err, status: code ?? 1 }),
    );
  });
}
