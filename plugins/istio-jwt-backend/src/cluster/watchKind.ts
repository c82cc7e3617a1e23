import { ApiFailure } from './apiFailure';
import { Backoff } from './Backoff';
import { ClusterConnection } from './ClusterConnection';
import { Heartbeat } from './Heartbeat';
import { buildListPath, nameVersion, WatchedKind } from './kinds';
import { ListEnd, listKind } from './listKind';
import { openWatch, WatchEnd, WatchEvent } from './openWatch';
import { pause, Recovery } from './Recovery';
import { RawObject } from './trimObject';

/** A watch shorter than this counts as a failure for back-off, so that a broken proxy is not hammered. */
const SHORT_WATCH_MS = 1000;
const SLOW_RETRY_MS = 60_000;

export type KindEvent =
  /** A part of the full set, as it is read. */
  | { type: 'listing'; objects: RawObject[] }
  /** The full set was read: what was known before and was not in it is gone. */
  | { type: 'listed' }
  | WatchEvent
  /** No version of the kind is served: there are no such objects. */
  | { type: 'absent' }
  | { type: 'failed'; failure: ApiFailure };

export interface WatchOptions {
  kind: WatchedKind;
  namespace?: string;
  query?: Record<string, string>;
  signal: AbortSignal;
  backoff?: Backoff;
  /** Ends the wait after a server that does not answer. Default: never. */
  recovery?: Recovery;
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
 * retried with back-off. An expired version is one, too: nobody knows what was missed until the list
 * is read. Ends when the signal aborts; never throws.
 */
export async function* watchKind(
  connection: Pick<ClusterConnection, 'get'>,
  options: WatchOptions,
): AsyncGenerator<KindEvent> {
  const { kind, namespace, signal } = options;
  const delays = startDelays(options);
  const heartbeat = new Heartbeat();
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
      await waitAfter(list.failure, delays, options);
      continue;
    }
    yield { type: 'listed' };
    yield* followWatch(connection, {
      ...options,
      path,
      delays,
      heartbeat,
      resourceVersion: list.resourceVersion,
    });
  }
}

interface FollowOptions extends WatchOptions {
  path: string;
  delays: Delays;
  heartbeat: Heartbeat;
  resourceVersion: string;
}

/** Watches until a new list is needed. */
async function* followWatch(
  connection: Pick<ClusterConnection, 'get'>,
  options: FollowOptions,
): AsyncGenerator<KindEvent> {
  const { signal, delays } = options;
  let { resourceVersion } = options;
  for (let isAgain = false; !signal.aborted; isAgain = true) {
    const startedAt = Date.now();
    const watch = openWatch(connection, {
      ...options,
      resourceVersion,
      isAgain,
    });
    let end: WatchEnd;
    for (;;) {
      const step = await watch.next();
      if (step.done) {
        end = step.value;
        break;
      }
      delays.refusals.reset();
      resourceVersion = step.value.resourceVersion ?? resourceVersion;
      if (step.value.event) {
        yield step.value.event;
      }
      // A bookmark or an object: this server does send.
      if (step.value.resourceVersion) {
        delays.failures.reset();
        delays.busy.reset();
      }
    }
    if (signal.aborted) {
      return;
    }
    if (end.kind === 'failed') {
      yield { type: 'failed', failure: end.failure };
      await waitAfter(end.failure, delays, options);
      if (needsRelist(end.failure)) {
        return;
      }
    } else if (Date.now() - startedAt < SHORT_WATCH_MS) {
      await pause(delays.failures.next(), signal);
    } else {
      delays.failures.reset();
    }
  }
}

/** After a broken connection the version still holds; after anything odd it may not. */
function needsRelist(failure: ApiFailure): boolean {
  return failure.kind !== 'network' && failure.kind !== 'timeout';
}

interface Delays {
  failures: Backoff;
  /**
   * An API server that starts answers 403 for some seconds, until it has read who may what. So the first
   * refusals are tried again soon, and those that go on ever more slowly.
   */
  refusals: Backoff;
  /** A server that says so is there, and can be asked again soon, however long it was away before. */
  busy: Backoff;
}

function startDelays({
  backoff = new Backoff(),
  slowRetryMs = SLOW_RETRY_MS,
}: WatchOptions): Delays {
  return {
    failures: backoff,
    refusals: new Backoff(Math.min(1000, slowRetryMs), slowRetryMs),
    busy: backoff.renew(),
  };
}

function chooseDelay(failure: ApiFailure, delays: Delays): number {
  switch (failure.kind) {
    case 'forbidden':
      return delays.refusals.next();
    case 'expired':
      return delays.busy.next();
    case 'throttled':
      return Math.max(
        delays.busy.next(),
        Math.min(failure.retryAfterMs ?? 0, 60_000),
      );
    default:
      return delays.failures.next();
  }
}

/** Whether it may be over as soon as another kind can be read. */
function isOutage({ kind }: ApiFailure): boolean {
  return kind === 'network' || kind === 'timeout' || kind === 'server-error';
}

async function waitAfter(
  failure: ApiFailure,
  delays: Delays,
  { recovery, signal }: WatchOptions,
): Promise<void> {
  const ms = chooseDelay(failure, delays);
  await (recovery && isOutage(failure)
    ? recovery.wait(ms, signal)
    : pause(ms, signal));
}

function slowDown(options: WatchOptions): number {
  return (options.slowRetryMs ?? SLOW_RETRY_MS) * (0.8 + 0.4 * Math.random());
}
