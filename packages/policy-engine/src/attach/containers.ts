import { not, type Tri } from '../match/tri';
import { isFalse, isTrue } from '../parse/isTrue';
import { ContainerSpec, PodSpec } from '../parse/specs';
import { DISABLE_ENVOY } from '../parse/trimObject';

/** Containers that keep running, in the order in which Istio looks for ports: native sidecars are init containers that never end. */
export function servingContainersOf({
  containers = [],
  initContainers = [],
}: PodSpec): readonly ContainerSpec[] {
  return [
    ...containers,
    ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ];
}

/**
 * The container of the sidecar. It alone tells that there is one: the injector writes its status and labels on Pods of
 * proxyless gRPC as well, and anybody may write `security.istio.io/tlsMode`.
 */
export function proxyContainerOf(spec: PodSpec): ContainerSpec | undefined {
  return servingContainersOf(spec).find(({ name }) => name === 'istio-proxy');
}

/** Whether a sidecar's agent runs Envoy: it does not for proxyless gRPC, and then nothing is redirected to it (Istio's CNI, CmdAdd). */
export function runsEnvoy(container: ContainerSpec): Tri {
  return not(readSwitch(container, DISABLE_ENVOY, false));
}

/**
 * A truth value of a container's environment as Istio reads it: what is none counts as not set (pkg/env). `unknown`
 * where it is taken from elsewhere.
 */
export function readSwitch(
  container: ContainerSpec,
  name: string,
  byDefault: boolean,
): Tri {
  const found = envVarOf(container, name);
  if (!found) return byDefault;
  const { value = '', valueFrom } = found;
  if (valueFrom !== undefined || typeof value !== 'string') return 'unknown';
  if (isTrue(value)) return true;
  return isFalse(value) ? false : byDefault;
}

/** Whether a container's environment has anything for a name. */
export function hasSetting(container: ContainerSpec, name: string): boolean {
  const { value = '', valueFrom } = envVarOf(container, name) ?? {};
  return valueFrom !== undefined || value !== '';
}

export function envVarOf({ env }: ContainerSpec, name: string) {
  return Array.isArray(env) ? env.find(item => item?.name === name) : undefined;
}
