import { findErrorCode } from '../findErrorCode';

/**
 * Why a call to an API server failed. Messages are written here and never taken from the answer's
 * body or headers, which can hold secrets.
 */
export type ApiFailure =
  | { kind: 'unauthorized'; message: string }
  | { kind: 'forbidden'; message: string }
  | { kind: 'not-found'; message: string }
  /** The resource version is too old: list again. */
  | { kind: 'expired'; message: string }
  | { kind: 'throttled'; message: string; retryAfterMs?: number }
  | { kind: 'server-error'; status: number; message: string }
  | { kind: 'network'; code: string; message: string }
  | { kind: 'timeout'; message: string }
  | { kind: 'too-large'; message: string }
  | { kind: 'not-kubernetes'; message: string }
  | { kind: 'credentials'; message: string };

export function describeStatus(
  status: number,
  retryAfterSeconds?: number,
): ApiFailure {
  switch (status) {
    case 401:
      return {
        kind: 'unauthorized',
        message: 'The API server refused the credentials (401)',
      };
    case 403:
      return {
        kind: 'forbidden',
        message: 'The service account may not read this (403)',
      };
    case 404:
      return {
        kind: 'not-found',
        message: 'The API server does not serve this kind (404)',
      };
    case 410:
      return {
        kind: 'expired',
        message: 'What changed meanwhile is too old to be told (410)',
      };
    case 429:
      return {
        kind: 'throttled',
        message: 'The API server asked to slow down (429)',
        retryAfterMs: retryAfterSeconds && retryAfterSeconds * 1000,
      };
    default:
      return {
        kind: 'server-error',
        status,
        message: `The API server answered ${status}`,
      };
  }
}

/** Node's error codes are safe to show, its messages can quote addresses and certificates. */
export function describeThrown(error: unknown): ApiFailure {
  const code = findErrorCode(error) ?? 'UNKNOWN';
  if (
    code === 'UND_ERR_HEADERS_TIMEOUT' ||
    code === 'UND_ERR_BODY_TIMEOUT' ||
    code === 'UND_ERR_CONNECT_TIMEOUT'
  ) {
    return {
      kind: 'timeout',
      message: 'The API server did not answer in time',
    };
  }
  return {
    kind: 'network',
    code,
    message: `The API server could not be reached (${code})`,
  };
}

/** What an operator can do about a failure. */
export function suggestFix(failure: ApiFailure, cluster: string): string {
  switch (failure.kind) {
    case 'unauthorized':
    case 'credentials':
      return `Renew the credentials of cluster '${cluster}' under istioJwt.clusters.`;
    case 'forbidden':
      return `Grant the service account of cluster '${cluster}' list and watch: manifests/read-rbac.yaml of the backend plugin.`;
    case 'network':
    case 'timeout':
      return `Check that this backend can reach the API server of cluster '${cluster}', and its url and certificate authority under istioJwt.clusters.`;
    case 'not-kubernetes':
    case 'not-found':
      return `Check that the url of cluster '${cluster}' under istioJwt.clusters is a Kubernetes API server.`;
    case 'too-large':
      return `Restrict cluster '${cluster}' to the namespaces that matter with istioJwt.clusters[].namespaces.`;
    default:
      return `Look at the health of the API server of cluster '${cluster}'. Reading is retried.`;
  }
}
