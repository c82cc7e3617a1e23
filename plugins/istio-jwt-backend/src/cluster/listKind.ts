import { ApiFailure } from './apiFailure';
import { ClusterConnection } from './ClusterConnection';
import { ListSplitter, NotAList, PartTooLarge } from './ListSplitter';
import { BodyTooLarge } from './readBody';
import { isRawObject, RawObject, trimObject } from './trimObject';

const PAGE_SIZE = 500;
/** An object of etcd has at most 1.5 MiB. */
const MAX_ITEM_BYTES = 8 * 1024 * 1024;
/** Past this a cluster is read by namespaces, or the backend runs out of memory. */
const MAX_OBJECTS = 250_000;

/** How a list ended. */
export type ListEnd =
  | { ok: true; resourceVersion: string }
  | { ok: false; failure: ApiFailure };

export interface ListOptions {
  kind: string;
  /** Of the objects: items of a list carry neither kind nor apiVersion. */
  apiVersion: string;
  path: string;
  query?: Record<string, string>;
  signal: AbortSignal;
}

/**
 * Lists a kind page by page. Objects are yielded, trimmed, as soon as they are read: neither a page nor
 * the untrimmed form of more than one object is ever in memory.
 */
export async function* listKind(
  connection: Pick<ClusterConnection, 'get'>,
  options: ListOptions,
): AsyncGenerator<RawObject[], ListEnd> {
  let continueToken = '';
  let count = 0;
  for (;;) {
    const page = readPage(connection, options, continueToken);
    let end: PageEnd;
    for (;;) {
      const step = await page.next();
      if (step.done) {
        end = step.value;
        break;
      }
      count += step.value.length;
      if (count > MAX_OBJECTS) {
        await page.return({ ok: false, failure: describeGarbage('') });
        return {
          ok: false,
          failure: {
            kind: 'too-large',
            message: `More than ${MAX_OBJECTS} objects of kind ${options.kind}`,
          },
        };
      }
      yield step.value;
    }
    if (!end.ok) {
      return end;
    }
    if (!end.continueToken) {
      return { ok: true, resourceVersion: end.resourceVersion };
    }
    if (end.continueToken === continueToken) {
      return { ok: false, failure: describeGarbage(options.kind) };
    }
    continueToken = end.continueToken;
  }
}

type PageEnd =
  | { ok: true; resourceVersion: string; continueToken: string }
  | { ok: false; failure: ApiFailure };

async function* readPage(
  connection: Pick<ClusterConnection, 'get'>,
  { kind, apiVersion, path, query, signal }: ListOptions,
  continueToken: string,
): AsyncGenerator<RawObject[], PageEnd> {
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
  const splitter = new ListSplitter(MAX_ITEM_BYTES);
  let fields: { metadata?: { resourceVersion?: unknown; continue?: unknown } };
  try {
    for await (const chunk of answer.body) {
      const objects = splitter
        .push(chunk)
        .filter(isRawObject)
        .map(item => trimObject({ apiVersion, ...item, kind }));
      if (objects.length > 0) {
        yield objects;
      }
    }
    fields = splitter.end();
  } catch (error) {
    return { ok: false, failure: describeBodyFailure(error, kind) };
  } finally {
    answer.body.destroy();
  }
  const { resourceVersion, continue: next } = fields.metadata ?? {};
  return typeof resourceVersion === 'string'
    ? { ok: true, resourceVersion, continueToken: String(next ?? '') }
    : { ok: false, failure: describeGarbage(kind) };
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
  if (error instanceof NotAList) {
    return describeGarbage(kind);
  }
  if (error instanceof BodyTooLarge || error instanceof PartTooLarge) {
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
