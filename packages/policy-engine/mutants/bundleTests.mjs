import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import { countHits, keepMutantsOf } from './instrumented.mjs';

/** Tests of the command and the docs say nothing of answers; the others take seconds and ask for no more. */
const LEFT_OUT =
  /^src\/cli\/|^src\/analyse\/docs\.test|properties\.test|^src\/assess\/prepareMesh/;

export function listTestFiles(root) {
  return globSync('src/**/*.test.ts', { cwd: root })
    .filter(file => !LEFT_OUT.test(file))
    .sort();
}

/** Sources as `rewrite(text, file)` leaves them. */
function rewriteSources(root, rewrite) {
  return {
    name: 'rewrite-sources',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
        contents: rewrite(readFileSync(path, 'utf8'), path),
        loader: 'ts',
      })),
  };
}

async function bundleTests(root, rewrite) {
  const lines = listTestFiles(root).map(
    file => `${JSON.stringify(file)}: () => require('./${file}')`,
  );
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: `module.exports = { '': () => require('./src'), ${lines} };`,
      resolveDir: root,
    },
    plugins: [rewriteSources(root, rewrite)],
    bundle: true,
    minifySyntax: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    write: false,
    logLevel: 'error',
  });
  const source = `(function (require, module) {${outputFiles[0].text}\n})`;
  const load = new Script(source, {
    filename: join(root, 'tests.bundle.cjs'),
  }).runInThisContext();
  const require = createRequire(join(root, 'package.json'));
  /** Loads the engine anew, as Jest does for each file; the result loads one test file. */
  return function loadEngine() {
    const module = { exports: {} };
    load(require, module);
    module.exports['']();
    return file => module.exports[file]();
  };
}

/** The tests on code that counts which mutants it comes by. */
export function bundleForCoverage(root) {
  return bundleTests(root, countHits);
}

/** The tests on code with the mutants of one file. */
export function bundleForMutantsOf(root, mutated) {
  return bundleTests(root, (text, file) =>
    keepMutantsOf(text, file === mutated),
  );
}
