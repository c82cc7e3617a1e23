import { ContainerSpec, PodSpec } from '../parse/specs';

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
