/** One HTTP request to a proxy, as it stands. */
import net from 'node:net';
import { request as send } from '../http.ts';
import type { Seen } from './bench.ts';

export interface HttpQuestion {
  /** With the path as it goes out. */
  url: string;
  method: string;
  headers: Record<string, string | string[]>;
}

/** Header in which a bench has its proxies tell their response-code details. */
export const DETAILS_HEADER = 'x-compare-details';

export async function askHttp(question: HttpQuestion): Promise<Seen> {
  const { url, method, headers } = question;
  // Node's client would write the method in capitals.
  if (method !== method.toUpperCase()) return askRaw(question);
  try {
    const answer = await send(url, { method, headers });
    const length = answer.headers['content-length'];
    const details = answer.headers[DETAILS_HEADER];
    return {
      status: answer.status,
      body: answer.body,
      ...(length === undefined ? {} : { length: Number(length) }),
      ...(typeof details === 'string' ? { details } : {}),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What a proxy does that ends a connection; anything else is a fault of the lab.
    if (code !== 'ECONNRESET') throw new Error(`${code} ${message}`);
    return { status: 'closed', body: '' };
  }
}

const TIMEOUT_MS = 10_000;

/** Written by hand; only the status is read. */
function askRaw({ url, method, headers }: HttpQuestion): Promise<Seen> {
  const [, host, port, path] = /^http:\/\/([^/:]+):?(\d*)(.*)$/s.exec(url)!;
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map(each => `${name}: ${each}`),
  );
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port || 80), host);
    let text = '';
    socket.setTimeout(TIMEOUT_MS, () =>
      socket.destroy(new Error(`No answer from ${host}:${port} in time`)),
    );
    socket.on('data', chunk => {
      text += chunk.toString('latin1');
      // After a request that it cannot read Envoy lingers for a second.
      if (text.includes('\r\n')) socket.destroy();
    });
    socket.on('error', error =>
      (error as NodeJS.ErrnoException).code === 'ECONNRESET'
        ? undefined
        : reject(error),
    );
    socket.on('close', () => {
      const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
      resolve({ status: status ? Number(status) : 'closed', body: '' });
    });
    socket.write(
      [`${method} ${path || '/'} HTTP/1.1`, ...lines, 'connection: close']
        .join('\r\n')
        .concat('\r\n\r\n'),
    );
  });
}
