/** Finds a Chromium for the browser tests, or installs one where that can be had. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { say } from './toolchain.mjs';

const CANDIDATES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function findSystemBrowser() {
  return CANDIDATES.find(path => path && existsSync(path));
}

function installPlaywrightBrowser(env) {
  const result = spawnSync(
    'yarn',
    ['workspace', 'e2e', 'playwright', 'install', 'chromium'],
    { env, stdio: 'ignore', timeout: 5 * 60_000 },
  );
  return result.status === 0;
}

function installDebianBrowser() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  const run = args =>
    spawnSync('apt-get', args, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  return run(['update']) && run(['install', '-y', 'chromium']);
}

/**
 * @returns {{ kind: 'system', path: string } | { kind: 'playwright' } | { kind: 'none', fix: string }}
 */
export function findBrowser(env) {
  const found = findSystemBrowser();
  if (found) return { kind: 'system', path: found };
  say('No Chromium found; asking Playwright for one.');
  if (installPlaywrightBrowser(env)) return { kind: 'playwright' };
  say("Playwright's download is out of reach; asking the system's packages.");
  if (installDebianBrowser()) {
    return { kind: 'system', path: findSystemBrowser() };
  }
  return {
    kind: 'none',
    fix: 'Install Chromium (apt-get install chromium) or set CHROMIUM_PATH.',
  };
}
