import type { Response } from 'express';
import { formatApiVersion, ResourceKind } from './kinds';
import { KubeObject } from './object';
import { Matcher } from './selectors';
import { ApiError } from './status';
import { ObjectStore, StoreEvent } from './store';

/** @internal */
export interface WatchRequest {
  kind: ResourceKind;
  version: string;
  namespace?: string;
  matches: Matcher;
  /** Absent or 0: all objects come first, as `ADDED`. */
  resourceVersion?: number;
  bookmarks: boolean;
  /** Mark the end of the objects that came first (`sendInitialEvents`). */
  markInitialEvents: boolean;
  timeoutSeconds: number;
  bookmarkIntervalMs: number;
  /** Form in which an object is sent. */
  present(object: KubeObject): unknown;
}

/** A client that does not read is dropped at this backlog; it can resume by resourceVersion. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

/**
 * Streams changes as one JSON object per line until the client leaves, the time is over, or
 * `AbortSignal` fires.
 *
 * @internal
 */
export function streamWatch(
  store: ObjectStore,
  request: WatchRequest,
  response: Response,
  signal: AbortSignal,
): void {
  const { kind, namespace, matches } = request;
  const send = (type: string, object: unknown) => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > MAX_BACKLOG_BYTES) {
      response.destroy();
    }
  };
  const sendBookmark = (annotations?: Record<string, string>) =>
    send('BOOKMARK', {
      apiVersion: formatApiVersion(kind.group, request.version),
      kind: kind.kind,
      metadata: {
        resourceVersion: String(store.revision),
        ...(annotations ? { annotations } : {}),
      },
    });
  const sendEvent = (event: StoreEvent) => {
    if (event.kind !== kind) {
      return;
    }
    if (namespace && event.object.metadata.namespace !== namespace) {
      return;
    }
    const type = classify(event, matches);
    if (type) {
      send(type, request.present(event.object));
    }
  };

  response.status(200);
  response.setHeader('Content-Type', 'application/json;stream=watch');
  response.flushHeaders();
  try {
    if (request.resourceVersion) {
      store.eventsSince(request.resourceVersion).forEach(sendEvent);
    } else {
      for (const object of store.list(kind, namespace).filter(matches)) {
        send('ADDED', request.present(object));
      }
      if (request.markInitialEvents) {
        sendBookmark({ 'k8s.io/initial-events-end': 'true' });
      }
    }
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    send('ERROR', error.body);
    response.end();
    return;
  }

  const unsubscribe = store.subscribe(sendEvent);
  const bookmarkTimer = request.bookmarks
    ? setInterval(() => sendBookmark(), request.bookmarkIntervalMs)
    : undefined;
  const finish = () => {
    if (request.bookmarks && !response.destroyed) {
      sendBookmark();
    }
    response.end();
  };
  const timer = setTimeout(finish, request.timeoutSeconds * 1000);
  signal.addEventListener('abort', finish);
  response.on('close', () => {
    unsubscribe();
    clearInterval(bookmarkTimer);
    clearTimeout(timer);
    signal.removeEventListener('abort', finish);
  });
}

/** An object that starts or stops matching the selector appears or disappears for this watch. */
function classify(
  { type, object, previous }: StoreEvent,
  matches: Matcher,
): StoreEvent['type'] | undefined {
  const is = type !== 'DELETED' && matches(object);
  const was = previous !== undefined && matches(previous);
  if (is) {
    return was ? 'MODIFIED' : 'ADDED';
  }
  return was ? 'DELETED' : undefined;
}
