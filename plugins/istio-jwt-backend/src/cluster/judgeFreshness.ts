import { ClusterFreshness } from 'backstage-plugin-istio-jwt-common';
import { ApiFailure, suggestFix } from './apiFailure';
import { nameKind, WatchedKind } from './kinds';

/** How the reading of one kind stands. */
export interface StreamHealth {
  kind: WatchedKind;
  namespace?: string;
  /** Whether a full list was ever read (an absent kind counts: it has no objects). */
  listed: boolean;
  absent: boolean;
  failure?: ApiFailure;
  /** When the stream was last known to be current, in ms. */
  currentAt?: number;
}

/** Sums up the streams of one cluster. */
export function judgeFreshness(
  cluster: { name: string; sandbox: boolean },
  streams: StreamHealth[],
  lastChangeAt: number | undefined,
): ClusterFreshness {
  return {
    cluster: cluster.name,
    sandbox: cluster.sandbox,
    state: judgeState(cluster.name, streams),
    lastChangeAt: lastChangeAt
      ? new Date(lastChangeAt).toISOString()
      : undefined,
    missingKinds: listMissingKinds(cluster.name, streams),
  };
}

function judgeState(
  cluster: string,
  streams: StreamHealth[],
): ClusterFreshness['state'] {
  const failing = streams.filter(stream => stream.failure);
  const useful = streams.filter(stream => stream.listed && !stream.absent);
  if (useful.length === 0) {
    const failure = failing[0]?.failure;
    return failure
      ? {
          kind: 'unavailable',
          reason: failure.message,
          fix: suggestFix(failure, cluster),
        }
      : { kind: 'syncing' };
  }
  if (streams.some(stream => !stream.listed && !stream.failure)) {
    return { kind: 'syncing' };
  }
  const behind = failing.filter(
    stream => stream.listed && stream.failure!.kind !== 'forbidden',
  );
  if (behind.length > 0) {
    const since = Math.min(...behind.map(stream => stream.currentAt ?? 0));
    return {
      kind: 'stale',
      since: new Date(since).toISOString(),
      reason: behind[0].failure!.message,
    };
  }
  return { kind: 'synced' };
}

function listMissingKinds(
  cluster: string,
  streams: StreamHealth[],
): ClusterFreshness['missingKinds'] {
  const missing = new Map<string, ClusterFreshness['missingKinds'][number]>();
  for (const { kind, namespace, absent, failure, listed } of streams) {
    const name = nameKind(kind);
    const where = namespace ? ` in namespace ${namespace}` : '';
    if (absent) {
      // Many clusters lack the Gateway API or Istio's rarer kinds, and then have none of them.
      if (kind.neededFor !== 'everything') continue;
      missing.set(name, {
        kind: name,
        reason: `The cluster does not serve ${name}, so it has none`,
        fix: `Install Istio, whose CustomResourceDefinitions include it, or leave this cluster out of istioJwt.clusters.`,
      });
    } else if (failure?.kind === 'forbidden') {
      missing.set(name, {
        kind: name,
        reason: `The service account may not read ${name}${where}`,
        fix: `Add to its ${
          namespace && kind.namespaced
            ? `Role in namespace ${namespace}`
            : 'ClusterRole'
        }: {apiGroups: ["${kind.group}"], resources: ["${
          kind.plural
        }"], verbs: [list, watch]}`,
      });
    } else if (failure && !listed) {
      missing.set(name, {
        kind: name,
        reason: `${name}${where} was never read: ${failure.message}`,
        fix: suggestFix(failure, cluster),
      });
    }
  }
  return [...missing.values()];
}

/** Kinds whose objects may exist and are not known: verdicts that need them cannot be trusted. */
export function listUnreadKinds(streams: StreamHealth[]): WatchedKind[] {
  return [
    ...new Set(
      streams
        .filter(
          ({ listed, failure }) => !listed || failure?.kind === 'forbidden',
        )
        .map(({ kind }) => kind),
    ),
  ];
}
