/** One connection without HTTP to a proxy, and the server that such connections are let through to. */
import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { Seen } from './bench.ts';

export interface TcpQuestion {
  host: string;
  port: number;
  /** Opens with a TLS handshake for this name, or for none where it is empty, instead of plain bytes. */
  sni?: string;
}

const GREETING = 'passed';
const TIMEOUT_MS = 5000;

/**
 * Answers the first bytes of every connection, whatever they are. The client is who ends it: through a tunnel Envoy
 * may lose an answer whose connection ends at once.
 */
export const createTcpServer = (greeting = GREETING) =>
  net.createServer(socket => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.write(greeting));
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
export async function askTcp(question: TcpQuestion): Promise<Seen> {
  const said = await readGreeting(question);
  return { status: said === GREETING ? 200 : 'closed', body: '' };
}

const HELLO = Buffer.from('hello\n');
/** First byte of what a server says that answers the handshake (RFC 8446 section 5.1: handshake). */
const HANDSHAKE = '\x16';

/**
 * What the server that the connection leads to says first; empty where there is none. Where the proxy answers the
 * handshake by itself, what it says within.
 */
export async function readGreeting(question: TcpQuestion): Promise<string> {
  const { host, port, sni: servername } = question;
  if (servername === undefined) return exchange(net.connect(port, host), HELLO);
  const said = await exchange(
    net.connect(port, host),
    await writeClientHello(servername),
  );
  return said.startsWith(HANDSHAKE)
    ? exchange(
        tls.connect({ host, port, servername, rejectUnauthorized: false }),
        HELLO,
      )
    : said;
}

function exchange(socket: net.Socket, first: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setTimeout(TIMEOUT_MS, () =>
      socket.destroy(new Error('No answer in time')),
    );
    socket.on('connect', () => socket.write(first));
    socket.on('data', chunk => {
      text = chunk.toString('latin1');
      socket.destroy();
    });
    socket.on('error', error => {
      const { code } = error as NodeJS.ErrnoException;
      const isEnd = code === 'ECONNRESET' || code === 'EPIPE';
      if (!isEnd) reject(error);
    });
    socket.on('close', () => resolve(text));
  });
}
