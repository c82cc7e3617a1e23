import express, { ErrorRequestHandler, Request, Router } from 'express';
import { MAX_BODY_BYTES } from './bodies';
import {
  describeCoreVersions,
  describeGroup,
  describeGroups,
  describeOpenApi,
  describeOpenApiPaths,
  describeResources,
  VERSION,
} from './discovery';
import { findKindByPlural } from './kinds';
import { KubeObject } from './object';
import { Operations } from './operations';
import {
  readDryRun,
  readFieldValidation,
  readManager,
  readQuery,
} from './queries';
import { compileFieldSelector, compileLabelSelector } from './selectors';
import {
  ApiError,
  badRequest,
  noSuchResource,
  requestTooLarge,
} from './status';
import { ObjectStore } from './store';

const DEFAULT_BOOKMARK_INTERVAL_MS = 10_000;

/** @internal */
export interface ApiOptions {
  store: ObjectStore;
  /** Default 10 000 ms. The real server sends bookmarks about once a minute. */
  bookmarkIntervalMs?: number;
  /** Ends all watches. */
  signal: AbortSignal;
}

const sendError: ErrorRequestHandler = (error, _, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const { code, body } = toApiError(error);
  response.status(code).json(body);
};

function toApiError(error: any): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  if (error?.type === 'entity.too.large') {
    return requestTooLarge(MAX_BODY_BYTES);
  }
  if (error?.status >= 400 && error?.status < 500) {
    return badRequest('the request could not be read');
  }
  // eslint-disable-next-line no-console
  console.error('sandbox: unexpected error', error?.stack);
  return new ApiError(
    500,
    'InternalError',
    'Internal error occurred: see the log of the sandbox',
  );
}

/** The Kubernetes API subset. @internal */
export function createApiRouter(options: ApiOptions): Router {
  const operations = new Operations({
    store: options.store,
    signal: options.signal,
    bookmarkIntervalMs:
      options.bookmarkIntervalMs ?? DEFAULT_BOOKMARK_INTERVAL_MS,
  });
  const router = Router();
  addDiscovery(router);
  router.use(express.text({ type: () => true, limit: MAX_BODY_BYTES }));
  const handle: express.RequestHandler = (request, response) => {
    operations.run({ ...readCall(request), request, response });
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
  router.use((_, response) => {
    response.status(404).type('text/plain').send('404 page not found\n');
  });
  router.use(sendError);
  return router;
}

function readCall(request: Request) {
  const params: Record<string, string | undefined> = request.params;
  const { group = '', version = '', plural = '', namespace, name } = params;
  const kind = findKindByPlural(group, version, plural);
  const isMisplaced =
    kind &&
    (kind.namespaced
      ? name !== undefined && namespace === undefined
      : namespace !== undefined);
  if (!kind || isMisplaced) {
    throw noSuchResource();
  }
  const query = readQuery(request);
  const byLabel = compileLabelSelector(query.labelSelector);
  const byField = compileFieldSelector(query.fieldSelector);
  return {
    kind,
    version,
    namespace,
    name,
    query,
    matches: (object: KubeObject) =>
      byLabel(object) &&
      byField(object) &&
      (name === undefined || object.metadata.name === name),
    target: {
      kind,
      version,
      namespace,
      name,
      manager: readManager(request),
      dryRun: readDryRun(request),
      fieldValidation: readFieldValidation(request),
    },
  };
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
