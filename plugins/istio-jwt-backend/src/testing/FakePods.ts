import { connect } from 'node:net';
import { WebSocketServer, WebSocket } from 'ws';
import { FakeApiServer } from './FakeApiServer';

export interface ExecCall {
  /** As in the request line, which is what an audit log keeps. */
  url: string;
  pod: string;
  container: string;
  argv: string[];
  stdin: string;
}

export interface ExecAnswer {
  stdout?: string | Buffer;
  stderr?: string;
  /** Exit code, or a `metav1.Status` of the runtime's. */
  status: number | object;
}

/** The part of an API server that streams to Pods: `exec` and `portforward`, over real websockets. */
export class FakePods {
  readonly execs: ExecCall[] = [];
  readonly portForwards: string[] = [];
  /** Subprotocols that this server knows. */
  subprotocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
  /** Refuses the handshake with a status. */
  refuseWith?: number;
  onExec: (call: ExecCall) => Promise<ExecAnswer> | ExecAnswer = () => ({
    status: 0,
  });
  /** Port on this machine behind a Pod's port; undefined: nothing listens. */
  onPortForward: (pod: string, port: number) => number | undefined = () =>
    undefined;
  private readonly sockets: WebSocketServer;

  constructor(api: FakeApiServer) {
    this.sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: offered =>
        this.subprotocols.find(name => offered.has(name)) ?? false,
    });
    api.onUpgrade((request, socket, head) => {
      const url = new URL(request.url!, 'http://x');
      const path =
        /^\/api\/v1\/namespaces\/[^/]+\/pods\/([^/]+)\/(exec|portforward)$/.exec(
          url.pathname,
        );
      if (!path || this.refuseWith) {
        socket.end(`HTTP/1.1 ${this.refuseWith ?? 404} No\r\n\r\n`);
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, ws => {
        ws.on('error', () => {});
        if (path[2] === 'exec') {
          this.serveExec(ws, path[1], request.url!, url.searchParams);
        } else {
          this.servePort(ws, path[1], Number(url.searchParams.get('ports')));
        }
      });
    });
  }

  private serveExec(
    ws: WebSocket,
    pod: string,
    url: string,
    query: URLSearchParams,
  ) {
    const input: Buffer[] = [];
    const run = async () => {
      const call = {
        url,
        pod,
        container: query.get('container') ?? '',
        argv: query.getAll('command'),
        stdin: Buffer.concat(input).toString(),
      };
      this.execs.push(call);
      const { stdout = '', stderr = '', status } = await this.onExec(call);
      const bytes = Buffer.from(stdout);
      for (let at = 0; at < bytes.length; at += 32 * 1024) {
        ws.send(frame(1, bytes.subarray(at, at + 32 * 1024)));
      }
      if (stderr) ws.send(frame(2, Buffer.from(stderr)));
      ws.send(frame(3, Buffer.from(JSON.stringify(toStatus(status)))));
      ws.close();
    };
    ws.on('message', (data: Buffer) => {
      if (data[0] === 0) input.push(data.subarray(1));
      else run();
    });
  }

  private servePort(ws: WebSocket, pod: string, port: number) {
    this.portForwards.push(`${pod}:${port}`);
    const portBytes = Buffer.alloc(2);
    portBytes.writeUInt16LE(port);
    ws.send(frame(0, portBytes));
    ws.send(frame(1, portBytes));
    const local = this.onPortForward(pod, port);
    if (local === undefined) {
      ws.send(frame(1, Buffer.from('connection refused')));
      return;
    }
    const socket = connect(local, '127.0.0.1');
    socket.on('data', data => ws.send(frame(0, data)));
    socket.on('close', () => ws.close());
    socket.on('error', () => ws.close());
    ws.on('message', (data: Buffer) => socket.write(data.subarray(1)));
    ws.on('close', () => socket.destroy());
  }
}

function frame(channel: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(channel), content]);
}

function toStatus(status: number | object): object {
  if (typeof status === 'object') return status;
  return status === 0
    ? { metadata: {}, status: 'Success' }
    : {
        metadata: {},
        status: 'Failure',
        reason: 'NonZeroExitCode',
        message: `command terminated with non-zero exit code: ${status}`,
        details: { causes: [{ reason: 'ExitCode', message: String(status) }] },
      };
}
