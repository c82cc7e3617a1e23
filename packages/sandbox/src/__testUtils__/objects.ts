/** @internal */
export function namespace(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** @internal */
export function policy(
  inNamespace: string,
  name: string,
  spec: object = {},
  labels: Record<string, string> = {},
) {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name, namespace: inNamespace, labels },
    spec,
  };
}
