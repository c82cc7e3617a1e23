import { createServer, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';

/** A real HTTP server for key sets, that misbehaves on demand. */
export class KeyServer {
  readonly requests: string[] = [];
  private answer: (response: ServerResponse, path: string) => void = () => {};
  private server?: Server;
  private port = 0;

  static async start(): Promise<KeyServer> {
    const server = new KeyServer();
    await server.resume();
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `${this.origin}/keys`;
  }

  onRequest(answer: (response: ServerResponse, path: string) => void): void {
    this.answer = answer;
  }

  send(
    status: number,
    body: string,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): void {
    this.onRequest(response => response.writeHead(status, headers).end(body));
  }

  sendKeys(...keys: object[]): void {
    this.send(200, JSON.stringify({ keys }));
  }

  /** Listens again, on the port that it had. */
  async resume(): Promise<void> {
    const server = createServer((request, response) => {
      this.requests.push(request.url!);
      response.on('error', () => {});
      this.answer(response, request.url!);
    });
    await new Promise<void>(resolve => {
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server) {
      server.closeAllConnections();
      await new Promise(resolve => {
        server.close(resolve);
      });
    }
  }
}
