import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createFolder } from './runCli';

const script = pathToFileURL(resolve(__dirname, '../../../bin/bundle.mjs'));

export const run = promisify(execFile);

/** The command as it is installed: from its sources it reads with one thread, and has no `main`. */
export async function bundleCli(): Promise<string> {
  const { path } = createFolder();
  const code = `(await import(${JSON.stringify(
    script.href,
  )})).bundleCli(${JSON.stringify(path)})`;
  await run(process.execPath, ['--input-type=module', '-e', code]);
  return join(path, 'cli.cjs');
}
