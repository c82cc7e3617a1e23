import { ForwardedError, ResponseError } from '@backstage/errors';

/** Why a request failed, in a form that a person can act on. */
export type RequestFailure =
  | { kind: 'denied'; message: string }
  | { kind: 'refused'; status: number; message: string }
  | { kind: 'unreachable'; message: string };

/** Sorts what `IstioJwtApi` rejects with. The backend's own words win over the status line. */
export function describeFailure(error: unknown): RequestFailure {
  if (error instanceof ResponseError) {
    const message = error.cause?.message || error.message;
    return error.statusCode === 403 || error.statusCode === 401
      ? { kind: 'denied', message }
      : { kind: 'refused', status: error.statusCode, message };
  }
  if (error instanceof ForwardedError && error.cause) {
    return describeFailure(error.cause);
  }
  const { name, message } = toErrorLike(error);
  if (name === 'NotAllowedError' || name === 'AuthenticationError') {
    return { kind: 'denied', message };
  }
  return {
    kind: 'unreachable',
    message:
      name === 'TimeoutError'
        ? 'The portal’s backend did not answer in time.'
        : `The portal’s backend could not be reached${
            message ? ` (${message})` : ''
          }.`,
  };
}

function toErrorLike(error: unknown): { name: string; message: string } {
  return typeof error === 'object' && error !== null
    ? {
        name: String((error as Error).name ?? ''),
        message: String((error as Error).message ?? ''),
      }
    : { name: '', message: String(error ?? '') };
}
