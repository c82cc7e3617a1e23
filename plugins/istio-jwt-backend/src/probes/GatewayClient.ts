import { AnswerTraces } from 'backstage-plugin-istio-jwt-common';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { buildConnector, Client } from 'undici';
import { ProbesConfig } from '../config';
import { findErrorCode } from '../findErrorCode';
import { AddressGuard } from './AddressGuard';
import { bareHost } from './bareHost';
import { WireRequest } from './composeRequest';
import { Candidate } from './discoverTarget';
import { readTraces } from './readTraces';

/** What a gateway said. `body` only where it is a body that Envoy itself writes. */
export type ProbeAnswer =
  | {
      kind: 'answer';
      status: number;
      body?: string;
      durationMs: number;
      /** Absent where no header came with the answer. */
      origin?: AnswerTraces;
    }
  | { kind: 'error'; code: string; message: string };

export interface GatewayClientOptions {
  candidate: Candidate;
  protocol: 'http' | 'https';
  /** Host of the way in, for SNI. */
  host: string;
  guard: AddressGuard;
  config: ProbesConfig;
}

const KEPT_BODY_BYTES = 1024;
/** Bodies of Envoy's jwt_authn and RBAC filters and of its router. Nothing else of an answer is kept. */
const ENVOY_BODY =
  /^(RBAC: access denied|Jwt [ -~]{1,150}|Jwks [ -~]{1,150}|Audiences in Jwt are not allowed|no healthy upstream|upstream connect error [ -~]{1,200}|upstream request timeout)$/;

/** Keeps one connection to a gateway and sends requests over it: GET or OPTIONS, no body, no redirects, bounded in time and size. */
export class GatewayClient {
  private readonly client: Client;

  constructor(private readonly options: GatewayClientOptions) {
    const { candidate, protocol, host, guard, config } = options;
    const servername = bareHost(host);
    const connect = buildConnector({
      timeout: config.timeoutMs,
      // Never less than full verification: a probe that trusts anybody proves nothing.
      rejectUnauthorized: true,
      ca: [
        ...rootCertificates,
        ...[config.caFile, candidate.caFile].flatMap(file =>
          file ? [readFileSync(file, 'utf8')] : [],
        ),
      ],
    });
    const authority =
      isIP(candidate.host) === 6 ? `[${candidate.host}]` : candidate.host;
    this.client = new Client(`${protocol}://${authority}:${candidate.port}`, {
      headersTimeout: config.timeoutMs,
      bodyTimeout: config.timeoutMs,
      pipelining: 1,
      connect: (connectOptions, callback) => {
        guard
          .resolve(candidate.host, candidate.port)
          .then(({ ip }) =>
            connect(
              {
                ...connectOptions,
                hostname: ip,
                host: ip,
                servername: isIP(servername) ? undefined : servername,
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
      const text = await readStart(response.body, config.maxResponseBytes);
      return {
        kind: 'answer',
        status: response.statusCode,
        body: ENVOY_BODY.test(text) ? text : undefined,
        durationMs,
        origin: readTraces(response.headers),
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

async function readStart(
  body: AsyncIterable<Buffer> & { destroy(): void },
  maxBytes: number,
): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      if (size < KEPT_BODY_BYTES) {
        kept.push(chunk.subarray(0, KEPT_BODY_BYTES - size));
      }
      size += chunk.length;
      if (size > maxBytes) {
        break;
      }
    }
  } catch {
    // The status was read, which is what counts.
  }
  body.destroy();
  return size > KEPT_BODY_BYTES
    ? ''
    : Buffer.concat(kept).toString('utf8').trim();
}

const CERTIFICATE_CODES =
  /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ALTNAME/;

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

/** Whether an error is about trust in the gateway's certificate. */
export function isCertificateError(answer: ProbeAnswer): boolean {
  return answer.kind === 'error' && CERTIFICATE_CODES.test(answer.code);
}
