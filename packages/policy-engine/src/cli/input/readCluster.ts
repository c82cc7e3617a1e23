// eslint-disable-next-line @backstage/no-undeclared-imports -- bundled into dist/cli.cjs
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, request as requestHttp } from 'node:http';
import { request as requestHttps, RequestOptions } from 'node:https';
import { trimObject } from '../../parse/trimObject';
import { apiGroup } from '../../parse/validateResource';
import { listedKinds, ListedKind } from './kinds';
import { MeshInput } from './MeshInput';
import { causeOf } from './walkFiles';

const PAGE_SIZE = 500;
const MAX_PAGES = 500;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** Sends a GET to the API server. */
type Get = (
  path: string,
) => Promise<{ status: number; text: string } | { failure: string }>;

/**
 * Reads everything that decides requests from a cluster: GETs only, page by page. A kind that cannot
 * be listed is an error, for nothing can be said of protection without it; one that the API server
 * does not have is none.
 */
export async function readCluster(
  input: MeshInput,
  kubeconfig: string,
  context?: string,
): Promise<void> {
  const fail = (message: string) =>
    input.report({ kind: 'unreadable', file: kubeconfig, line: 0, message });
  const connected = await connect(kubeconfig, context);
  if ('failure' in connected) {
    fail(connected.failure);
    return;
  }
  for (const kind of listedKinds()) {
    for (const place of listPlaces(input, kind)) {
      const failure = await readKind(
        input,
        connected.get,
        kind,
        place,
        kubeconfig,
      );
      if (failure === undefined) continue;
      fail(`${kind.kind}: ${failure.message}`);
      // Every other list would fail in the same way, after as long.
      if (failure.fatal) return;
    }
  }
}

/** Namespaces in which a kind is read; an empty one for all. Istiods are known by their Pods and Services. */
function listPlaces(
  { mesh }: MeshInput,
  { isOfIstiod }: ListedKind,
): readonly string[] {
  if (!isOfIstiod) return [''];
  const { istiodNamespaces: found } = mesh.config;
  return found.length > 0 ? found : [mesh.rootNamespace];
}

async function connect(
  file: string,
  context: string | undefined,
): Promise<{ get: Get } | { failure: string }> {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    // The cause may quote credentials, but for what the file system says.
    return (error as NodeJS.ErrnoException).code?.startsWith('E') &&
      (error as NodeJS.ErrnoException).syscall
      ? { failure: `cannot be read: ${causeOf(error)}` }
      : { failure: 'is no kubeconfig that can be read' };
  }
  if (context !== undefined) {
    if (!config.getContextObject(context)) {
      const names = config.getContexts().map(({ name }) => name);
      return {
        failure: `has no context ${context}; it has ${names.join(', ')}`,
      };
    }
    config.setCurrentContext(context);
  }
  const server = config.getCurrentCluster()?.server;
  if (!server || !/^https?:/.test(server)) {
    return { failure: 'names no cluster for its context' };
  }
  if (
    server.startsWith('http:') &&
    !config.getCurrentCluster()?.skipTLSVerify
  ) {
    return {
      failure:
        'its server is http://, where credentials can be read on the way; set insecure-skip-tls-verify to allow it',
    };
  }
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch {
    // The cause may quote credentials.
    return { failure: 'its credentials could not be loaded' };
  }
  return { get: path => get(server.replace(/\/+$/, '') + path, options) };
}

function get(url: string, options: RequestOptions): ReturnType<Get> {
  const plain = url.startsWith('http:');
  const send = plain ? requestHttp : requestHttps;
  return new Promise(resolve => {
    const request = send(
      url,
      {
        ...options,
        ...(plain ? { agent: new Agent() } : {}),
        method: 'GET',
        headers: { ...options.headers, accept: 'application/json' },
        timeout: TIMEOUT_MS,
      },
      response => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_PAGE_BYTES) request.destroy(new Error('too large'));
          else chunks.push(chunk);
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', error => resolve({ failure: describe(error) }));
      },
    );
    request.on('timeout', () =>
      request.destroy(new Error('no answer in time')),
    );
    request.on('error', error => resolve({ failure: describe(error) }));
    request.end();
  });
}

function describe(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

type Failure = { message: string; fatal?: boolean };

async function readKind(
  input: MeshInput,
  send: Get,
  kind: ListedKind,
  place: string,
  kubeconfig: string,
): Promise<Failure | undefined> {
  for (const apiVersion of kind.apiVersions) {
    const prefix = apiGroup(apiVersion)
      ? `/apis/${apiVersion}`
      : `/api/${apiVersion}`;
    const within = place ? `/namespaces/${place}` : '';
    const path = `${prefix}${within}/${kind.plural}`;
    const result = await readPages(
      input,
      send,
      path,
      { ...kind, apiVersion },
      kubeconfig,
    );
    if (result !== 'not-served') return result;
  }
  return kind.needed
    ? { message: 'the cluster does not serve it; is Istio installed?' }
    : undefined;
}

async function readPages(
  input: MeshInput,
  send: Get,
  path: string,
  { kind, apiVersion }: { kind: string; apiVersion: string },
  kubeconfig: string,
): Promise<Failure | undefined | 'not-served'> {
  let next = '';
  for (let page = 0; page < MAX_PAGES; page++) {
    const more = next ? `&continue=${encodeURIComponent(next)}` : '';
    const answer = await send(`${path}?limit=${PAGE_SIZE}${more}`);
    if ('failure' in answer) {
      return {
        message: `the API server cannot be reached: ${answer.failure}`,
        fatal: true,
      };
    }
    if (answer.status === 404 && page === 0) return 'not-served';
    if (answer.status !== 200) return describeStatus(answer.status);
    const list = readList(answer.text);
    if (!list)
      return { message: 'the answer is no list of Kubernetes objects' };
    for (const item of list.items) {
      // Items of a list carry neither kind nor apiVersion.
      const object = trimObject({ ...item, kind, apiVersion });
      input.addDocument(object, { file: kubeconfig, line: 0, at: '' }, true);
    }
    next = list.next;
    if (!next) return undefined;
  }
  return {
    message: `more than ${
      PAGE_SIZE * MAX_PAGES
    } objects; the rest was not read`,
  };
}

function describeStatus(status: number): Failure {
  switch (status) {
    case 401:
      return {
        message: 'the API server refuses the credentials (401)',
        fatal: true,
      };
    case 403:
      return { message: 'listing it is not allowed (403)' };
    default:
      return { message: `the API server answers ${status}` };
  }
}

function readList(
  text: string,
): { items: Record<string, unknown>[]; next: string } | undefined {
  try {
    const { items, metadata } = JSON.parse(text);
    return Array.isArray(items)
      ? { items, next: String(metadata?.continue ?? '') }
      : undefined;
  } catch {
    return undefined;
  }
}
