import { setTimeout as sleep } from 'node:timers/promises';
import { findErrorCode } from '../findErrorCode';
import { ApiFailure, describeStatus } from './apiFailure';
import { ClusterConnection } from './ClusterConnection';
import { Heartbeat } from './Heartbeat';
import { WatchedKind } from './kinds';
import { describeBodyFailure, describeGarbage, parseJson } from './listKind';
import { readLines } from './readBody';
import { isRawObject, RawObject, trimObject } from './trimObject';

const MAX_EVENT_BYTES = 8 * 1024 * 1024;
const WATCH_SECONDS = 270;
/** A watch that is opened again brings what was missed, or says that it cannot, at once. */
const CATCH_UP_MS = 1000;
/** Reset, and closed in the middle of an answer. */
const HEARD_BREAKS = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

export type WatchEvent =
  | { type: 'upserted'; object: RawObject }
  | { type: 'deleted'; object: RawObject }
  /** A watch is open, and nothing was missed: what is known is current. */
  | { type: 'watching' }
  /** An open watch gave a sign of life: what is known is current. */
  | { type: 'alive' };

export interface WatchStep {
  event?: WatchEvent;
  resourceVersion?: string;
}

export type WatchEnd =
  | { kind: 'ended' }
  | { kind: 'failed'; failure: ApiFailure };

export interface OpenWatchOptions {
  kind: WatchedKind;
  path: string;
  query?: Record<string, string>;
  signal: AbortSignal;
  /** Where it begins. */
  resourceVersion: string;
  /** Not the first since the list, so that there may be something to catch up with. */
  isAgain: boolean;
  /** Upper bound, in seconds. Default: 270. */
  watchSeconds?: number;
  /** Of this server, for this kind. */
  heartbeat: Heartbeat;
}

/** One watch request. What is known counts as current only once the watch has brought what was missed. */
export async function* openWatch(
  connection: Pick<ClusterConnection, 'get'>,
  options: OpenWatchOptions,
): AsyncGenerator<WatchStep, WatchEnd> {
  const { kind, path, query, signal, resourceVersion, isAgain, heartbeat } =
    options;
  const seconds = options.watchSeconds ?? WATCH_SECONDS;
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
    bodyTimeoutMs: heartbeat.boundSilence((timeoutSeconds + 30) * 1000),
  });
  if (!answer.ok) {
    return { kind: 'failed', failure: answer.failure };
  }
  heartbeat.hear();
  const lines = readLines(answer.body, MAX_EVENT_BYTES);
  let isCurrent = false;
  try {
    const first = lines.next();
    // Asked for below, if anybody still asks.
    first.catch(() => {});
    if (!isAgain || (await isQuiet(first, CATCH_UP_MS, signal))) {
      isCurrent = true;
      yield { event: { type: 'watching' } };
    }
    for (
      let { done, value: line } = await first;
      !done;
      { done, value: line } = await lines.next()
    ) {
      if (!line?.trim()) continue;
      const step = readEvent(line, kind);
      if ('kind' in step) return step;
      isCurrent = true;
      if (step.event?.type === 'alive') heartbeat.beat();
      else heartbeat.hear();
      yield step;
    }
    if (isCurrent) {
      yield { event: { type: 'alive' } };
      return { kind: 'ended' };
    }
    return {
      kind: 'failed',
      failure: {
        kind: 'network',
        code: 'WATCH_CUT',
        message: 'The API server, or a proxy before it, ends watches at once',
      },
    };
  } catch (error) {
    if (isCurrent && wasHeardBreaking(error)) {
      yield { event: { type: 'alive' } };
    }
    return { kind: 'failed', failure: describeBodyFailure(error, kind.kind) };
  } finally {
    answer.body.destroy();
  }
}

/** @returns the end of the watch where the line tells one */
function readEvent(
  line: string,
  { kind }: WatchedKind,
): WatchStep | Extract<WatchEnd, { kind: 'failed' }> {
  const event = parseJson(line);
  const object = event?.object;
  if (event?.type === 'ERROR') {
    const code = Number(object?.code) || 500;
    return { kind: 'failed', failure: describeStatus(code) };
  }
  if (event?.type === 'BOOKMARK') {
    return {
      resourceVersion: object?.metadata?.resourceVersion,
      event: { type: 'alive' },
    };
  }
  if (!isRawObject(object)) {
    return { kind: 'failed', failure: describeGarbage(kind) };
  }
  return {
    resourceVersion: object.metadata.resourceVersion,
    event: {
      type: event.type === 'DELETED' ? 'deleted' : 'upserted',
      object: trimObject({ ...object, kind }),
    },
  };
}

/** Whether nothing comes for so long; at once where something does. */
async function isQuiet(
  next: Promise<unknown>,
  ms: number,
  signal: AbortSignal,
): Promise<boolean> {
  const settled = new AbortController();
  const came = next.then(
    () => false,
    () => false,
  );
  const quiet = sleep(ms, true, {
    signal: AbortSignal.any([signal, settled.signal]),
    ref: false,
  }).catch(() => false);
  return Promise.race([came, quiet]).finally(() => settled.abort());
}

/**
 * Whether the server's side ended a connection just now, rather than having been silent for an
 * unknown time.
 */
function wasHeardBreaking(error: unknown): boolean {
  return HEARD_BREAKS.has(findErrorCode(error) ?? '');
}
