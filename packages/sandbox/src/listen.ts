import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A listening server and how to end it. @internal */
export interface Listening {
  server: Server;
  host: string;
  port: number;
  close(): Promise<void>;
}

/** A port that somebody else holds. `code` is stable. @public */
export class PortInUseError extends Error {
  readonly code = 'PORT_IN_USE';

  constructor(readonly host: string, readonly port: number, purpose: string) {
    super(
      `Port ${host}:${port} for ${purpose} is in use. Stop the program that holds it, or choose another port.`,
    );
    this.name = 'PortInUseError';
  }
}

/** Time in which answers under way, such as a watch's last bookmark, still go out. */
const CLOSE_GRACE_MS = 100;

/** Listens on loopback only. @throws PortInUseError @internal */
export async function listen(
  server: Server,
  host: string,
  port: number,
  purpose: string,
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new PortInUseError(host, port, purpose)
          : error,
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    server,
    host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
      }),
  };
}
