import express, {
  ErrorRequestHandler,
  Request,
  Response,
  Router,
} from 'express';
import { parse as parseYaml } from 'yaml';
import {
  describeCoreVersions,
  describeGroup,
  describeGroups,
  describeOpenApi,
  describeOpenApiPaths,
  describeResources,
  VERSION,
} from './discovery';
import { findKindByPlural, formatApiVersion, RESOURCE_KINDS } from './kinds';
import { isRecord, KubeObject } from './object';
import { listObjects } from './lists';
import {
  readDryRun,
  readFieldValidation,
  readManager,
  readQuery,
  readRevision,
} from './queries';
import { compileFieldSelector, compileLabelSelector } from './selectors';
import {
  ApiError,
  badRequest,
  deleted,
  methodNotAllowed,
  noSuchResource,
  notFound,
  requestTooLarge,
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

/** The real server's limit on request bodies. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
const MAX_WATCHES = 512;
const DEFAULT_WATCH_SECONDS = 30 * 60;
const MAX_WATCH_SECONDS = 60 * 60;

/** @internal */
export interface ApiOptions {
  store: ObjectStore;
  /** Default 10 000 ms. The real server sends bookmarks about once a minute. */
  bookmarkIntervalMs?: number;
  /** Ends all watches. */
  signal: AbortSignal;
}

/** The Kubernetes API subset. @internal */
export function createApiRouter(options: ApiOptions): Router {
  const { store } = options;
  const writer = new ResourceWriter(store);
  const router = Router();
  let watches = 0;

  addDiscovery(router);
  router.use(
    express.text({ type: () => true, limit: MAX_BODY_BYTES, inflate: true }),
  );

  const handle = (request: Request, response: Response) => {
    const {
      group = '',
      version,
      plural,
      namespace,
      name,
    } = readParams(request);
    const kind = findKindByPlural(group, version, plural);
    if (!kind || (namespace !== undefined && !kind.namespaced)) {
      throw noSuchResource();
    }
    if (name !== undefined && kind.namespaced && namespace === undefined) {
      throw noSuchResource();
    }
    const present = (object: KubeObject): KubeObject => ({
      ...object,
      apiVersion: formatApiVersion(group, version),
    });
    const target: WriteTarget = {
      kind,
      version,
      namespace,
      name,
      manager: readManager(request),
      dryRun: readDryRun(request),
      fieldValidation: readFieldValidation(request),
    };
    const query = readQuery(request);
    const labelMatch = compileLabelSelector(query.labelSelector);
    const fieldMatch = compileFieldSelector(query.fieldSelector);
    const matches = (object: KubeObject) =>
      labelMatch(object) &&
      fieldMatch(object) &&
      (name === undefined || object.metadata.name === name);
    const reply = (result: WriteResult) => {
      result.warnings.forEach(warning =>
        response.append('Warning', `299 - ${JSON.stringify(warning)}`),
      );
      response.status(result.created ? 201 : 200).json(present(result.object));
    };
    const method = `${request.method} ${name === undefined ? 'list' : 'item'}`;

    if (request.method === 'GET' && isTrue(query.watch)) {
      const resourceVersion = readRevision(query.resourceVersion);
      if (resourceVersion && resourceVersion > store.revision) {
        throw revisionTooLarge(resourceVersion, store.revision);
      }
      if (watches >= MAX_WATCHES) {
        throw tooManyRequests('too many watches, please try again later');
      }
      watches += 1;
      response.on('close', () => {
        watches -= 1;
      });
      const asTable = wantsTable(request.headers.accept);
      const initial = isTrue(query.sendInitialEvents);
      streamWatch(
        store,
        {
          kind,
          version,
          namespace,
          matches,
          resourceVersion: initial ? undefined : resourceVersion,
          bookmarks: isTrue(query.allowWatchBookmarks),
          markInitialEvents: initial,
          timeoutSeconds: Math.min(
            Number(query.timeoutSeconds) || DEFAULT_WATCH_SECONDS,
            MAX_WATCH_SECONDS,
          ),
          bookmarkIntervalMs: options.bookmarkIntervalMs ?? 10_000,
          present: object =>
            asTable
              ? presentTable(
                  kind,
                  [object],
                  { resourceVersion: object.metadata.resourceVersion },
                  query.includeObject,
                  present,
                )
              : present(object),
        },
        response,
        options.signal,
      );
      return;
    }

    switch (method) {
      case 'GET list': {
        const page = listObjects(store, kind, namespace, matches, query);
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
                apiVersion: formatApiVersion(group, version),
                metadata: page.metadata,
                items: page.items.map(present),
              },
        );
        return;
      }
      case 'GET item': {
        const object = store.get(kind, namespace, name!);
        if (!object) {
          throw notFound(kind, name!);
        }
        response.json(
          wantsTable(request.headers.accept)
            ? presentTable(
                kind,
                [object],
                { resourceVersion: object.metadata.resourceVersion },
                query.includeObject,
                present,
              )
            : present(object),
        );
        return;
      }
      case 'POST list':
        if (kind.namespaced && namespace === undefined) {
          throw methodNotAllowed();
        }
        reply(writer.create(target, readBody(request)));
        return;
      case 'PUT item':
        reply(writer.update(target, readBody(request)));
        return;
      case 'PATCH item': {
        const mediaType = readMediaType(request);
        if (mediaType === PATCH_TYPES.apply && !query.fieldManager) {
          throw badRequest(
            'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
          );
        }
        reply(
          writer.patch(
            target,
            mediaType,
            readBody(request),
            isTrue(query.force),
          ),
        );
        return;
      }
      case 'DELETE item': {
        const body = readBody(request, true);
        const wanted =
          isRecord(body) && isRecord(body.preconditions)
            ? body.preconditions
            : {};
        const removed = writer.remove(
          isRecord(body) && Array.isArray(body.dryRun) && body.dryRun.length
            ? { ...target, dryRun: true }
            : target,
          {
            uid: wanted.uid as string | undefined,
            resourceVersion: wanted.resourceVersion as string | undefined,
          },
          RESOURCE_KINDS.filter(entry => entry.namespaced),
        );
        response.json(deleted(kind, name!, removed.metadata.uid));
        return;
      }
      case 'DELETE list': {
        const removed = store.list(kind, namespace).filter(matches);
        for (const { metadata } of removed) {
          writer.remove(
            { ...target, namespace: metadata.namespace, name: metadata.name },
            {},
            RESOURCE_KINDS.filter(entry => entry.namespaced),
          );
        }
        response.json({
          kind: `${kind.kind}List`,
          apiVersion: formatApiVersion(group, version),
          metadata: { resourceVersion: String(store.revision) },
          items: removed.map(present),
        });
        return;
      }
      default:
        throw methodNotAllowed();
    }
  };

  for (const root of ['/api/:version', '/apis/:group/:version']) {
    router.all(`${root}/namespaces/:namespace/:plural/:name`, handle);
    router.all(`${root}/namespaces/:namespace/:plural`, handle);
    router.all(`${root}/:plural/:name`, handle);
    router.all(`${root}/:plural`, handle);
  }
  router.use(['/api', '/apis'], () => {
    throw noSuchResource();
  });
  router.use(sendError);
  return router;
}

function addDiscovery(router: Router) {
  const answer = (path: string, read: (request: Request) => unknown) =>
    router.get(path, (request, response, next) => {
      const body = read(request);
      if (body === undefined) {
        next();
      } else {
        response.json(body);
      }
    });
  answer('/version', () => VERSION);
  answer('/api', describeCoreVersions);
  answer('/apis', describeGroups);
  answer('/api/:version', ({ params }) =>
    describeResources('', params.version),
  );
  answer('/apis/:group', ({ params }) => describeGroup(params.group));
  answer('/apis/:group/:version', ({ params }) =>
    describeResources(params.group, params.version),
  );
  answer('/openapi/v3', describeOpenApiPaths);
  answer('/openapi/v3/api/:version', ({ params }) =>
    describeOpenApi('', params.version),
  );
  answer('/openapi/v3/apis/:group/:version', ({ params }) =>
    describeOpenApi(params.group, params.version),
  );
  for (const path of ['/healthz', '/livez', '/readyz']) {
    router.get(path, (_, response) => {
      response.type('text/plain').send('ok');
    });
  }
}

interface PathParams {
  group?: string;
  version: string;
  plural: string;
  namespace?: string;
  name?: string;
}

/** `/api/v1/namespaces/x` is the Namespace x, not a list of the kind "x". */
function readParams(request: Request): PathParams {
  return request.params as unknown as PathParams;
}

function readBody(request: Request, optional = false): unknown {
  const text = typeof request.body === 'string' ? request.body : '';
  if (!text.trim() && optional) {
    return undefined;
  }
  try {
    const isYaml = /yaml/.test(readMediaType(request));
    return isYaml ? parseYaml(text, { maxAliasCount: 0 }) : JSON.parse(text);
  } catch {
    throw badRequest(
      'the object provided is unrecognized: the body could not be parsed',
    );
  }
}

function readMediaType(request: Request): string {
  return (request.headers['content-type'] ?? '').split(';')[0].trim();
}

function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1';
}

const sendError: ErrorRequestHandler = (error, _, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  let known: ApiError;
  if (error instanceof ApiError) {
    known = error;
  } else if (error?.type === 'entity.too.large') {
    known = requestTooLarge(MAX_BODY_BYTES);
  } else if (error?.status >= 400 && error.status < 500) {
    known = badRequest('the request could not be read');
  } else {
    known = new ApiError(
      500,
      'InternalError',
      'Internal error occurred: see the log of the sandbox',
    );
    // eslint-disable-next-line no-console
    console.error('sandbox: unexpected error', error?.stack);
  }
  response.status(known.code).json(known.body);
};
