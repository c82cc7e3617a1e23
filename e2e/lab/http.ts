import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

export interface HttpAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface HttpOptions {
  method?: string;
  /** `host` sets `:authority`. An array repeats the header. */
  headers?: Record<string, string | string[]>;
  body?: string;
  /** Path of a certificate file to trust. */
  ca?: string;
  /** Named to the server in place of `host`, none where it is empty; its certificate is not looked at. */
  serverName?: string;
  agent?: http.Agent;
  timeoutMs?: number;
}

/**
 * One HTTP/1.1 request, sent exactly as given: `fetch` would tidy the path, the host and repeated
 * headers, and these are what the tests are about. Without an agent every request has a connection
 * of its own: a proxy drains old connections on the configuration they were opened with.
 */
export function request(
  url: string,
  options: HttpOptions = {},
): Promise<HttpAnswer> {
  const split = /^(https?):\/\/([^/:]+)(?::(\d+))?(.*)$/s.exec(url);
  if (!split) throw new Error(`Not an http URL: ${url}`);
  const [, scheme, host, port, path] = split;
  const secure = scheme === 'https';
  return new Promise((resolve, reject) => {
    const outgoing = (secure ? https : http).request(
      {
        host,
        port: port ?? (secure ? 443 : 80),
        path: path || '/',
        method: options.method ?? 'GET',
        headers: {
          ...options.headers,
          ...(options.body !== undefined
            ? { 'content-length': String(Buffer.byteLength(options.body)) }
            : {}),
        },
        agent: options.agent ?? false,
        timeout: options.timeoutMs ?? 10_000,
        ...(secure && options.ca ? { ca: readFileSync(options.ca) } : {}),
        ...(options.serverName !== undefined
          ? { servername: options.serverName, rejectUnauthorized: false }
          : {}),
      },
      answer => {
        const chunks: Buffer[] = [];
        answer.on('data', chunk => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode!,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`No answer from ${host}:${port} in time`)),
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}
