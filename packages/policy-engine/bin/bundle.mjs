import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

const CLIENT = '@kubernetes/client-node';

/**
 * Bundles the command into files that need no packages beside them: itself, the thread that helps it to
 * read, and Kubernetes' client, which is four fifths of all and is loaded only to read a cluster.
 */
export function bundleCli(outdir) {
  const options = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'eof',
    metafile: true,
    logLevel: 'warning',
  };
  const command = buildSync({
    ...options,
    outdir,
    outExtension: { '.js': '.cjs' },
    entryPoints: [
      { in: 'src/cli/main.ts', out: 'cli' },
      { in: 'src/cli/input/secondThread.worker.ts', out: 'secondThread' },
    ],
    alias: { [CLIENT]: './client.cjs' },
    external: ['./client.cjs'],
  });
  const client = buildSync({
    ...options,
    outfile: `${outdir}/client.cjs`,
    stdin: {
      contents: `export { KubeConfig } from '${CLIENT}'`,
      resolveDir: root,
    },
  });
  return { ...command.metafile.inputs, ...client.metafile.inputs };
}

/** Bundles the library as a browser would get it; fails where anything of Node is reached. */
export function bundleLibrary() {
  return buildSync({
    absWorkingDir: root,
    entryPoints: ['src/index.ts'],
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minify: true,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
}
