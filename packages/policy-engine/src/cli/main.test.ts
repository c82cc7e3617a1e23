/** @jest-environment node */
import { existsSync } from 'node:fs';
import { bundleCli, run } from './__testUtils__/bundleCli';

const shell = (script: string, ...args: string[]) =>
  run('bash', ['-c', script, '-', process.execPath, ...args]).catch(
    error => error as { code: number; stdout: string; stderr: string },
  );

/** A device that is always full, which Linux alone has. */
const FULL = '/dev/full';

it('says in one line that its output cannot be written, and nothing of a reader that left', async () => {
  const cli = await bundleCli();
  const full = await shell(`"$1" "$2" --help >${FULL}`, cli);
  expect(existsSync(FULL) ? full : {}).toMatchObject(
    existsSync(FULL)
      ? {
          code: 2,
          stderr: 'istio-jwt: the output cannot be written: ENOSPC\n',
        }
      : {},
  );
  const head = '"$1" "$2" --help | head -1; echo "${PIPESTATUS[0]}"';
  expect(await shell(head, cli)).toMatchObject({
    stdout: 'Usage:\n0\n',
    stderr: '',
  });
}, 60_000);
