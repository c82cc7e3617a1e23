import { InputError } from '@backstage/errors';

/** Where a page ends, in the order of a list: newest first, ties by `key`. */
export interface Position {
  /** ms since the epoch. */
  at: number;
  key: string;
}

/** Makes an opaque text of a position. */
export function encodeCursor({ at, key }: Position): string {
  return Buffer.from(JSON.stringify([at, key])).toString('base64url');
}

/** @throws InputError for anything that `encodeCursor` did not make */
export function decodeCursor(cursor: string): Position {
  try {
    const [at, key] = JSON.parse(
      Buffer.from(cursor, 'base64url').toString('utf8'),
    );
    if (Number.isSafeInteger(at) && typeof key === 'string') {
      return { at, key };
    }
  } catch {
    // Told below.
  }
  throw new InputError('The cursor is none that this API gave.');
}

/** One page of rows, of which one more than `limit` was read. */
export function cutPage<R>(
  rows: R[],
  limit: number,
  locate: (row: R) => Position,
): { rows: R[]; nextCursor?: string } {
  const page = rows.slice(0, limit);
  const last = page[page.length - 1];
  return rows.length > limit && last
    ? { rows: page, nextCursor: encodeCursor(locate(last)) }
    : { rows: page };
}
