/** One connection without HTTP to a proxy, and the server that such connections are let through to. */
import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { Seen } from './bench.ts';

export interface TcpQuestion {
  host: string;
  port: number;
  /** Opens with a TLS handshake for this name instead of plain bytes. */
  sni?: string;
}

const GREETING = 'passed';
const TIMEOUT_MS = 5000;

/** Answers the first bytes of every connection, whatever they are. */
export const createTcpServer = () =>
  net.createServer(socket => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(GREETING));
  });

/** What a TLS client sends first. */
function writeClientHello(servername: string): Promise<Buffer> {
  return new Promise(resolve => {
    const wire: Duplex = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        resolve(chunk);
        done();
        wire.destroy();
      },
    });
    tls.connect({ socket: wire, servername }).on('error', () => {});
  });
}

/** 200 where the server behind the proxy answers. */
export async function askTcp({ host, port, sni }: TcpQuestion): Promise<Seen> {
  const first = sni ? await writeClientHello(sni) : Buffer.from('hello\n');
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host);
    let text = '';
    socket.setTimeout(TIMEOUT_MS, () =>
      socket.destroy(new Error(`No answer from ${host}:${port} in time`)),
    );
    socket.on('connect', () => socket.write(first));
    socket.on('data', chunk => {
      text += chunk.toString('latin1');
    });
    socket.on('error', error => {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ECONNRESET' && code !== 'EPIPE') reject(error);
    });
    socket.on('close', () =>
      resolve({ status: text === GREETING ? 200 : 'closed', body: '' }),
    );
  });
}
