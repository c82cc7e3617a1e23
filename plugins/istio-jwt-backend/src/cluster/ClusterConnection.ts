import { KubeConfig } from '@kubernetes/client-node';
import { Agent, Dispatcher, request } from 'undici';
import { ClusterAccess } from '../config';
import { ApiFailure, describeStatus, describeThrown } from './apiFailure';
import { loadKubeConfig } from './loadKubeConfig';
import { readText } from './readBody';

const HEADERS_TIMEOUT_MS = 30_000;

export type ApiAnswer =
  | { ok: true; body: AsyncIterable<Buffer> & { destroy(): void } }
  | { ok: false; failure: ApiFailure };

export interface ApiCall {
  path: string;
  query?: Record<string, string>;
  signal: AbortSignal;
  /** Longest silence between two chunks. Default: 30 s. */
  bodyTimeoutMs?: number;
}

/** A call that may change something. */
export interface ApiExchange {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: { type: string; content: unknown };
  signal: AbortSignal;
}

/** `content`: parsed JSON of an answer of any status, undefined where it is none. */
export type ApiExchangeAnswer =
  | { ok: true; status: number; content: unknown }
  | { ok: false; failure: ApiFailure };

/** An object of etcd has at most 1.5 MiB; policies are a few KiB. */
const MAX_EXCHANGE_BYTES = 2 * 1024 * 1024;

type Authentication = { headers: Record<string, string> } | ApiFailure;

/**
 * Calls one API server with the credentials of a KubeConfig. Failures are data: nothing here throws
 * but for programming errors.
 */
export class ClusterConnection {
  private kubeConfig?: KubeConfig;
  private dispatcher?: Dispatcher;
  private baseUrl = '';

  constructor(private readonly access: ClusterAccess) {}

  async get(call: ApiCall): Promise<ApiAnswer> {
    const authentication = await this.authenticate();
    if ('kind' in authentication) {
      return { ok: false, failure: authentication };
    }
    const query = new URLSearchParams(call.query).toString();
    try {
      const response = await request(
        `${this.baseUrl}${call.path}${query ? `?${query}` : ''}`,
        {
          method: 'GET',
          headers: { ...authentication.headers, accept: 'application/json' },
          dispatcher: this.dispatcher,
          signal: call.signal,
          headersTimeout: HEADERS_TIMEOUT_MS,
          bodyTimeout: call.bodyTimeoutMs ?? HEADERS_TIMEOUT_MS,
        },
      );
      // A stream without a listener turns a reset into an uncaught exception.
      response.body.on('error', () => {});
      if (response.statusCode === 200) {
        return { ok: true, body: response.body };
      }
      response.body.destroy();
      if (response.statusCode === 401) {
        this.reset();
      }
      const retryAfter = Number(response.headers['retry-after']);
      return {
        ok: false,
        failure: describeStatus(
          response.statusCode,
          Number.isFinite(retryAfter) ? retryAfter : undefined,
        ),
      };
    } catch (error) {
      this.reset();
      return { ok: false, failure: describeThrown(error) };
    }
  }

  /** One call with one bounded answer, whatever its status. */
  async exchange(call: ApiExchange): Promise<ApiExchangeAnswer> {
    const authentication = await this.authenticate();
    if ('kind' in authentication) {
      return { ok: false, failure: authentication };
    }
    const query = new URLSearchParams(call.query).toString();
    try {
      const response = await request(
        `${this.baseUrl}${call.path}${query ? `?${query}` : ''}`,
        {
          method: call.method,
          headers: {
            ...authentication.headers,
            accept: 'application/json',
            ...(call.body ? { 'content-type': call.body.type } : {}),
          },
          body: call.body && JSON.stringify(call.body.content),
          dispatcher: this.dispatcher,
          signal: call.signal,
          headersTimeout: HEADERS_TIMEOUT_MS,
          bodyTimeout: HEADERS_TIMEOUT_MS,
        },
      );
      response.body.on('error', () => {});
      const text = await readText(response.body, MAX_EXCHANGE_BYTES);
      if (response.statusCode === 401) {
        this.reset();
      }
      return {
        ok: true,
        status: response.statusCode,
        content: parseJson(text),
      };
    } catch (error) {
      this.reset();
      return { ok: false, failure: describeThrown(error) };
    }
  }

  /** Host and port of the API server, once known. Probes never go there. */
  get serverAddress(): { host: string; port: number } | undefined {
    if (!URL.canParse(this.baseUrl)) {
      return undefined;
    }
    const url = new URL(this.baseUrl);
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    };
  }

  async close(): Promise<void> {
    await this.dispatcher?.destroy();
    this.dispatcher = undefined;
  }

  /** Files may have been renewed since: the next call reads credentials and certificates again. */
  private reset() {
    const dispatcher = this.dispatcher;
    this.kubeConfig = undefined;
    this.dispatcher = undefined;
    // Streams on the old connections end by themselves.
    dispatcher?.close().catch(() => {});
  }

  private async authenticate(): Promise<Authentication> {
    if (this.access.kind === 'unsupported') {
      return { kind: 'credentials', message: this.access.reason };
    }
    try {
      this.kubeConfig ??= loadKubeConfig(this.access);
      const server = this.kubeConfig.getCurrentCluster()?.server;
      if (!server) {
        return {
          kind: 'credentials',
          message: 'The kubeconfig names no cluster for its context',
        };
      }
      this.baseUrl = server.replace(/\/+$/, '');
      return { headers: await this.applyAuthentication(this.kubeConfig) };
    } catch {
      this.kubeConfig = undefined;
      return {
        kind: 'credentials',
        message:
          this.access.kind === 'kubeconfig'
            ? `The kubeconfig ${this.access.path} could not be used`
            : 'The credentials could not be loaded',
      };
    }
  }

  private async applyAuthentication(kubeConfig: KubeConfig) {
    const headers: Record<string, string> = {};
    let dispatcher: Dispatcher | undefined;
    await kubeConfig.applySecurityAuthentication({
      setHeaderParam: (name: string, value: string) => {
        headers[name] = value;
      },
      setDispatcher: (made: Dispatcher) => {
        dispatcher = made;
      },
    } as unknown as Parameters<KubeConfig['applySecurityAuthentication']>[0]);
    // client-node makes a dispatcher per call; one is kept, so that connections are reused.
    this.dispatcher ??= dispatcher ?? new Agent();
    return headers;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
