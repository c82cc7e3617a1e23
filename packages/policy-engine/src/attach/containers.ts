import type { Tri } from '../match/tri';
import { isTrue } from '../parse/isTrue';
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
export function runsEnvoy({ env }: ContainerSpec): Tri {
  const setting = Array.isArray(env)
    ? env.find(item => item?.name === DISABLE_ENVOY)
    : undefined;
  if (!setting) return true;
  const { value = '', valueFrom } = setting;
  return valueFrom === undefined && typeof value === 'string'
    ? !isTrue(value)
    : 'unknown';
}
