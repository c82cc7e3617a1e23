import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundleCli } from './bundle.mjs';

/** `yarn istio-jwt`: bundles the sources as they are, a tenth of a second, and runs them. */
const outdir = fileURLToPath(
  new URL('../node_modules/.cache/istio-jwt', import.meta.url),
);
bundleCli(outdir);
// yarn runs scripts in the repository's root, and paths are meant from where the person is.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
createRequire(import.meta.url)(`${outdir}/cli.cjs`);
