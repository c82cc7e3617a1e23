import { badRequest, expired } from './status';

/** Where a paged list goes on. @internal */
export interface ContinueToken {
  revision: number;
  after: string;
}

/** @internal */
export function encodeContinue(token: ContinueToken): string {
  return Buffer.from(
    JSON.stringify({
      v: 'meta.k8s.io/v1',
      rv: token.revision,
      start: token.after,
    }),
  ).toString('base64url');
}

/** @throws ApiError 400 for anything this server did not issue @internal */
export function decodeContinue(text: string): ContinueToken {
  let token: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw badRequest('continue key is not valid: encoding error');
  }
  if (
    token?.v !== 'meta.k8s.io/v1' ||
    !Number.isSafeInteger(token.rv) ||
    typeof token.start !== 'string'
  ) {
    throw badRequest('continue key is not valid: incorrect encoded content');
  }
  return { revision: token.rv as number, after: token.start };
}

/** @internal */
export function continueExpired() {
  return expired(
    'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
  );
}
