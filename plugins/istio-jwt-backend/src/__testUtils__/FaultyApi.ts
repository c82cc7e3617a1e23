import {
  createServer,
  IncomingMessage,
  request as forward,
  Server,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of a request: a status instead of an answer, before or after the server was asked. */
export type Fault = { status: number; body?: object; lost?: boolean } | 'reset';

/** A real HTTP server in front of the sandbox's API that fails on demand. */
export class FaultyApi {
  /** Writes that came by, such as `PATCH authorizationpolicies`. */
  readonly writes: string[] = [];
  fault: (write: string, index: number) => Fault | undefined = () => undefined;
  /** Nothing is answered at all. */
  isDown = false;

  static async start(target: string): Promise<FaultyApi> {
    const api = new FaultyApi(new URL(target));
    await new Promise<void>(resolve => {
      api.server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  private constructor(private readonly target: URL) {}

  private readonly server: Server = createServer(async (request, response) => {
    response.on('error', () => {});
    const body = await buffer(request).catch(() => Buffer.alloc(0));
    const fault = this.judge(request, body.toString());
    if (fault === 'reset') {
      response.destroy();
      return;
    }
    if (fault && !fault.lost) {
      response.writeHead(fault.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(fault.body ?? {}));
      return;
    }
    const { method, url, headers } = request;
    const onward = forward(
      {
        host: this.target.hostname,
        port: this.target.port,
        method,
        path: url,
        headers: { ...headers, host: this.target.host },
      },
      answer => {
        if (fault) {
          answer.resume();
          response.writeHead(fault.status);
          response.end('{}');
          return;
        }
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end(body);
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => {
      this.server.close(resolve);
    });
  }

  private judge(
    { method, url = '' }: IncomingMessage,
    body: string,
  ): Fault | undefined {
    if (this.isDown) return 'reset';
    const { pathname, searchParams } = new URL(url, 'http://x');
    if (method !== 'PATCH' && method !== 'DELETE') return undefined;
    const plural = pathname.split('/').at(-2);
    const isDry =
      method === 'DELETE'
        ? body.includes('"dryRun"')
        : searchParams.has('dryRun');
    const dry = isDry ? ' (dry run)' : '';
    const write = `${method} ${plural}${dry}`;
    return this.fault(write, this.writes.push(write) - 1);
  }
}
