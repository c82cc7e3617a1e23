import { EnablementWriting } from 'backstage-plugin-istio-jwt-common';
import { Mesh, Resource, ResourceRef } from 'istio-jwt-policy-engine';
import { EnablementConfig } from '../../config';

/**
 * Whether the backend may write somewhere itself, or why people have to.
 *
 * @param namespaces - where objects would be written
 * @param around - objects that whoever keeps this place keeps too: gateways, routes, policies
 */
export function findWriting(
  config: EnablementConfig,
  cluster: string,
  mesh: Mesh,
  namespaces: readonly string[],
  around: readonly (ResourceRef | undefined)[],
): EnablementWriting {
  const copy = (reason: string): EnablementWriting => ({
    mode: 'copy',
    reason,
  });
  if (config.writeMode === 'copy') {
    return copy('The portal is set to write nothing itself (writeMode: copy).');
  }
  const outside = namespaces.find(
    name =>
      !config.namespaces.includes(name) &&
      !config.namespaces.includes(`${cluster}/${name}`),
  );
  if (outside !== undefined) {
    return copy(
      `Namespace ${outside} of ${cluster} is not among those that the portal may write to. An administrator of the portal lists it in istioJwt.enablement.namespaces.`,
    );
  }
  const owner = [
    ...namespaces.map(name => ({ kind: 'Namespace', name })),
    ...around,
  ]
    .flatMap(ref => (ref && mesh.get(ref)) ?? [])
    .map(findKeeper)
    .find(found => found !== undefined);
  return owner
    ? copy(
        `${owner} keeps this place from a repository and would undo what is written directly. Put the YAML there.`,
      )
    : { mode: 'direct' };
}

/** Who keeps an object from a repository, by the marks that Argo CD and Flux leave. */
function findKeeper({ kind, metadata }: Resource): string | undefined {
  const { labels = {}, annotations = {}, namespace, name } = metadata;
  const place = `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
  const managedBy = labels['app.kubernetes.io/managed-by'] ?? '';
  const isArgo =
    'argocd.argoproj.io/tracking-id' in annotations ||
    'argocd.argoproj.io/instance' in labels ||
    /argo/i.test(managedBy);
  const isFlux =
    Object.keys(labels).some(key =>
      /^(kustomize|helm)\.toolkit\.fluxcd\.io\/name$/.test(key),
    ) || /flux/i.test(managedBy);
  if (isArgo) return `Argo CD (by its mark on ${place})`;
  return isFlux ? `Flux (by its mark on ${place})` : undefined;
}
