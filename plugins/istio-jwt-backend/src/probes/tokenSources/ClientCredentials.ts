import { TokenResult } from 'backstage-plugin-istio-jwt-node';
import { decodeJwt } from 'jose';
import {
  allowInsecureRequests,
  clientCredentialsGrantRequest,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  CustomFetchOptions,
  processClientCredentialsResponse,
  ResponseBodyError,
  TokenEndpointResponse,
} from 'oauth4webapi';
import { Backoff } from '../../cluster/Backoff';
import { ClientCredentialsConfig } from '../../config';
import { requestBounded } from '../../outbound';
import { AddressGuard } from '../AddressGuard';

/** Shorter than a source is waited for. */
const TIMEOUT_MS = 8000;
const MAX_BYTES = 64 * 1024;
/** Renewed so long before its end, so that a probe's token does not expire on its way. */
const RENEW_BEFORE_MS = 60_000;
/** For a token that does not tell its end. */
const UNKNOWN_LIFETIME_MS = 60_000;
const MAX_LIFETIME_MS = 24 * 3600_000;

/** Everything but the ranges that are never connected to: the address comes from the operator's config. */
const anyAddress = new AddressGuard(['0.0.0.0/0', '::/0']);

/** Its message holds nothing that the token endpoint wrote. */
class TokenRefused extends Error {}

/** Gets tokens by OAuth 2.0 client credentials (RFC 6749 section 4.4), one request at a time. */
export class ClientCredentials {
  private token?: { text: string; renewAt: number };
  private pending?: Promise<TokenResult>;
  private failure?: { reason: string; retryAt: number };
  private readonly backoff: Backoff;

  constructor(
    private readonly config: ClientCredentialsConfig,
    backoff = new Backoff(5000, 5 * 60_000),
  ) {
    this.backoff = backoff;
  }

  async getToken(): Promise<TokenResult> {
    const now = Date.now();
    if (this.token && now < this.token.renewAt) {
      return { kind: 'token', token: this.token.text };
    }
    if (this.failure && now < this.failure.retryAt) {
      const { reason, retryAt } = this.failure;
      const seconds = Math.ceil((retryAt - now) / 1000);
      return {
        kind: 'none',
        reason: `${reason}; it is asked again in ${seconds} s`,
      };
    }
    this.pending ??= this.request().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async request(): Promise<TokenResult> {
    try {
      const { access_token: text, expires_in } = await this.ask();
      const lifetime = Math.min(
        expires_in === undefined ? readLifetime(text) : expires_in * 1000,
        MAX_LIFETIME_MS,
      );
      this.failure = undefined;
      this.backoff.reset();
      this.token = {
        text,
        // A short life is used by half.
        renewAt:
          Date.now() + Math.max(lifetime - RENEW_BEFORE_MS, lifetime / 2),
      };
      return { kind: 'token', token: text };
    } catch (error) {
      const reason = describeFailure(error);
      this.token = undefined;
      this.failure = { reason, retryAt: Date.now() + this.backoff.next() };
      return { kind: 'none', reason };
    }
  }

  private async ask(): Promise<TokenEndpointResponse> {
    const { tokenUrl, clientId, clientSecret, authentication } = this.config;
    const { scope, audience, resources } = this.config;
    const server = { issuer: tokenUrl, token_endpoint: tokenUrl };
    const client = { client_id: clientId };
    const parameters = new URLSearchParams([
      ...(scope ? [['scope', scope]] : []),
      ...(audience ? [['audience', audience]] : []),
      ...resources.map(resource => ['resource', resource]),
    ]);
    const response = await clientCredentialsGrantRequest(
      server,
      client,
      authentication === 'basic'
        ? ClientSecretBasic(clientSecret)
        : ClientSecretPost(clientSecret),
      parameters,
      {
        // Reading the config has refused what is not to be asked without TLS.
        [allowInsecureRequests]: tokenUrl.startsWith('http:'),
        [customFetch]: (url, options) => this.fetch(url, options),
      },
    );
    const answer = await processClientCredentialsResponse(
      server,
      client,
      response,
    );
    if (answer.token_type !== 'bearer') {
      throw new TokenRefused('gives tokens that are no bearer tokens');
    }
    return answer;
  }

  private async fetch(
    url: string,
    { method, headers, body }: CustomFetchOptions<'POST', URLSearchParams>,
  ): Promise<Response> {
    const answer = await requestBounded({
      method,
      url: new URL(url),
      headers,
      body: body.toString(),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      caFile: this.config.caFile,
      resolve: (host, port) => anyAddress.resolveAll(host, port),
    });
    switch (answer.kind) {
      case 'answer':
        return new Response(answer.body === '' ? null : answer.body, {
          status: answer.status,
          headers: { 'content-type': String(answer.headers['content-type']) },
        });
      case 'timeout':
        throw new TokenRefused('does not answer in time');
      case 'too-large':
        throw new TokenRefused('answers with more than a token takes');
      case 'no-authority':
        throw new TokenRefused('is not asked: its caFile cannot be read');
      case 'refused':
        throw new TokenRefused(`may not be asked: ${answer.reason}`);
      default:
        throw new TokenRefused(`cannot be reached (${answer.code})`);
    }
  }
}

function readLifetime(token: string): number {
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined
      ? UNKNOWN_LIFETIME_MS
      : Math.max(exp * 1000 - Date.now(), 0);
  } catch {
    return UNKNOWN_LIFETIME_MS;
  }
}

/** RFC 6749 section 5.2: the code alone; descriptions can hold anything. */
const OAUTH_ERROR = /^[a-z_]{1,40}$/;

function describeFailure(error: unknown): string {
  const endpoint = 'the token endpoint';
  if (error instanceof TokenRefused) {
    return `${endpoint} ${error.message}`;
  }
  if (error instanceof ResponseBodyError) {
    return `${endpoint} answers ${error.status}${
      OAUTH_ERROR.test(error.error) ? ` ${error.error}` : ''
    }`;
  }
  return `${endpoint} answers with something that is no token`;
}
