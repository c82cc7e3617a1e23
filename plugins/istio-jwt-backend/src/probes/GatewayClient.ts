import { readFileSync } from 'node:fs';
import { isIP, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { buildConnector, Client } from 'undici';
import { ProbesConfig } from '../config';
import { findErrorCode } from '../findErrorCode';
import { AddressGuard } from './AddressGuard';
import { bareHost } from './bareHost';
import { WireRequest } from './composeRequest';
import {
  keepEnvoyBody,
  KEPT_BODY_BYTES,
  ProbeAnswer,
  ProbeClient,
} from './ProbeClient';
import { readRetryAfter } from './readRetryAfter';
import { readTraces } from './readTraces';

/** Where the connection leads: to an address, or through something that somebody else opens. */
export type GatewayTarget =
  | { kind: 'address'; host: string; port: number }
  | { kind: 'tunnel'; open: () => Promise<Duplex> };

export interface GatewayClientOptions {
  target: GatewayTarget;
  /** PEM bundle that signs the gateway's certificate, next to those of the config. */
  caFile?: string;
  protocol: 'http' | 'https';
  /** Host of the way in, for SNI. */
  host: string;
  guard: AddressGuard;
  config: ProbesConfig;
}

/** Keeps one connection to a gateway and sends probes over it. */
export class GatewayClient implements ProbeClient {
  private readonly client: Client;

  constructor(private readonly options: GatewayClientOptions) {
    const { target, protocol, host, guard, config, caFile } = options;
    const servername = bareHost(host);
    const connect = buildConnector({
      timeout: config.timeoutMs,
      // Never less than full verification: a probe that trusts anybody proves nothing.
      rejectUnauthorized: true,
      // The engine decides of requests in version 1, as most clients send them.
      allowH2: false,
      ca: [
        ...rootCertificates,
        ...[config.caFile, caFile].flatMap(file =>
          file ? [readFileSync(file, 'utf8')] : [],
        ),
      ],
    });
    this.client = new Client(`${protocol}://${nameOrigin(target)}`, {
      headersTimeout: config.timeoutMs,
      bodyTimeout: config.timeoutMs,
      pipelining: 1,
      connect: (connectOptions, callback) => {
        const sni = isIP(servername) ? undefined : servername;
        openConnection(target, guard)
          .then(opened =>
            opened.kind === 'stream' && protocol === 'http'
              ? callback(null, opened.stream as Socket)
              : connect(
                  {
                    ...connectOptions,
                    ...(opened.kind === 'stream'
                      ? { httpSocket: opened.stream as Socket }
                      : { hostname: opened.ip, host: opened.ip }),
                    servername: sni,
                  },
                  callback,
                ),
          )
          .catch(error => callback(error, null));
      },
    });
  }

  /**
   * @param headers - besides `Host` and `User-Agent`
   */
  async send(
    request: WireRequest & { signal?: AbortSignal },
  ): Promise<ProbeAnswer> {
    const { config } = this.options;
    const startedAt = performance.now();
    const timeout = AbortSignal.timeout(config.timeoutMs);
    try {
      const response = await this.client.request({
        method: request.method,
        path: request.path,
        headers: {
          ...request.headers,
          host: request.host,
          'user-agent': config.userAgent,
          accept: '*/*',
        },
        signal: request.signal
          ? AbortSignal.any([request.signal, timeout])
          : timeout,
      });
      response.body.on('error', () => {});
      const durationMs = Math.round(performance.now() - startedAt);
      const retryAfterMs = readRetryAfter(
        response.headers['retry-after'],
        Date.now(),
      );
      const { text, echoed } = await readStart(
        response.body,
        config.maxResponseBytes,
        request.lookFor,
      );
      return {
        kind: 'answer',
        status: response.statusCode,
        body: keepEnvoyBody(text),
        durationMs,
        ...(echoed === undefined ? {} : { echoed }),
        origin: readTraces(response.headers),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    } catch (error) {
      return describeProbeError(error);
    }
  }

  /** A client to the same address, on a connection of its own: perhaps to another replica. */
  reconnect(): GatewayClient {
    return new GatewayClient(this.options);
  }

  async close(): Promise<void> {
    await this.client.destroy();
  }
}

type Opened =
  | { kind: 'address'; ip: string }
  | { kind: 'stream'; stream: Duplex };

async function openConnection(
  target: GatewayTarget,
  guard: AddressGuard,
): Promise<Opened> {
  if (target.kind === 'tunnel') {
    return { kind: 'stream', stream: await target.open() };
  }
  const { ip } = await guard.resolve(target.host, target.port);
  return { kind: 'address', ip };
}

/** Only for the client's own book-keeping: the Host header and SNI are set apart. */
function nameOrigin(target: GatewayTarget): string {
  if (target.kind === 'tunnel') return 'tunnel.invalid';
  const { host, port } = target;
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

async function readStart(
  body: AsyncIterable<Buffer> & { destroy(): void },
  maxBytes: number,
  lookFor?: string,
): Promise<{ text: string; echoed?: boolean }> {
  const kept: Buffer[] = [];
  let size = 0;
  let echoed = lookFor === undefined ? undefined : false;
  let end = '';
  try {
    for await (const chunk of body) {
      if (size < KEPT_BODY_BYTES) {
        kept.push(chunk.subarray(0, KEPT_BODY_BYTES - size));
      }
      size += chunk.length;
      if (lookFor !== undefined) {
        // What stands at the seam of two chunks counts too.
        const text = end + chunk.toString('latin1');
        echoed ||= text.includes(lookFor);
        end = text.slice(-lookFor.length);
      }
      if (size > maxBytes) {
        break;
      }
    }
  } catch {
    // The status was read, which is what counts.
  }
  body.destroy();
  const text =
    size > KEPT_BODY_BYTES ? '' : Buffer.concat(kept).toString('utf8').trim();
  return { text, echoed };
}

const CERTIFICATE_CODES =
  /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ALTNAME/;
/** How a gateway ends the handshake with a client that has no certificate. */
const CLIENT_CERTIFICATE_CODES =
  /ALERT_CERTIFICATE_REQUIRED|ALERT_HANDSHAKE_FAILURE|ALERT_BAD_CERTIFICATE/;

/** Node's messages can quote certificates; codes cannot. */
function describeProbeError(error: unknown): ProbeAnswer {
  const code = findErrorCode(error) ?? 'UNKNOWN';
  if (code === 'ADDRESS_REFUSED') {
    return {
      kind: 'error',
      code,
      message: `Not sent: ${(error as Error).message}`,
    };
  }
  if (CLIENT_CERTIFICATE_CODES.test(code)) {
    return {
      kind: 'error',
      code,
      message: `The gateway ended the TLS handshake (${code}): it seems to ask for a client certificate, which probes do not have.`,
    };
  }
  if (CERTIFICATE_CODES.test(code)) {
    return {
      kind: 'error',
      code,
      message: `The gateway's certificate is not trusted (${code}). Set istioJwt.probes.caFile, or caFile of the cluster's gateway.`,
    };
  }
  return {
    kind: 'error',
    code,
    message: `The gateway did not answer (${code})`,
  };
}

/** Whether an error is about a certificate, so that the way in was not tested at all. */
export function isCertificateError(answer: ProbeAnswer): boolean {
  return (
    answer.kind === 'error' &&
    (CERTIFICATE_CODES.test(answer.code) ||
      CLIENT_CERTIFICATE_CODES.test(answer.code))
  );
}
