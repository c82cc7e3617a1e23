/**
 * What a Pod does that Kubernetes' level `restricted` refuses
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/, for Linux).
 */

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];
const SELINUX_TYPES = [
  undefined,
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
];
const CONFINED = ['RuntimeDefault', 'Localhost'];

/** What Pod and containers have in common; a container's own setting comes before the Pod's. */
function judgeContext({ securityContext = {} }, of) {
  const { seLinuxOptions, appArmorProfile, windowsOptions } = securityContext;
  const problems = [];
  if (securityContext.runAsUser === 0) problems.push('runs as user 0');
  if (windowsOptions?.hostProcess) problems.push('is a process of the host');
  if (
    !SELINUX_TYPES.includes(seLinuxOptions?.type) ||
    seLinuxOptions?.user ||
    seLinuxOptions?.role
  ) {
    problems.push('sets SELinux options');
  }
  if (appArmorProfile && !CONFINED.includes(appArmorProfile.type)) {
    problems.push('turns AppArmor off');
  }
  return problems.map(problem => `${of} ${problem}`);
}

function judgePodAlone(spec) {
  const problems = ['hostNetwork', 'hostPID', 'hostIPC']
    .filter(field => spec[field])
    .map(field => `the Pod has ${field}`);
  for (const volume of spec.volumes ?? []) {
    const { name, ...source } = volume;
    for (const kind of Object.keys(source)) {
      if (!VOLUMES.includes(kind)) problems.push(`volume ${name} is ${kind}`);
    }
  }
  for (const { name } of spec.securityContext?.sysctls ?? []) {
    if (!SYSCTLS.includes(name)) problems.push(`the Pod sets ${name}`);
  }
  return problems;
}

function judgeContainer(container, pod) {
  const of = `container ${container.name}`;
  const own = container.securityContext ?? {};
  const inherited = pod.securityContext ?? {};
  const problems = [];
  if (own.privileged) problems.push('is privileged');
  if (own.allowPrivilegeEscalation !== false) {
    problems.push('lacks allowPrivilegeEscalation: false');
  }
  if ((own.runAsNonRoot ?? inherited.runAsNonRoot) !== true) {
    problems.push('lacks runAsNonRoot: true');
  }
  if (
    !CONFINED.includes((own.seccompProfile ?? inherited.seccompProfile)?.type)
  ) {
    problems.push('lacks a seccompProfile');
  }
  if (!own.capabilities?.drop?.includes('ALL')) {
    problems.push('does not drop ALL capabilities');
  }
  for (const added of own.capabilities?.add ?? []) {
    if (added !== 'NET_BIND_SERVICE') problems.push(`adds ${added}`);
  }
  if (![undefined, 'Default'].includes(own.procMount)) {
    problems.push('sets procMount');
  }
  if (container.ports?.some(({ hostPort }) => hostPort)) {
    problems.push('takes a port of the host');
  }
  const handlers = [
    container.livenessProbe,
    container.readinessProbe,
    container.startupProbe,
    container.lifecycle?.postStart,
    container.lifecycle?.preStop,
  ];
  if (handlers.some(one => one?.httpGet?.host || one?.tcpSocket?.host)) {
    problems.push('has probes or hooks to another host');
  }
  return problems.map(problem => `${of} ${problem}`);
}

/** @returns {string[]} what is refused, by container; nothing where the Pod may run */
export function judgePod(spec) {
  const containers = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  return [
    ...judgePodAlone(spec),
    ...judgeContext(spec, 'the Pod'),
    ...containers.flatMap(container => [
      ...judgeContext(container, `container ${container.name}`),
      ...judgeContainer(container, spec),
    ]),
  ];
}
