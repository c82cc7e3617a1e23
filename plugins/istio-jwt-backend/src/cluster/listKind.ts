import { ApiFailure } from './apiFailure';
import { ClusterConnection } from './ClusterConnection';
import { BodyTooLarge, readText } from './readBody';
import { isRawObject, RawObject, trimObject } from './trimObject';

const PAGE_SIZE = 500;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** Past this a cluster is read by namespaces, or the backend runs out of memory. */
const MAX_OBJECTS = 250_000;

export type ListResult =
  | { ok: true; objects: RawObject[]; resourceVersion: string }
  | { ok: false; failure: ApiFailure };

export interface ListOptions {
  kind: string;
  path: string;
  query?: Record<string, string>;
  signal: AbortSignal;
}

/** Lists a kind page by page, trimming as it goes. */
export async function listKind(
  connection: Pick<ClusterConnection, 'get'>,
  options: ListOptions,
): Promise<ListResult> {
  const objects: RawObject[] = [];
  let continueToken = '';
  for (;;) {
    const page = await readPage(connection, options, continueToken);
    if (!page.ok) {
      return page;
    }
    objects.push(...page.objects);
    if (objects.length > MAX_OBJECTS) {
      return {
        ok: false,
        failure: {
          kind: 'too-large',
          message: `More than ${MAX_OBJECTS} objects of kind ${options.kind}`,
        },
      };
    }
    if (!page.continueToken) {
      return { ok: true, objects, resourceVersion: page.resourceVersion };
    }
    if (page.continueToken === continueToken) {
      return { ok: false, failure: describeGarbage(options.kind) };
    }
    continueToken = page.continueToken;
  }
}

type Page =
  | {
      ok: true;
      objects: RawObject[];
      resourceVersion: string;
      continueToken: string;
    }
  | { ok: false; failure: ApiFailure };

async function readPage(
  connection: Pick<ClusterConnection, 'get'>,
  { kind, path, query, signal }: ListOptions,
  continueToken: string,
): Promise<Page> {
  const answer = await connection.get({
    path,
    query: {
      ...query,
      limit: String(PAGE_SIZE),
      ...(continueToken ? { continue: continueToken } : {}),
    },
    signal,
  });
  if (!answer.ok) {
    return answer;
  }
  let text: string;
  try {
    text = await readText(answer.body, MAX_PAGE_BYTES);
  } catch (error) {
    answer.body.destroy();
    return { ok: false, failure: describeBodyFailure(error, kind) };
  }
  const list = parseJson(text);
  if (
    !Array.isArray(list?.items) ||
    typeof list.metadata?.resourceVersion !== 'string'
  ) {
    return { ok: false, failure: describeGarbage(kind) };
  }
  return {
    ok: true,
    resourceVersion: list.metadata.resourceVersion,
    continueToken: String(list.metadata.continue ?? ''),
    objects: list.items.filter(isRawObject).map((item: RawObject) =>
      // Items of a list carry neither kind nor apiVersion.
      trimObject({ apiVersion: list.apiVersion, ...item, kind }),
    ),
  };
}

export function parseJson(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function describeGarbage(kind: string): ApiFailure {
  return {
    kind: 'not-kubernetes',
    message: `The answer for kind ${kind} is not what a Kubernetes API server sends`,
  };
}

export function describeBodyFailure(error: unknown, kind: string): ApiFailure {
  if (error instanceof BodyTooLarge) {
    return {
      kind: 'too-large',
      message: `An answer for kind ${kind} is over ${error.limit} bytes`,
    };
  }
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'UND_ERR_BODY_TIMEOUT'
    ? {
        kind: 'timeout',
        message: 'The API server stopped sending in the middle of an answer',
      }
    : {
        kind: 'network',
        code: 'BODY_ABORTED',
        message:
          'The connection to the API server broke in the middle of an answer',
      };
}
