/**
 * Finds, or fetches through npm, the Node and Yarn that this repo needs. Runs on Node 20 with no
 * dependency installed, so it imports nothing but Node's own modules.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repoRoot = dirname(
  dirname(dirname(fileURLToPath(import.meta.url))),
);

const NODE_VERSION = '24.21.0';
const YARN_VERSION = '4.18.1';

const toolsDir = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'backstage-istio-jwt',
  'tools',
);

export function say(message) {
  process.stdout.write(`› ${message}\n`);
}

/** Ends the script with a message that names the fix. */
export function fail(message, fix) {
  process.stderr.write(`✗ ${message}\n${fix ? `  ${fix}\n` : ''}`);
  process.exit(1);
}

/** Runs Yarn and says nothing of what it prints, unless it fails: then that, and the message. */
export function runYarnQuietly(args, { env, failure, fix }) {
  const { status, stdout, stderr } = spawnSync('yarn', args, {
    cwd: repoRoot,
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  process.stderr.write(stdout ?? '');
  process.stderr.write(stderr ?? '');
  fail(failure, fix);
}

// undici 8, which @kubernetes/client-node 2 uses, needs 22.19; Backstage supports 22 and 24.
function isSupportedNode(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major === 24 || (major === 22 && minor >= 19);
}

function installFromNpm(spec, directory, args = []) {
  mkdirSync(directory, { recursive: true });
  // npm gives its settings to scripts as npm_config_*; those of `npm start` itself (a prefix, say)
  // must not redirect this install. The registry is kept.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) =>
        !/^npm_(config|package|lifecycle)_/i.test(key) ||
        /^npm_config_registry$/i.test(key),
    ),
  );
  const result = spawnSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', directory]
      .concat(args)
      .concat(spec),
    { stdio: ['ignore', 'ignore', 'inherit'], env },
  );
  if (result.status !== 0) {
    fail(
      `npm could not install ${spec}.`,
      'Check that the npm registry is reachable (npm ping), then try again.',
    );
  }
}

function findNode() {
  if (isSupportedNode(process.version)) return process.execPath;
  const os = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${os}-${process.arch}`;
  const directory = join(toolsDir, `node-${NODE_VERSION}`);
  const binary = join(
    directory,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!existsSync(binary)) {
    say(
      `Node ${process.version} is too old for Backstage; fetching Node ${NODE_VERSION} through npm (once, 190 MB).`,
    );
    installFromNpm(`${name}@${NODE_VERSION}`, directory);
  }
  return binary;
}

function findYarn() {
  const directory = join(toolsDir, `yarn-${YARN_VERSION}`);
  const bin = join(directory, 'node_modules', '.bin');
  if (!existsSync(join(bin, 'yarn'))) {
    say(`Fetching Yarn ${YARN_VERSION} through npm (once).`);
    installFromNpm(`@yarnpkg/cli-dist@${YARN_VERSION}`, directory);
  }
  return bin;
}

/**
 * The environment in which everything else runs: the right `node` and `yarn` come first on PATH.
 *
 * @returns {{ node: string, env: NodeJS.ProcessEnv }}
 */
export function prepareToolchain() {
  const node = findNode();
  const yarnBin = findYarn();
  const registry = process.env.npm_config_registry;
  const env = {
    ...process.env,
    PATH: [dirname(node), yarnBin, process.env.PATH].join(delimiter),
    // Yarn does not read npm's settings; people behind a mirror have them there.
    ...(registry && !process.env.YARN_NPM_REGISTRY_SERVER
      ? { YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, '') }
      : {}),
  };
  return { node, env };
}
