/** Requests as no well-behaved client would send them: bytes on a socket, and frames of HTTP/2. */
import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import type { Answer } from './client.ts';

const TIMEOUT_MS = 10_000;

/** `closed`: the proxy ended the connection without an answer. */
export type WireAnswer = Answer | { status: 'closed'; body: string };

/**
 * Sends text to a port of this machine, byte for byte, and reads one answer of HTTP/1. The connection
 * is ended by the proxy where the request says `connection: close`, or here once the body is complete.
 */
export function sendBytes(port: number, text: string): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let seen = '';
    const finish = () => {
      socket.destroy();
      resolve(readAnswer(seen) ?? { status: 'closed', body: seen });
    };
    socket.setTimeout(TIMEOUT_MS, () => {
      socket.destroy();
      reject(new Error(`No answer in time; so far: ${seen.slice(0, 200)}`));
    });
    socket.on('connect', () => socket.write(text, 'latin1'));
    socket.on('data', chunk => {
      seen += chunk.toString('latin1');
      if (isComplete(seen)) finish();
    });
    // A proxy that refuses early may reset what it has not read.
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

function readAnswer(text: string): Answer | undefined {
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? [];
  if (!status) return undefined;
  const end = text.indexOf('\r\n\r\n');
  return { status: Number(status), body: end < 0 ? '' : text.slice(end + 4) };
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = text.slice(0, end).toLowerCase();
  // After `101` bytes of another protocol follow.
  if (/^http\/1\.[01] 101/.test(head)) return true;
  const [, length] = /\r\ncontent-length: *(\d+)/.exec(head) ?? [];
  if (length) return text.length >= end + 4 + Number(length);
  return (
    head.includes('transfer-encoding: chunked') && text.endsWith('0\r\n\r\n')
  );
}

/** One request of HTTP/2 without TLS. Header names may be pseudo-headers such as `:authority`. */
export function sendHttp2(
  port: number,
  headers: Record<string, string>,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    // The address is that of the connection alone; `:authority` is what the headers say.
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const end = (answer: WireAnswer) => {
      session.destroy();
      resolve(answer);
    };
    session.on('error', error =>
      end({ status: 'closed', body: error.message }),
    );
    session.setTimeout(TIMEOUT_MS, () => {
      session.destroy();
      reject(new Error('No answer in time'));
    });
    const stream = session.request(headers, { endStream: true });
    let status = 0;
    let body = '';
    stream.on('response', answer => {
      status = Number(answer[constants.HTTP2_HEADER_STATUS] ?? 0);
    });
    stream.setEncoding('utf8');
    stream.on('data', chunk => {
      body += chunk;
    });
    stream.on('error', error => end({ status: 'closed', body: error.message }));
    stream.on('close', () =>
      end(status ? { status, body } : { status: 'closed', body }),
    );
  });
}
