/**
 * `yarn workspace backstage-plugin-istio-jwt card-size`: what the card adds to a portal's bundle, beside what
 * every portal has (React, Backstage's and Material UI's packages), next to the entity content of Backstage's
 * Kubernetes plugin, which is fetched through npm into a temporary folder. Fails above half of that.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const PEER = '@backstage/plugin-kubernetes';
const HAD_ANYWAY = [
  'react',
  'react-dom',
  'react-router',
  'react-router-dom',
  'react-aria-components',
  '@remixicon/react',
  '@material-ui/*',
  '@mui/*',
  '@backstage/core-*',
  '@backstage/frontend-*',
  '@backstage/ui',
  '@backstage/errors',
  '@backstage/types',
  '@backstage/config',
  '@backstage/catalog-*',
  '@backstage/plugin-catalog-*',
  '@backstage/plugin-permission-*',
  '@backstage/plugin-signals-react',
  '@backstage/version-bridge',
];
const kib = bytes => `${(bytes / 1024).toFixed(1)} KiB`;

/** Bytes of the chunks that `code` loads at once, and of those that it loads when they are looked at. */
async function measure(code, resolveDir) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir, loader: 'tsx' },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir: 'out',
    write: false,
    metafile: true,
    external: HAD_ANYWAY,
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.svg': 'dataurl', '.css': 'empty' },
    logLevel: 'error',
  });
  const names = Object.keys(metafile.outputs);
  const sizes = new Map(
    outputFiles.map(({ contents }, index) => [
      names[index],
      { plain: contents.length, gzip: gzipSync(contents).length },
    ]),
  );
  const total = { plain: 0, gzip: 0 };
  for (const { plain, gzip } of sizes.values()) {
    total.plain += plain;
    total.gzip += gzip;
  }
  return total;
}

function fetchPeer(directory) {
  writeFileSync(join(directory, 'package.json'), '{"private":true}');
  const { status, stderr } = spawnSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', PEER],
    { cwd: directory, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`npm could not fetch ${PEER}:\n${stderr}`);
}

const source = fileURLToPath(new URL('../src', import.meta.url));
const card = await measure(
  "export { EntityIstioJwtCard } from './components/EntityIstioJwtCard';",
  source,
);
process.stdout.write(
  `Card: ${kib(card.plain)} minified, ${kib(card.gzip)} with gzip\n`,
);

const directory = mkdtempSync(join(tmpdir(), 'istio-jwt-peer-'));
try {
  fetchPeer(directory);
  const peer = await measure(
    `export { EntityKubernetesContent } from '${PEER}';`,
    directory,
  );
  const ratio = card.gzip / peer.gzip;
  process.stdout.write(
    `${PEER}, entity content: ${kib(peer.plain)} minified, ${kib(
      peer.gzip,
    )} with gzip\nThe card has ${ratio.toFixed(2)} of it (budget: 0.50)\n`,
  );
  process.exitCode = ratio <= 0.5 ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
