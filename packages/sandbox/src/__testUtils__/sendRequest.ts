import { IncomingHttpHeaders, request } from 'node:http';

/** @internal */
export interface SentRequest {
  method?: string;
  /** `Host` header. */
  host?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
  token?: string;
}

/** @internal */
export interface ReceivedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends one request as given: `fetch` would not let the host be chosen. @internal */
export function sendRequest(
  baseUrl: string,
  sent: SentRequest = {},
): Promise<ReceivedAnswer> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        agent: false,
        method: sent.method ?? 'GET',
        path: sent.path ?? '/',
        headers: {
          ...(sent.host ? { host: sent.host } : {}),
          ...(sent.token ? { authorization: `Bearer ${sent.token}` } : {}),
          ...sent.headers,
        },
      },
      response => {
        const chunks: Buffer[] = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}
