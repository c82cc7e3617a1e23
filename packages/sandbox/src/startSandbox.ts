import express from 'express';
import { KubeObject } from './api/object';
import { createApiRouter } from './api/router';
import { ObjectStore } from './api/store';
import { createHttpServer, listen } from './apiServer';
import { loadObjects, readDataDirectory } from './loadData';

/** @public */
export interface SandboxOptions {
  /** Port of the Kubernetes API. Default 7481; 0 takes a free one. */
  apiPort?: number;
  /** Objects instead of the demo mesh. */
  objects?: object[];
  /** Interval of watch bookmarks in milliseconds. Default 10 000. */
  bookmarkIntervalMs?: number;
}

/** A running sandbox. @public */
export interface Sandbox {
  /** Base URL of the Kubernetes API. */
  apiUrl: string;
  /** Ends every server and watch. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** @public */
export async function startSandbox(
  options: SandboxOptions = {},
): Promise<Sandbox> {
  const store = new ObjectStore();
  const abort = new AbortController();
  loadObjects(
    store,
    (options.objects as KubeObject[] | undefined) ?? readDataDirectory(),
  );
  const app = express();
  app.disable('x-powered-by');
  app.use(
    createApiRouter({
      store,
      signal: abort.signal,
      bookmarkIntervalMs: options.bookmarkIntervalMs,
    }),
  );
  const api = await listen(
    createHttpServer(app),
    HOST,
    options.apiPort ?? 7481,
    'the Kubernetes API',
  );
  return {
    apiUrl: `http://${HOST}:${api.port}`,
    stop: async () => {
      abort.abort();
      await api.close();
    },
  };
}
