import express from 'express';
import { createServer } from 'node:http';
import { KubeObject } from './api/object';
import { createApiRouter } from './api/router';
import { ObjectStore } from './api/store';
import { GatewayProxy } from './gateway/GatewayProxy';
import { GatewayServers } from './gateway/GatewayServers';
import { MeshFeed } from './gateway/MeshFeed';
import { refuseForeignPages } from './guard';
import { DemoKeys, MintRequest } from './issuer/DemoKeys';
import { createSandboxRouter } from './issuer/router';
import { listen, PortInUseError } from './listen';
import { loadObjects, readDataDirectory } from './loadData';
import { chooseNodePorts, NodePortChoice } from './nodePorts';

/** @public */
export interface SandboxOptions {
  /** Port of the Kubernetes API. Default 7481; 0 takes a free one. */
  apiPort?: number;
  /** Loopback address on which the gateways listen. Default `127.0.0.1`, as the Node object says. */
  gatewayHost?: string;
  /** Default `data`. */
  nodePorts?: NodePortChoice;
  /** Kubernetes objects instead of the demo mesh. */
  objects?: object[];
  /** Interval of watch bookmarks in milliseconds. Default 10 000. */
  bookmarkIntervalMs?: number;
  /** Number of changes that a watch can resume over. Default 4096. */
  historySize?: number;
}

/** A running sandbox. @public */
export interface Sandbox {
  /** Base URL of the Kubernetes API. */
  apiUrl: string;
  /** Base URL of each gateway, by `namespace/name` of its Service. */
  gateways: { service: string; url: string }[];
  /** Signs a token as a demo issuer; `undefined` for any other issuer. */
  mintToken(request: MintRequest): Promise<string | undefined>;
  /** Brings the mesh back to what it was at the start. */
  reset(): void;
  /** Forgets past changes, so that watches from before get `410 Expired`. */
  compact(): void;
  /** Ends every server and watch. */
  stop(): Promise<void>;
}

/** The API has no login and therefore never leaves this address. */
const API_HOST = '127.0.0.1';

/** Free ports are found before the gateways take them, and somebody else can be faster. */
const MAX_ATTEMPTS = 5;

/**
 * Starts the embedded mesh: Kubernetes API, gateways and demo issuers.
 *
 * @throws {@link PortInUseError} where a port is taken; nothing keeps running then
 * @public
 */
export async function startSandbox(
  options: SandboxOptions = {},
): Promise<Sandbox> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      const isLostPort =
        error instanceof PortInUseError &&
        error.port !== options.apiPort &&
        options.nodePorts === 'free';
      if (!isLostPort || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function startOnce(options: SandboxOptions): Promise<Sandbox> {
  const gatewayHost = options.gatewayHost ?? '127.0.0.1';
  if (!/^127\.\d+\.\d+\.\d+$/.test(gatewayHost)) {
    throw new TypeError('gatewayHost must be a loopback address (127.x.x.x)');
  }
  const objects = await chooseNodePorts(
    (options.objects as KubeObject[] | undefined) ?? readDataDirectory(),
    options.nodePorts ?? 'data',
    gatewayHost,
  );
  const keys = await DemoKeys.create();
  const store = new ObjectStore({ historySize: options.historySize });
  const feed = new MeshFeed(store);
  const reset = () => {
    feed.startLoading();
    try {
      loadObjects(store, objects, () => feed.freezeBeforePolicies());
    } finally {
      feed.finishLoading();
    }
  };
  reset();

  const gateways = new GatewayServers(
    store,
    new GatewayProxy(feed, keys),
    gatewayHost,
  );
  const abort = new AbortController();
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(refuseForeignPages);
  app.use('/sandbox', createSandboxRouter({ keys, reset }));
  app.use(
    createApiRouter({
      store,
      signal: abort.signal,
      bookmarkIntervalMs: options.bookmarkIntervalMs,
    }),
  );

  try {
    const api = await listen(
      createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, app),
      API_HOST,
      options.apiPort ?? 7481,
      'the Kubernetes API',
    );
    abort.signal.addEventListener('abort', () => void api.close());
    await gateways.start();
    return {
      apiUrl: `http://${API_HOST}:${api.port}`,
      gateways: gateways.list(),
      mintToken: request => keys.mint(request),
      reset,
      compact: () => store.compact(),
      stop: async () => {
        abort.abort();
        await Promise.all([gateways.stop(), api.close()]);
      },
    };
  } catch (error) {
    abort.abort();
    await gateways.stop();
    throw error;
  }
}
