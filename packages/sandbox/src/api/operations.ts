import type { Request, Response } from 'express';
import { formatApiVersion, RESOURCE_KINDS, ResourceKind } from './kinds';
import { isRecord, KubeObject } from './object';
import { listObjects } from './lists';
import { readBody, readMediaType } from './bodies';
import { isTrue, readRevision } from './queries';
import { Matcher } from './selectors';
import {
  badRequest,
  deleted,
  methodNotAllowed,
  notFound,
  revisionTooLarge,
  tooManyRequests,
} from './status';
import { ObjectStore } from './store';
import { presentTable, wantsTable } from './table';
import { streamWatch } from './watch';
import {
  PATCH_TYPES,
  ResourceWriter,
  WriteResult,
  WriteTarget,
} from './writes';

const MAX_WATCHES = 512;
const DEFAULT_WATCH_SECONDS = 30 * 60;
const MAX_WATCH_SECONDS = 60 * 60;

/** One request, understood as far as all verbs need it. @internal */
export interface Call {
  kind: ResourceKind;
  version: string;
  namespace?: string;
  name?: string;
  query: Record<string, string>;
  matches: Matcher;
  target: WriteTarget;
  request: Request;
  response: Response;
}

/** @internal */
export interface OperationsOptions {
  store: ObjectStore;
  bookmarkIntervalMs: number;
  signal: AbortSignal;
}

/** The verbs of the API. @internal */
export class Operations {
  readonly #store: ObjectStore;
  readonly #writer: ResourceWriter;
  #watches = 0;

  constructor(private readonly options: OperationsOptions) {
    this.#store = options.store;
    this.#writer = new ResourceWriter(options.store);
  }

  /** @throws ApiError */
  run(call: Call): void {
    const { request, query, name } = call;
    const verb = `${request.method} ${name === undefined ? 'list' : 'item'}`;
    switch (verb) {
      case 'GET list':
      case 'GET item':
        if (isTrue(query.watch)) {
          this.#watch(call);
        } else if (name === undefined) {
          this.#list(call);
        } else {
          this.#get(call, name);
        }
        return;
      case 'POST list':
        if (call.kind.namespaced && call.namespace === undefined) {
          throw methodNotAllowed();
        }
        reply(call, this.#writer.create(call.target, readBody(request)));
        return;
      case 'PUT item':
        reply(call, this.#writer.update(call.target, readBody(request)));
        return;
      case 'PATCH item':
        this.#patch(call);
        return;
      case 'DELETE item':
        this.#delete(call, name!);
        return;
      case 'DELETE list':
        this.#deleteCollection(call);
        return;
      default:
        throw methodNotAllowed();
    }
  }

  #watch(call: Call) {
    const { kind, query, response } = call;
    const resourceVersion = readRevision(query.resourceVersion);
    if (resourceVersion && resourceVersion > this.#store.revision) {
      throw revisionTooLarge(resourceVersion, this.#store.revision);
    }
    if (this.#watches >= MAX_WATCHES) {
      throw tooManyRequests('too many watches, please try again later');
    }
    this.#watches += 1;
    response.on('close', () => {
      this.#watches -= 1;
    });
    const initial = isTrue(query.sendInitialEvents);
    streamWatch(
      this.#store,
      {
        kind,
        version: call.version,
        namespace: call.namespace,
        matches: call.matches,
        resourceVersion: initial ? undefined : resourceVersion,
        bookmarks: isTrue(query.allowWatchBookmarks),
        markInitialEvents: initial,
        timeoutSeconds: Math.min(
          Number(query.timeoutSeconds) || DEFAULT_WATCH_SECONDS,
          MAX_WATCH_SECONDS,
        ),
        bookmarkIntervalMs: this.options.bookmarkIntervalMs,
        present: object => presentOne(call, object),
      },
      response,
      this.options.signal,
    );
  }

  #list(call: Call) {
    const { kind, query, request, response } = call;
    const page = listObjects(
      this.#store,
      kind,
      call.namespace,
      call.matches,
      query,
    );
    const present = (object: KubeObject) => presentVersion(call, object);
    response.json(
      wantsTable(request.headers.accept)
        ? presentTable(
            kind,
            page.items,
            page.metadata,
            query.includeObject,
            present,
          )
        : {
            kind: `${kind.kind}List`,
            apiVersion: formatApiVersion(kind.group, call.version),
            metadata: page.metadata,
            items: page.items.map(present),
          },
    );
  }

  #get(call: Call, name: string) {
    const object = this.#store.get(call.kind, call.namespace, name);
    if (!object) {
      throw notFound(call.kind, name);
    }
    call.response.json(presentOne(call, object));
  }

  #patch(call: Call) {
    const { request, query, target } = call;
    const mediaType = readMediaType(request);
    if (mediaType === PATCH_TYPES.apply && !query.fieldManager) {
      throw badRequest(
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    }
    const body = readBody(request);
    reply(
      call,
      this.#writer.patch(target, mediaType, body, isTrue(query.force)),
    );
  }

  #delete(call: Call, name: string) {
    const body = readBody(call.request, { optional: true });
    const options = isRecord(body) ? body : {};
    const wanted = isRecord(options.preconditions) ? options.preconditions : {};
    // As the real one: options come from the body or, without one, from the query, never from both.
    const dryRun = isRecord(body)
      ? Array.isArray(options.dryRun) && options.dryRun.length > 0
      : call.target.dryRun;
    const removed = this.#writer.remove(
      { ...call.target, dryRun },
      {
        uid: readText(wanted.uid),
        resourceVersion: readText(wanted.resourceVersion),
      },
      RESOURCE_KINDS.filter(entry => entry.namespaced),
    );
    call.response.json(deleted(call.kind, name, removed.metadata.uid));
  }

  #deleteCollection(call: Call) {
    const { kind, target } = call;
    const removed = this.#store.list(kind, call.namespace).filter(call.matches);
    for (const { metadata } of removed) {
      this.#writer.remove(
        { ...target, namespace: metadata.namespace, name: metadata.name },
        {},
        RESOURCE_KINDS.filter(entry => entry.namespaced),
      );
    }
    call.response.json({
      kind: `${kind.kind}List`,
      apiVersion: formatApiVersion(kind.group, call.version),
      metadata: { resourceVersion: String(this.#store.revision) },
      items: removed.map(object => presentVersion(call, object)),
    });
  }
}

function presentVersion({ kind, version }: Call, object: KubeObject) {
  return { ...object, apiVersion: formatApiVersion(kind.group, version) };
}

function presentOne(call: Call, object: KubeObject): unknown {
  return wantsTable(call.request.headers.accept)
    ? presentTable(
        call.kind,
        [object],
        { resourceVersion: object.metadata.resourceVersion },
        call.query.includeObject,
        item => presentVersion(call, item),
      )
    : presentVersion(call, object);
}

function reply(call: Call, { object, created, warnings }: WriteResult) {
  for (const warning of warnings) {
    call.response.append('Warning', `299 - ${JSON.stringify(warning)}`);
  }
  call.response.status(created ? 201 : 200).json(presentVersion(call, object));
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
