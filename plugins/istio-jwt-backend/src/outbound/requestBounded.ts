import { readFileSync } from 'node:fs';
import { isIP, Socket } from 'node:net';
import { rootCertificates, TLSSocket } from 'node:tls';
import { buildConnector, Client } from 'undici';
import { BodyTooLarge, readText } from '../cluster/readBody';
import { findErrorCode } from '../findErrorCode';

export interface BoundedRequest {
  method: 'GET' | 'POST';
  /** http or https, already judged by an allow-list. */
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** Over connection, headers and body together. */
  timeoutMs: number;
  maxBytes: number;
  /** PEM bundle, next to the roots that Node trusts. */
  caFile?: string;
  /**
   * Addresses that may be connected to, in the order to try them. What they are judged by is what is
   * connected to: a name cannot change its meaning in between.
   */
  resolve(host: string, port: number): Promise<{ ip: string; port: number }[]>;
}

/** Holds nothing that an error's message would quote. */
export type BoundedAnswer =
  | {
      kind: 'answer';
      status: number;
      headers: Record<string, string | string[] | undefined>;
      body: string;
      bytes: number;
      durationMs: number;
      /** ISO 8601: end of the server's certificate. */
      certificateExpiresAt?: string;
    }
  | { kind: 'too-large'; status: number }
  | { kind: 'timeout' }
  /** No address of the host may be connected to. */
  | { kind: 'refused'; reason: string }
  | { kind: 'tls'; code: string; untrustedAuthority: boolean }
  /** The file of `caFile` cannot be read. */
  | { kind: 'no-authority' }
  | { kind: 'error'; code: string };

/** Sends one request over a connection of its own. Follows no redirects. Never rejects. */
export async function requestBounded(
  request: BoundedRequest,
): Promise<BoundedAnswer> {
  const { url, timeoutMs, maxBytes } = request;
  const startedAt = performance.now();
  const seen: { certificateExpiresAt?: string } = {};
  let client: Client | undefined;
  const authorities = readAuthorities(request.caFile);
  if (!authorities) {
    return { kind: 'no-authority' };
  }
  try {
    client = new Client(url.origin, {
      pipelining: 1,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: makeConnector(request, authorities, seen),
    });
    const response = await client.request({
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: request.headers,
      body: request.body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    response.body.on('error', () => {});
    const body = await readText(response.body, maxBytes).catch(error => {
      if (error instanceof BodyTooLarge) {
        return undefined;
      }
      throw error;
    });
    return body === undefined
      ? { kind: 'too-large', status: response.statusCode }
      : {
          kind: 'answer',
          status: response.statusCode,
          headers: response.headers,
          body,
          bytes: Buffer.byteLength(body),
          durationMs: Math.round(performance.now() - startedAt),
          ...seen,
        };
  } catch (error) {
    return describeError(error);
  } finally {
    await client?.destroy().catch(() => {});
  }
}

function makeConnector(
  { url, timeoutMs, resolve }: BoundedRequest,
  authorities: string[],
  seen: { certificateExpiresAt?: string },
): buildConnector.connector {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const connect = buildConnector({
    timeout: timeoutMs,
    rejectUnauthorized: true,
    // One request needs no multiplexing, and one protocol less is one less to be lured into.
    allowH2: false,
    ca: authorities,
  });
  const connectTo = (
    options: buildConnector.Options,
    ip: string,
  ): Promise<Socket> =>
    new Promise((settle, reject) => {
      connect(
        {
          ...options,
          hostname: ip,
          host: ip,
          port: String(port),
          servername: isIP(host) ? undefined : host,
        },
        (error, socket) => (error ? reject(error) : settle(socket!)),
      );
    });
  const connectToAny = async (options: buildConnector.Options) => {
    let failure: unknown;
    for (const { ip } of await resolve(host, port)) {
      try {
        return await connectTo(options, ip);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
  return (options, callback) => {
    connectToAny(options).then(
      socket => {
        seen.certificateExpiresAt = readCertificateEnd(socket);
        callback(null, socket);
      },
      error => callback(error, null),
    );
  };
}

function readAuthorities(caFile: string | undefined): string[] | undefined {
  try {
    return [
      ...rootCertificates,
      ...(caFile ? [readFileSync(caFile, 'utf8')] : []),
    ];
  } catch {
    return undefined;
  }
}

function readCertificateEnd(socket: Socket): string | undefined {
  const end =
    socket instanceof TLSSocket
      ? Date.parse(socket.getPeerCertificate()?.valid_to)
      : NaN;
  return Number.isNaN(end) ? undefined : new Date(end).toISOString();
}

const TLS_CODES = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|SSL|TLS/;
/** Trust is a matter of who asks; the others are wrong for everybody. */
const UNTRUSTED_AUTHORITY =
  /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_UNTRUSTED/;

function describeError(error: unknown): BoundedAnswer {
  const code = findErrorCode(error) ?? 'UNKNOWN';
  if (code === 'ADDRESS_REFUSED') {
    return { kind: 'refused', reason: (error as Error).message };
  }
  if (/TIMEOUT$|^ETIMEDOUT$/.test(code)) {
    return { kind: 'timeout' };
  }
  return TLS_CODES.test(code)
    ? {
        kind: 'tls',
        code,
        untrustedAuthority: UNTRUSTED_AUTHORITY.test(code),
      }
    : { kind: 'error', code };
}
