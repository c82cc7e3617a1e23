/** Asks the registry for known vulnerabilities of what runs in a portal: everything but development tools. */
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { repoRoot } from '../../lib/toolchain.mjs';

/**
 * Lower ones are for whoever updates; a gate that fails by them would stop all work on the day that they are
 * published. One that does not concern us is let through by `npmAuditIgnoreAdvisories` in .yarnrc.yml.
 */
const SEVERITY = 'high';
const TIMEOUT_MS = 120_000;

/** How Yarn ends where a registry has no such service, or none is reached. */
const NO_ANSWER = [
  /Response Code: (\d+[^\n]*)/,
  /RequestError: [^\n]*?\b(E[A-Z_]{4,})\b/,
];

function runYarn(env) {
  const args = ['npm', 'audit', '--all', '--recursive', '--json'];
  // Deprecations would be one request for each package.
  const chosen = ['--no-deprecations', '--environment', 'production'];
  return new Promise((resolve, reject) => {
    const child = spawn('yarn', [...args, ...chosen, '--severity', SEVERITY], {
      cwd: repoRoot,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      shell: process.platform === 'win32',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({
        code,
        signal,
        stdout: stripVTControlCharacters(stdout),
        stderr,
      }),
    );
  });
}

function describe({ value, children }) {
  return `${value} ${children['Tree Versions'].join(', ')}: ${
    children.Severity
  }, ${children.Issue} (${children.URL ?? children.ID})`;
}

/**
 * @param {Record<string, string>} env settings of Yarn, such as another registry
 * @returns {Promise<{ kind: 'answered', advisories: string[] } | { kind: 'unanswered', why: string }>}
 * @throws Error where Yarn fails for a reason of its own
 */
export async function askAdvisories(env = {}) {
  const { code, signal, stdout, stderr } = await runYarn(env);
  if (signal) {
    return { kind: 'unanswered', why: `nothing in ${TIMEOUT_MS / 1000} s` };
  }
  const lines = stdout.split('\n').filter(line => line.startsWith('{"value"'));
  if (code === 0 || lines.length > 0) {
    const advisories = lines
      .map(line => JSON.parse(line))
      .filter(({ children }) => children['Tree Versions'].length > 0)
      .map(describe);
    return { kind: 'answered', advisories };
  }
  const why = NO_ANSWER.map(form => form.exec(stdout)?.[1]).find(Boolean);
  if (!why) {
    throw new Error(`yarn npm audit: ${(stderr || stdout).slice(-2_000)}`);
  }
  return { kind: 'unanswered', why };
}
