/**
 * Pods without containers: a bridge on the host and one network namespace per pod. Every firewall
 * rule lives inside such a namespace and goes with it; the host's own rules are never touched.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, hasCommand, run, tryRun } from './run.ts';

/** What names of network parts begin with: another one for another lab beside. */
const NETWORK = process.env.LAB_NETWORK ?? 'ijl';
// Stands in commands; and names of links end with their 15th letter.
if (!/^[a-z]{1,8}$/.test(NETWORK)) {
  throw new Error('LAB_NETWORK is 1 to 8 small letters');
}

const BRIDGE = `${NETWORK}0`;
/** Stands before the pod's name in the name of its namespace. */
export const NAMESPACE_PREFIX = `${NETWORK}-`;

export const namespaceOf = (pod: string) => `${NAMESPACE_PREFIX}${pod}`;

/** Installs the system tools that the lab uses where they are missing and apt-get is at hand. */
export function ensureTools(say: (line: string) => void): void {
  const missing = [
    ['ip', 'iproute2'],
    ['iptables', 'iptables'],
    ['openssl', 'openssl'],
    ['curl', 'curl'],
    ['setpriv', 'util-linux'],
  ]
    .filter(([command]) => !hasCommand(command))
    .map(([, pkg]) => pkg);
  if (missing.length === 0) return;
  say(`installing ${missing.join(', ')}`);
  tryRun('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', ...missing], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

/** First three octets of a /24 that the host has no route into. */
export function chooseSubnet(): string {
  const routes: { dst: string }[] = JSON.parse(
    run('ip', ['-j', 'route', 'show', 'table', 'all']) || '[]',
  );
  for (let third = 77; third < 250; third++) {
    const subnet = `10.251.${third}`;
    if (!routes.some(route => route.dst.startsWith(`${subnet}.`))) {
      return subnet;
    }
  }
  throw new Error('No free network between 10.251.77.0/24 and 10.251.249.0/24');
}

export function ensureBridge(subnet: string): void {
  if (tryRun('ip', ['link', 'show', BRIDGE]).code !== 0) {
    run('ip', ['link', 'add', BRIDGE, 'type', 'bridge']);
  }
  run('ip', ['addr', 'replace', `${subnet}.1/24`, 'dev', BRIDGE]);
  run('ip', ['link', 'set', BRIDGE, 'up']);
}

export function hasNamespace(pod: string): boolean {
  return existsSync(`/run/netns/${namespaceOf(pod)}`);
}

/** Makes the namespace of a pod, linked to the bridge. Replaces what is left of an earlier one. */
export function createNamespace(pod: string, index: number, subnet: string) {
  deleteNamespace(pod);
  const name = namespaceOf(pod);
  const link = `${NETWORK}v${index}`;
  tryRun('ip', ['link', 'del', link]);
  run('ip', ['netns', 'add', name]);
  // Always the same hardware address: neighbours that remember it reach the new namespace at once,
  // and their old connections are reset instead of hanging.
  const hardware = `02:00:00:00:00:${index.toString(16).padStart(2, '0')}`;
  run('ip', [
    ...['link', 'add', link, 'type', 'veth'],
    ...['peer', 'name', 'eth0', 'address', hardware, 'netns', name],
  ]);
  run('ip', ['link', 'set', link, 'master', BRIDGE, 'up']);
  run('ip', [
    ...['-n', name, 'addr', 'add'],
    ...[`${subnet}.${index}/24`, 'dev', 'eth0'],
  ]);
  run('ip', ['-n', name, 'link', 'set', 'eth0', 'up']);
  run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  run('ip', ['-n', name, 'route', 'add', 'default', 'via', `${subnet}.1`]);
}

/** The pod itself answers at this address from now on. */
export function addLocalAddress(pod: string, address: string): void {
  run('ip', [
    ...['-n', namespaceOf(pod), 'addr', 'replace'],
    ...[`${address}/32`, 'dev', 'lo'],
  ]);
}

export function deleteNamespace(pod: string): void {
  tryRun('ip', ['netns', 'del', namespaceOf(pod)]);
}

/** `ip netns exec` shows these names to the pod in place of /etc/hosts. */
export function writeHosts(pod: string, hosts: Record<string, string>): void {
  const dir = join('/etc/netns', namespaceOf(pod));
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, 'hosts'),
    ['127.0.0.1 localhost']
      .concat(Object.entries(hosts).map(([name, ip]) => `${ip} ${name}`))
      .join('\n')
      .concat('\n'),
  );
}

/**
 * Redirects the pod's traffic to its sidecar with Istio's own rules. Kernels differ in which of the
 * two iptables back ends they support, so the other one is tried when the first refuses.
 */
export function redirectToSidecar(pod: string, pilotAgent: string): void {
  const args = [
    ...['netns', 'exec', namespaceOf(pod), pilotAgent, 'istio-iptables'],
    ...['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT'],
    ...['-i', '*', '-x', '', '-b', '*', '-d', '15090,15021,15020'],
    '--log_output_level=error',
  ];
  const first = tryRun('ip', args);
  if (first.code === 0) return;
  const second = tryRun('ip', [...args, '--force-iptables-binary=legacy']);
  if (second.code !== 0) throw new CommandError('istio-iptables', first);
}

/** Removes the bridge, every namespace of the lab and its files under /etc/netns. */
export function removeNetwork(): void {
  const names = run('ip', ['netns', 'list'])
    .split('\n')
    .map(line => line.split(' ')[0])
    .filter(name => name.startsWith(NAMESPACE_PREFIX));
  for (const name of names) {
    tryRun('ip', ['netns', 'del', name]);
  }
  tryRun('sh', ['-c', `rm -rf /etc/netns/${NAMESPACE_PREFIX}*`]);
  // Only when nobody else keeps something there.
  tryRun('rmdir', ['/etc/netns']);
  tryRun('ip', ['link', 'del', BRIDGE]);
}

/** What `down` must have removed, for `status` and the test of it. */
export function listNetworkLeftovers(): string[] {
  const left = (tryRun('ip', ['netns', 'list']).stdout || '')
    .split('\n')
    .map(line => line.split(' ')[0])
    .filter(name => name.startsWith(NAMESPACE_PREFIX));
  if (tryRun('ip', ['link', 'show', BRIDGE]).code === 0) left.push(BRIDGE);
  const files = tryRun('sh', [
    '-c',
    `ls -d /etc/netns/${NAMESPACE_PREFIX}* 2>/dev/null`,
  ]).stdout;
  return left.concat(files.split('\n').filter(Boolean));
}
