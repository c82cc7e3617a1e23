import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';

type Handler = (
  request: IncomingMessage & { url: string },
  response: ServerResponse,
  query: URLSearchParams,
) => void;

/**
 * A real HTTP server that speaks as much of the Kubernetes API as a test wants, and misbehaves on
 * demand. Paths without a handler answer an empty list, or a watch that stays silent.
 */
export class FakeApiServer {
  readonly requests: string[] = [];
  private readonly handlers = new Map<string, Handler>();
  private readonly watches = new Map<string, Set<ServerResponse>>();
  private readonly upgraded = new Set<Duplex>();
  private fallback?: Handler;

  static async start(): Promise<FakeApiServer> {
    const fake = new FakeApiServer();
    await new Promise<void>(resolve => {
      fake.server.listen(0, '127.0.0.1', resolve);
    });
    return fake;
  }

  private readonly server: Server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://x');
    this.requests.push(request.url!);
    response.on('error', () => {});
    const handler = this.fallback ?? this.handlers.get(url.pathname);
    if (handler) {
      handler(request as never, response, url.searchParams);
      return;
    }
    this.answerDefault(url, response);
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  on(path: string, handler: Handler): void {
    this.handlers.set(path, handler);
  }

  /** Takes over connections that ask for another protocol, such as websockets. */
  onUpgrade(
    handler: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
  ): void {
    this.server.on('upgrade', (request, socket, head) => {
      this.requests.push(request.url!);
      this.upgraded.add(socket);
      socket.on('error', () => {});
      handler(request, socket, head);
    });
  }

  /** Everything goes to one handler. */
  onAll(handler: Handler | undefined): void {
    this.fallback = handler;
  }

  /** Lists these objects, and keeps watches open for {@link FakeApiServer.send}. */
  serve(path: string, items: object[], resourceVersion = '1'): void {
    this.on(path, (_, response, query) =>
      query.has('watch')
        ? this.openWatch(path, response)
        : sendList(response, items, resourceVersion),
    );
  }

  send(path: string, type: string, object: object): void {
    this.sendRaw(path, `${JSON.stringify({ type, object })}\n`);
  }

  sendRaw(path: string, text: string): void {
    this.watches.get(path)?.forEach(response => response.write(text));
  }

  /** Breaks open watches as a crash would. */
  resetWatches(path: string): void {
    this.watches.get(path)?.forEach(response => response.destroy());
    this.watches.delete(path);
  }

  countWatches(path: string): number {
    return this.watches.get(path)?.size ?? 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.upgraded.forEach(socket => socket.destroy());
    await new Promise(resolve => {
      this.server.close(resolve);
    });
  }

  private answerDefault(url: URL, response: ServerResponse): void {
    if (url.searchParams.has('watch')) {
      this.openWatch(url.pathname, response);
    } else {
      sendList(response, [], '1');
    }
  }

  openWatch(path: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const open = this.watches.get(path) ?? new Set();
    open.add(response);
    this.watches.set(path, open);
    response.on('close', () => open.delete(response));
  }
}

export function sendList(
  response: ServerResponse,
  items: object[],
  resourceVersion: string,
  continueToken?: string,
): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      kind: 'List',
      apiVersion: 'v1',
      metadata: { resourceVersion, continue: continueToken },
      items,
    }),
  );
}

/** Waits until a condition holds. @throws with the last state after `timeoutMs` */
export async function eventually(
  check: () => void | Promise<void>,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise(resolve => {
        setTimeout(resolve, 20);
      });
    }
  }
}
