import { EnablementWriting } from 'backstage-plugin-istio-jwt-common';
import { Mesh, Resource, ResourceRef } from 'istio-jwt-policy-engine';
import { EnablementConfig } from '../../config';

/**
 * Whether the backend may write somewhere itself, or why people have to.
 *
 * @param namespaces - where objects would be written
 * @param around - objects that whoever keeps this place keeps too: gateways, routes
 * @param written - objects that would be changed or deleted, where they stand
 */
export function findWriting(
  config: EnablementConfig,
  cluster: string,
  mesh: Mesh,
  namespaces: readonly string[],
  around: readonly (ResourceRef | undefined)[],
  written: readonly ResourceRef[],
): EnablementWriting {
  const { mode } = config.writing.clusters[cluster] ?? config.writing.default;
  const elsewhere = (reason: string) => writeElsewhere(config, cluster, reason);
  if (mode === 'copy') {
    return elsewhere(
      'The portal is set to write nothing itself (writeMode: copy).',
    );
  }
  if (mode === 'pull-request') {
    return elsewhere(
      `What stands in ${cluster} is changed by pull requests (writeMode: pull-request).`,
    );
  }
  const outside = namespaces.find(
    name =>
      !config.namespaces.includes(name) &&
      !config.namespaces.includes(`${cluster}/${name}`),
  );
  if (outside !== undefined) {
    return elsewhere(
      `Namespace ${outside} of ${cluster} is not among those that the portal may write to. An administrator of the portal lists it in istioJwt.enablement.namespaces.`,
    );
  }
  const read = (refs: readonly (ResourceRef | undefined)[]) =>
    refs.flatMap(ref => (ref && mesh.get(ref)) ?? []);
  const owner = read([
    ...namespaces.map(name => ({ kind: 'Namespace', name })),
    ...around,
    ...written,
  ])
    .map(findKeeper)
    .find(found => found !== undefined);
  if (owner) {
    return elsewhere(
      `${owner} keeps this place from a repository and would undo what is written directly. The YAML belongs there.`,
    );
  }
  // Helm minds its own objects alone, and only at the next upgrade.
  const release = read(written).map(findRelease).find(Boolean);
  return release
    ? elsewhere(
        `${release}, and its next upgrade would undo what is written directly. Change the chart or its values.`,
      )
    : { mode: 'direct' };
}

/** How people get it there, where the backend may not. */
export function writeElsewhere(
  config: EnablementConfig,
  cluster: string,
  reason: string,
): EnablementWriting {
  const { mode, pullRequest } =
    config.writing.clusters[cluster] ?? config.writing.default;
  return pullRequest && mode !== 'copy'
    ? { mode: 'pull-request', reason, ...pullRequest }
    : { mode: 'copy', reason };
}

function nameOf({ kind, metadata: { namespace, name } }: Resource): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}

export function findRelease(resource: Resource): string | undefined {
  const { labels = {}, annotations = {} } = resource.metadata;
  const release = annotations['meta.helm.sh/release-name'];
  const isHelm =
    release !== undefined || labels['app.kubernetes.io/managed-by'] === 'Helm';
  return isHelm
    ? `${nameOf(resource)} belongs to the Helm release${
        release === undefined ? '' : ` ${release}`
      }`
    : undefined;
}

/** Who keeps an object from a repository, by the marks that Argo CD and Flux leave. */
export function findKeeper(resource: Resource): string | undefined {
  const { labels = {}, annotations = {} } = resource.metadata;
  const place = nameOf(resource);
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
