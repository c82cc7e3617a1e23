import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { qualifiedPlural, ResourceKind } from './kinds';
import { KubeObject, objectKey } from './object';
import {
  alreadyExists,
  conflict,
  expired,
  notFound,
  tooManyRequests,
} from './status';

/** One write, with what was there before. @internal */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  revision: number;
  kind: ResourceKind;
  /** For `DELETED`: the last state, under the revision of the deletion. */
  object: KubeObject;
  previous?: KubeObject;
}

/** @internal */
export interface StoreOptions {
  /** Number of events kept for watches and consistent lists. Default 4096. */
  historySize?: number;
}

const MAX_OBJECTS_PER_KIND = 50_000;

/**
 * Objects in memory with one revision counter, as etcd has it. Objects are immutable, so a list is a
 * list of references. A bounded history of events lets watches resume and lists read the past;
 * whoever asks for more gets `410 Expired`.
 *
 * @internal
 */
export class ObjectStore {
  readonly #tables = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #historySize: number;
  #history: StoreEvent[] = [];
  #revision = 1;
  /** Revision up to which history has been dropped. */
  #compacted = 1;

  constructor(options: StoreOptions = {}) {
    this.#historySize = options.historySize ?? 4096;
  }

  get revision(): number {
    return this.#revision;
  }

  get(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
  ): KubeObject | undefined {
    return this.#table(kind).get(objectKey(namespace, name));
  }

  /**
   * Objects of a kind in key order, as they were at `revision` (default: now).
   *
   * @throws ApiError 410 where that revision is no longer known
   */
  list(
    kind: ResourceKind,
    namespace?: string,
    revision = this.#revision,
  ): KubeObject[] {
    let table = this.#table(kind);
    if (revision < this.#revision) {
      table = this.#rewind(kind, table, revision);
    }
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    return [...table.entries()]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  /**
   * Events after `revision`, oldest first.
   *
   * @throws ApiError 410 where that revision is no longer known
   */
  eventsSince(revision: number): StoreEvent[] {
    if (revision < this.#compacted) {
      throw expired(
        `too old resource version: ${revision} (${this.#compacted})`,
      );
    }
    return this.#history.filter(event => event.revision > revision);
  }

  /** Calls `listener` synchronously on each write. Returns the way to stop. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws ApiError 409 where the name is taken */
  create(kind: ResourceKind, object: KubeObject, dryRun = false): KubeObject {
    const { namespace, name } = object.metadata;
    const table = this.#table(kind);
    if (table.has(objectKey(namespace, name))) {
      throw alreadyExists(kind, name);
    }
    if (table.size >= MAX_OBJECTS_PER_KIND) {
      throw tooManyRequests('the sandbox holds as many objects as it can');
    }
    const created: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: randomUUID(),
        creationTimestamp: formatTime(new Date()),
        generation: 1,
        resourceVersion: dryRun ? undefined : String(this.#revision + 1),
      },
    };
    if (!dryRun) {
      table.set(objectKey(namespace, name), created);
      this.#emit({ type: 'ADDED', kind, object: created });
    }
    return created;
  }

  /**
   * Replaces an object. A replacement that changes nothing keeps the revision.
   *
   * @throws ApiError 404 without such an object; 409 where `object` names another resourceVersion or uid
   */
  update(kind: ResourceKind, object: KubeObject, dryRun = false): KubeObject {
    const { namespace, name } = object.metadata;
    const table = this.#table(kind);
    const key = objectKey(namespace, name);
    const previous = table.get(key);
    if (!previous) {
      throw notFound(kind, name);
    }
    this.#checkPreconditions(kind, previous, object.metadata);
    const changed = contentOf(previous) !== contentOf(object);
    const updated: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: previous.metadata.uid,
        creationTimestamp: previous.metadata.creationTimestamp,
        generation: (previous.metadata.generation ?? 1) + (changed ? 1 : 0),
        resourceVersion: previous.metadata.resourceVersion,
      },
    };
    if (isDeepStrictEqual(dropUndefined(updated), dropUndefined(previous))) {
      return previous;
    }
    if (!dryRun) {
      updated.metadata.resourceVersion = String(this.#revision + 1);
      table.set(key, updated);
      this.#emit({ type: 'MODIFIED', kind, object: updated, previous });
    }
    return updated;
  }

  /** @throws ApiError 404 without such an object; 409 where a precondition fails */
  remove(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    preconditions: { uid?: string; resourceVersion?: string } = {},
    dryRun = false,
  ): KubeObject {
    const table = this.#table(kind);
    const previous = table.get(objectKey(namespace, name));
    if (!previous) {
      throw notFound(kind, name);
    }
    this.#checkPreconditions(kind, previous, preconditions);
    if (!dryRun) {
      table.delete(objectKey(namespace, name));
      const object = {
        ...previous,
        metadata: {
          ...previous.metadata,
          resourceVersion: String(this.#revision + 1),
        },
      };
      this.#emit({ type: 'DELETED', kind, object, previous });
    }
    return previous;
  }

  /** Forgets history, as etcd's compaction does: older watches then get `410 Expired`. */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#revision;
  }

  #table(kind: ResourceKind): Map<string, KubeObject> {
    const id = qualifiedPlural(kind);
    let table = this.#tables.get(id);
    if (!table) {
      table = new Map();
      this.#tables.set(id, table);
    }
    return table;
  }

  #rewind(
    kind: ResourceKind,
    current: Map<string, KubeObject>,
    revision: number,
  ): Map<string, KubeObject> {
    const table = new Map(current);
    for (const event of this.eventsSince(revision).reverse()) {
      if (event.kind === kind) {
        const { namespace, name } = event.object.metadata;
        if (event.previous) {
          table.set(objectKey(namespace, name), event.previous);
        } else {
          table.delete(objectKey(namespace, name));
        }
      }
    }
    return table;
  }

  #checkPreconditions(
    kind: ResourceKind,
    current: KubeObject,
    wanted: { uid?: string; resourceVersion?: string },
  ) {
    const { name, uid, resourceVersion } = current.metadata;
    if (wanted.uid && wanted.uid !== uid) {
      throw conflict(
        kind,
        name,
        `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`,
      );
    }
    if (wanted.resourceVersion && wanted.resourceVersion !== resourceVersion) {
      throw conflict(kind, name);
    }
  }

  #emit(event: Omit<StoreEvent, 'revision'>) {
    this.#revision += 1;
    const full = { ...event, revision: this.#revision };
    this.#history.push(full);
    // Trimming by halves keeps the cost of a write constant on average.
    if (this.#history.length > this.#historySize * 2) {
      const dropped = this.#history.length - this.#historySize;
      this.#compacted = this.#history[dropped - 1].revision;
      this.#history = this.#history.slice(dropped);
    }
    for (const listener of this.#listeners) {
      listener(full);
    }
  }
}

/** Kubernetes writes times in whole seconds. @internal */
export function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

function contentOf(object: KubeObject): string {
  const { metadata, status, ...content } = object;
  return JSON.stringify(content);
}

function dropUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
