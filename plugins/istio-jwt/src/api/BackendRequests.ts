import { DiscoveryApi, FetchApi } from '@backstage/core-plugin-api';
import { ResponseError } from '@backstage/errors';

/** Answers come from memory: one that takes longer is not coming. */
const REQUEST_TIMEOUT_MS = 15_000;

export interface BackendRequestOptions {
  /** Ends the request early. */
  signal?: AbortSignal;
  /** Sent as JSON. */
  body?: object;
  /** Default: 15 s. */
  timeoutMs?: number;
}

/** Requests to the istio-jwt backend plugin with the user's credentials, each with an end. */
export class BackendRequests {
  constructor(
    private readonly options: {
      discoveryApi: DiscoveryApi;
      fetchApi: FetchApi;
    },
  ) {}

  /** Rejects with `ResponseError` where the backend refuses. */
  async send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    { signal, body, timeoutMs }: BackendRequestOptions = {},
  ): Promise<Response> {
    const { discoveryApi, fetchApi } = this.options;
    const baseUrl = await discoveryApi.getBaseUrl('istio-jwt');
    const timeout = AbortSignal.timeout(timeoutMs ?? REQUEST_TIMEOUT_MS);
    const response = await fetchApi.fetch(`${baseUrl}${path}`, {
      method,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }

  async sendForJson<T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    options?: BackendRequestOptions,
  ): Promise<T> {
    return (await this.send(method, path, options)).json();
  }
}
