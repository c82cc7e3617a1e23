import { PolicyView } from 'backstage-plugin-istio-jwt-common';
import { Mesh, Resource, ResourceRef } from 'istio-jwt-policy-engine';
import { stringify } from 'yaml';

const views = new WeakMap<Resource, string>();

/** A policy's YAML as its author would write it: without what the API server adds. */
export function viewPolicy(
  cluster: string,
  mesh: Mesh,
  ref: ResourceRef,
): PolicyView | undefined {
  const resource = mesh.get(ref);
  if (!resource) {
    return undefined;
  }
  let yaml = views.get(resource);
  if (yaml === undefined) {
    const { name, namespace, labels, annotations } = resource.metadata;
    yaml = stringify(
      {
        apiVersion: resource.apiVersion,
        kind: resource.kind,
        metadata: { name, namespace, labels, annotations },
        spec: resource.spec,
      },
      { keepUndefined: false, lineWidth: 100, aliasDuplicateObjects: false },
    );
    views.set(resource, yaml);
  }
  return { cluster, ref, yaml };
}
