import { setTimeout as sleep } from 'node:timers/promises';
import { findErrorCode } from '../findErrorCode';
import { ApiFailure, describeStatus } from './apiFailure';
import { Backoff } from './Backoff';
import { ClusterConnection } from './ClusterConnection';
import { buildListPath, nameVersion, WatchedKind } from './kinds';
import {
  describeBodyFailure,
  describeGarbage,
  ListEnd,
  listKind,
  parseJson,
} from './listKind';
import { readLines } from './readBody';
import { isRawObject, RawObject, trimObject } from './trimObject';

const MAX_EVENT_BYTES = 8 * 1024 * 1024;
/** A watch shorter than this counts as a failure for back-off, so that a broken proxy is not hammered. */
const SHORT_WATCH_MS = 1000;
const SLOW_RETRY_MS = 60_000;
/** Reset, and closed in the middle of an answer. */
const HEARD_BREAKS = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

export type KindEvent =
  /** A part of the full set, as it is read. */
  | { type: 'listing'; objects: RawObject[] }
  /** The full set was read: what was known before and was not in it is gone. */
  | { type: 'listed' }
  | { type: 'upserted'; object: RawObject }
  | { type: 'deleted'; object: RawObject }
  /** A watch is open: what is known is current. */
  | { type: 'watching' }
  /** An open watch gave a sign of life: what is known is current. */
  | { type: 'alive' }
  /** No version of the kind is served: there are no such objects. */
  | { type: 'absent' }
  | { type: 'failed'; failure: ApiFailure };

export interface WatchOptions {
  kind: WatchedKind;
  namespace?: string;
  query?: Record<string, string>;
  signal: AbortSignal;
  backoff?: Backoff;
  /**
   * Wait before an absent kind is tried again, and the longest before a forbidden one is. Default: 60 s.
   */
  slowRetryMs?: number;
  /** Upper bound of one watch, in seconds. Default: 270. */
  watchSeconds?: number;
}

/**
 * List, then watch, for ever: bookmarks and events move the resource version on, an ended watch is
 * opened again where it stood, an expired version is listed again, and every failure is yielded and
 * retried with back-off. Ends when the signal aborts; never throws.
 */
export async function* watchKind(
  connection: Pick<ClusterConnection, 'get'>,
  options: WatchOptions,
): AsyncGenerator<KindEvent> {
  const { kind, namespace, signal } = options;
  const backoff = options.backoff ?? new Backoff();
  const refusals = startRefusals(options);
  let versionIndex = 0;
  while (!signal.aborted) {
    const version = kind.versions[versionIndex];
    const path = buildListPath(kind, version, namespace);
    const listing = listKind(connection, {
      kind: kind.kind,
      apiVersion: nameVersion(kind, version),
      path,
      query: options.query,
      signal,
    });
    let list: ListEnd;
    for (;;) {
      const step = await listing.next();
      if (step.done) {
        list = step.value;
        break;
      }
      yield { type: 'listing', objects: step.value };
    }
    if (signal.aborted) {
      return;
    }
    if (!list.ok) {
      if (list.failure.kind === 'not-found' && kind.group) {
        versionIndex = (versionIndex + 1) % kind.versions.length;
        if (versionIndex !== 0) {
          continue;
        }
        yield { type: 'absent' };
        await pause(slowDown(options), signal);
        continue;
      }
      yield { type: 'failed', failure: list.failure };
      await pause(chooseDelay(list.failure, backoff, refusals), signal);
      continue;
    }
    yield { type: 'listed' };
    yield* followWatch(connection, {
      ...options,
      path,
      backoff,
      refusals,
      resourceVersion: list.resourceVersion,
    });
  }
}

interface FollowOptions extends WatchOptions {
  path: string;
  backoff: Backoff;
  refusals: Backoff;
  resourceVersion: string;
}

/** Watches until a new list is needed. */
async function* followWatch(
  connection: Pick<ClusterConnection, 'get'>,
  options: FollowOptions,
): AsyncGenerator<KindEvent> {
  const { signal, backoff, refusals } = options;
  let { resourceVersion } = options;
  while (!signal.aborted) {
    const startedAt = Date.now();
    const watch = openWatch(connection, { ...options, resourceVersion });
    let end: WatchEnd;
    for (;;) {
      const step = await watch.next();
      if (step.done) {
        end = step.value;
        break;
      }
      refusals.reset();
      resourceVersion = step.value.resourceVersion ?? resourceVersion;
      if (step.value.event) {
        yield step.value.event;
      }
      // A bookmark or an object: this server does send.
      if (step.value.resourceVersion) {
        backoff.reset();
      }
    }
    if (signal.aborted) {
      return;
    }
    if (end.kind === 'relist') {
      await pause(backoff.next(), signal);
      return;
    }
    if (end.kind === 'failed') {
      yield { type: 'failed', failure: end.failure };
      await pause(chooseDelay(end.failure, backoff, refusals), signal);
      if (needsRelist(end.failure)) {
        return;
      }
    } else if (Date.now() - startedAt < SHORT_WATCH_MS) {
      await pause(backoff.next(), signal);
    } else {
      backoff.reset();
    }
  }
}

type WatchEnd =
  | { kind: 'ended' }
  | { kind: 'relist' }
  | { kind: 'failed'; failure: ApiFailure };

interface WatchStep {
  event?: KindEvent;
  resourceVersion?: string;
}

/** One watch request. */
async function* openWatch(
  connection: Pick<ClusterConnection, 'get'>,
  options: FollowOptions,
): AsyncGenerator<WatchStep, WatchEnd> {
  const { kind, path, query, signal, resourceVersion } = options;
  const seconds = options.watchSeconds ?? 270;
  // Spread, so that a restart of the API server is not followed by all watches ending together.
  const timeoutSeconds = Math.ceil(seconds * (0.8 + 0.2 * Math.random()));
  const answer = await connection.get({
    path,
    query: {
      ...query,
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(timeoutSeconds),
    },
    signal,
    bodyTimeoutMs: (timeoutSeconds + 30) * 1000,
  });
  if (!answer.ok) {
    return answer.failure.kind === 'expired'
      ? { kind: 'relist' }
      : { kind: 'failed', failure: answer.failure };
  }
  yield { event: { type: 'watching' } };
  try {
    for await (const line of readLines(answer.body, MAX_EVENT_BYTES)) {
      if (!line.trim()) {
        continue;
      }
      const event = parseJson(line);
      const object = event?.object;
      if (event?.type === 'ERROR') {
        const code = Number(object?.code) || 500;
        return code === 410
          ? { kind: 'relist' }
          : { kind: 'failed', failure: describeStatus(code) };
      }
      if (event?.type === 'BOOKMARK') {
        yield {
          resourceVersion: object?.metadata?.resourceVersion,
          event: { type: 'alive' },
        };
        continue;
      }
      if (!isRawObject(object)) {
        return { kind: 'failed', failure: describeGarbage(kind.kind) };
      }
      yield {
        resourceVersion: object.metadata.resourceVersion,
        event: {
          type: event.type === 'DELETED' ? 'deleted' : 'upserted',
          object: trimObject({ ...object, kind: kind.kind }),
        },
      };
    }
    yield { event: { type: 'alive' } };
    return { kind: 'ended' };
  } catch (error) {
    if (wasHeardBreaking(error)) {
      yield { event: { type: 'alive' } };
    }
    return { kind: 'failed', failure: describeBodyFailure(error, kind.kind) };
  } finally {
    answer.body.destroy();
  }
}

/**
 * Whether the server's side ended a connection just now, rather than having been silent for an
 * unknown time.
 */
function wasHeardBreaking(error: unknown): boolean {
  return HEARD_BREAKS.has(findErrorCode(error) ?? '');
}

/** After a broken connection the version still holds; after anything odd it may not. */
function needsRelist(failure: ApiFailure): boolean {
  return failure.kind !== 'network' && failure.kind !== 'timeout';
}

/**
 * An API server that starts answers 403 for some seconds, until it has read who may what. So the first
 * refusals are tried again soon, and those that go on ever more slowly.
 */
function startRefusals({ slowRetryMs = SLOW_RETRY_MS }: WatchOptions): Backoff {
  return new Backoff(Math.min(1000, slowRetryMs), slowRetryMs);
}

function chooseDelay(
  failure: ApiFailure,
  backoff: Backoff,
  refusals: Backoff,
): number {
  if (failure.kind === 'forbidden') {
    return refusals.next();
  }
  const delay = backoff.next();
  return failure.kind === 'throttled' && failure.retryAfterMs
    ? Math.max(delay, Math.min(failure.retryAfterMs, 60_000))
    : delay;
}

function slowDown(options: WatchOptions): number {
  return (options.slowRetryMs ?? SLOW_RETRY_MS) * (0.8 + 0.4 * Math.random());
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
