/** @jest-environment node */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

it('is kept out of the library, which reaches nothing of Node', async () => {
  // Fails where a browser's bundle of src/index.ts needs a module of Node.
  const script = resolve(__dirname, '../../bin/browserSize.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const [, size] = /browser: ([\d.]+) KiB minified/.exec(stdout) ?? [];
  expect(Number(size)).toBeGreaterThan(50);
  expect(Number(size)).toBeLessThan(650);
});
