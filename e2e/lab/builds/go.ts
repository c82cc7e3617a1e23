import { runLong } from '../run.ts';

const goEnv = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };

/** Compiles with low priority: people work on the machine meanwhile. */
export function go(args: string[], cwd: string): Promise<string> {
  return runLong('nice', ['-n', '10', 'go', ...args], { cwd, env: goEnv });
}

/** Unpacks a module, checked against Go's checksum database, and says where. */
export async function downloadModule(
  module: string,
  version: string,
): Promise<{ dir: string; goMod: string }> {
  const said = await go(
    ['mod', 'download', '-json', `${module}@${version}`],
    '/',
  );
  const { Dir, GoMod } = JSON.parse(said);
  return { dir: Dir, goMod: GoMod };
}
