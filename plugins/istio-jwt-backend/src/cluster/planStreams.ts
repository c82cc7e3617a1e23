import { ClusterConfig } from '../config';
import { WATCHED_KINDS, WatchedKind } from './kinds';

export interface StreamPlan {
  kind: WatchedKind;
  namespace?: string;
  /** Narrows what is listed and watched. */
  query?: Record<string, string>;
}

/** What has to be read of a cluster, in the namespaces that it is kept to. */
export function planStreams(config: ClusterConfig): StreamPlan[] {
  const namespaces = config.namespaces && [
    ...new Set([...config.namespaces, config.rootNamespace]),
  ];
  return WATCHED_KINDS.flatMap((kind): StreamPlan[] => {
    if (kind.rootNamespaceOnly) {
      return [{ kind, namespace: config.rootNamespace }];
    }
    if (!namespaces) {
      return [{ kind }];
    }
    if (kind.namespaced) {
      return namespaces.map(namespace => ({ kind, namespace }));
    }
    if (kind.kind === 'Namespace') {
      // A Role with resourceNames admits a list that is pinned to one name.
      return namespaces.map(namespace => ({
        kind,
        namespace,
        query: { fieldSelector: `metadata.name=${namespace}` },
      }));
    }
    return [{ kind }];
  });
}
