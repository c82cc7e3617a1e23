import { ResourceKind } from './kinds';
import { KubeObject, objectKey } from './object';
import { continueExpired, decodeContinue, encodeContinue } from './pages';
import { readRevision } from './queries';
import { Matcher } from './selectors';
import { ApiError, badRequest, revisionTooLarge } from './status';
import { ObjectStore } from './store';

/** @internal */
export interface ObjectPage {
  items: KubeObject[];
  metadata: {
    resourceVersion: string;
    continue?: string;
    remainingItemCount?: number;
  };
}

const MAX_LIMIT = 10_000;

/**
 * One page of a list. All pages of one list show the same revision; where history no longer reaches
 * back that far, the list is over with 410, as on the real server.
 *
 * @throws ApiError 400, 410, 504
 * @internal
 */
export function listObjects(
  store: ObjectStore,
  kind: ResourceKind,
  namespace: string | undefined,
  matches: Matcher,
  query: Record<string, string>,
): ObjectPage {
  const token = query.continue ? decodeContinue(query.continue) : undefined;
  const asked = readRevision(query.resourceVersion);
  if (token && asked) {
    throw badRequest(
      'specifying resource version is not allowed when using continue',
    );
  }
  if (asked && asked > store.revision) {
    throw revisionTooLarge(asked, store.revision);
  }
  const exact = query.resourceVersionMatch === 'Exact' ? asked : undefined;
  const revision = token?.revision ?? exact ?? store.revision;
  const all = readAt(store, kind, namespace, revision, Boolean(token)).filter(
    matches,
  );
  const rest = token
    ? all.filter(({ metadata }) => keyOf(metadata) > token.after)
    : all;
  const limit = Math.min(Number(query.limit) || MAX_LIMIT, MAX_LIMIT);
  const items = rest.slice(0, limit);
  const remaining = rest.length - items.length;
  return {
    items,
    metadata: {
      resourceVersion: String(revision),
      ...(remaining > 0
        ? {
            continue: encodeContinue({
              revision,
              after: keyOf(items[items.length - 1].metadata),
            }),
            remainingItemCount: remaining,
          }
        : {}),
    },
  };
}

function readAt(
  store: ObjectStore,
  kind: ResourceKind,
  namespace: string | undefined,
  revision: number,
  continued: boolean,
): KubeObject[] {
  try {
    return store.list(kind, namespace, revision);
  } catch (error) {
    if (continued && error instanceof ApiError && error.code === 410) {
      throw continueExpired();
    }
    throw error;
  }
}

function keyOf(metadata: { namespace?: string; name: string }): string {
  return objectKey(metadata.namespace, metadata.name);
}
