/** YAML of istiod's ConfigMap with this mesh config. */
export function meshConfig(yaml: string, name = 'istio'): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: istio-system}
data: {mesh: ${JSON.stringify(yaml)}}
`;
}
