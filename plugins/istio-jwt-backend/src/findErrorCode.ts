const SAFE_CODE = /^[A-Z][A-Z0-9_/]{2,60}$/;

interface ErrorLike {
  code?: unknown;
  name?: unknown;
  cause?: unknown;
  errors?: unknown[];
}

/**
 * The code of an error, or of what caused it. Codes are safe to show; messages can quote addresses,
 * certificates and what was sent. `TIMEOUT` for an elapsed `AbortSignal.timeout`.
 */
export function findErrorCode(error: unknown): string | undefined {
  let current = error as ErrorLike | undefined;
  for (let depth = 0; depth < 4 && current; depth++) {
    if (current.name === 'TimeoutError') {
      return 'TIMEOUT';
    }
    if (typeof current.code === 'string' && SAFE_CODE.test(current.code)) {
      return current.code;
    }
    current = (current.errors?.[0] ?? current.cause) as ErrorLike | undefined;
  }
  return undefined;
}
